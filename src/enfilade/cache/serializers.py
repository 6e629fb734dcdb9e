"""How a value becomes bytes for a file or for Redis, and is a value again.

A pickle can be any Python object, and loading one can run any code: whoever can write to the
folder or to the Redis of a cache can take over the site. :class:`JSONSerializer` can run
nothing, and keeps only what JSON has. Which one is used is said by ``OPTIONS``::

    "OPTIONS": {"serializer": "enfilade.cache.serializers.JSONSerializer"}

A number of type :class:`int` is written in digits, as Redis wants it for ``incr``.
"""

import json
import pickle
from typing import Any, Protocol

from enfilade.cache.keys import imported

_OPCODE_OF_PROTOCOL = b"\x80"  # the first byte of every pickle since protocol 2


class Serializer(Protocol):
    """What ``OPTIONS["serializer"]`` names, or makes when it is called."""

    def dumps(self, value: Any, /) -> Any: ...
    def loads(self, data: bytes, /) -> Any: ...


class PickleSerializer:
    """Any object that can be pickled; the default, as it is Django's."""

    def __init__(self, protocol: int = pickle.HIGHEST_PROTOCOL) -> None:
        self.protocol = protocol

    def dumps(self, value: Any) -> bytes:
        """Raises what :func:`pickle.dumps` raises for what cannot be pickled."""
        return b"%d" % value if type(value) is int else pickle.dumps(value, self.protocol)

    def loads(self, data: bytes) -> Any:
        """Raises what :func:`pickle.loads` raises, for a class that is gone for example."""
        if data[:1] != _OPCODE_OF_PROTOCOL:
            return int(data)
        return pickle.loads(data)  # noqa: S301 - the module's docstring tells of it


class JSONSerializer:
    """Texts, numbers, lists and dictionaries; a tuple comes back as a list."""

    def dumps(self, value: Any) -> bytes:
        """Raises :exc:`TypeError` for what JSON does not have."""
        return json.dumps(value, separators=(",", ":")).encode()

    def loads(self, data: bytes) -> Any:
        """Raises :exc:`ValueError` for what is not JSON."""
        return json.loads(data)


def get_serializer(choice: Any) -> Serializer:
    """The serializer that ``OPTIONS["serializer"]`` stands for: a dotted path, a class or
    function, or a serializer; pickle for ``None``."""
    if isinstance(choice, str):
        choice = imported(choice, "OPTIONS['serializer']")
    made: Serializer = choice() if callable(choice) else choice or PickleSerializer()
    return made

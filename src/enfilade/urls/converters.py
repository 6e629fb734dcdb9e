"""Path converters: what ``<int:id>`` in a route accepts, and how it becomes a value and back.

A converter is an object with ``regex``, ``to_python(text)`` and ``to_url(value)``. Raising
:exc:`ValueError` says "not mine": in ``to_python`` the route does not match, in ``to_url`` the
route is not a candidate. Any other exception passes through to the caller.
"""

import re
import uuid
from typing import Any, Protocol

from enfilade.exceptions import ImproperlyConfigured


class Converter(Protocol):
    """The shape of a converter, Django's."""

    @property
    def regex(self) -> str:
        """What the text must look like, without anchors."""

    def to_python(self, value: str, /) -> Any:
        """Turn text from a path into the value that the view gets."""

    def to_url(self, value: Any, /) -> str:
        """Turn a value into the text that stands in a path."""


class IntConverter:
    """Zero or a positive integer."""

    regex = "[0-9]+"
    to_python = staticmethod(int)
    to_url = staticmethod(str)


class StringConverter:
    """Text without a slash, at least one character."""

    regex = "[^/]+"
    to_python = staticmethod(str)
    to_url = staticmethod(str)


class SlugConverter(StringConverter):
    """ASCII letters, digits, hyphens and underscores."""

    regex = "[-a-zA-Z0-9_]+"


class UUIDConverter:
    """A UUID in its lower-case, hyphenated form."""

    regex = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
    to_python = staticmethod(uuid.UUID)
    to_url = staticmethod(str)


class PathConverter(StringConverter):
    """Text that may contain slashes."""

    regex = ".+"


_CONVERTERS: dict[str, Converter] = {
    "int": IntConverter(),
    "path": PathConverter(),
    "slug": SlugConverter(),
    "str": StringConverter(),
    "uuid": UUIDConverter(),
}


def get_converters() -> dict[str, Converter]:
    """Every converter by the name that routes use."""
    return dict(_CONVERTERS)


def register_converter(converter: type[Any], type_name: str) -> None:
    """Make *converter* available to routes as ``<type_name:…>``.

    Raises :exc:`~enfilade.exceptions.ImproperlyConfigured` if the name is taken by another
    class, or if the class lacks ``regex``, ``to_python`` or ``to_url``.
    """
    taken = _CONVERTERS.get(type_name)
    if taken is not None and type(taken) is not converter:
        raise ImproperlyConfigured(
            f"The converter name {type_name!r} is already taken by {type(taken).__qualname__}.",
            hint="Register the converter under another name.",
        )
    _check_shape(converter)
    _CONVERTERS[type_name] = converter()


def _check_shape(converter: type[Any]) -> None:
    missing = [n for n in ("regex", "to_python", "to_url") if not hasattr(converter, n)]
    if missing:
        raise ImproperlyConfigured(
            f"The converter {converter!r} lacks {' and '.join(missing)}.",
            hint="A converter is a class with a 'regex' string and the methods "
            "to_python(value) and to_url(value).",
        )
    try:
        re.compile(f"(?:{converter.regex})")
    except re.error as error:
        raise ImproperlyConfigured(
            f"The regex {converter.regex!r} of {converter!r} is invalid: {error}.",
            hint="It stands in the middle of a larger one, so it takes neither anchors nor "
            "global flags.",
        ) from error

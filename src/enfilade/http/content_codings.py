"""Content codings (RFC 9110, 8.4.1): which one a client wants its answers in, and those that can
be made."""

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import NamedTuple, TypeVar

from enfilade.exceptions import ImproperlyConfigured

__all__ = ["IDENTITY", "Choice", "choose_coding", "load_coding"]

T = TypeVar("T")

IDENTITY = "identity"
"""The name of no coding at all (RFC 9110, 12.5.3)."""

# A weight of RFC 9110, 12.4.2. Whatever else stands there says nothing that can be relied on.
_WEIGHT = re.compile(r"[ \t]*q=(0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)[ \t]*", re.IGNORECASE).fullmatch
_ALIASES = {"x-gzip": "gzip"}  # RFC 9110, 8.4.1.3


class Choice(NamedTuple):
    """What to send: a coding, or :data:`IDENTITY`. ``needed`` says that the client refuses to
    get the representation without one."""

    coding: str
    needed: bool


@lru_cache(maxsize=64)
def choose_coding(field_value: str, offered: tuple[str, ...]) -> Choice:
    """The coding among *offered*, best first, that ``Accept-Encoding`` weighs most.

    What it does not weigh at all is not acceptable, except for sending no coding (RFC 9110,
    12.5.3). To a client that accepts nothing of what there is, with ``identity;q=0`` alone for
    example, the content is sent as it is, as if it had not asked (12.4.1).

    >>> choose_coding("gzip, br;q=0.9", ("br", "gzip"))
    Choice(coding='gzip', needed=False)
    >>> choose_coding("*;q=0.5, identity;q=0", ("br", "gzip"))
    Choice(coding='br', needed=True)
    """
    weights = _weights(field_value)
    anything = weights.get("*", 0.0)
    best, highest = IDENTITY, weights.get(IDENTITY, 0.0)
    for coding in offered:
        weight = weights.get(coding, anything)
        # Of equal ones the earlier; a coding goes before none.
        if weight > highest or (weight == highest > 0 and best is IDENTITY):
            best, highest = coding, weight
    needed = best is not IDENTITY and weights.get(IDENTITY, weights.get("*")) == 0
    return Choice(best, needed)


def _weights(field_value: str) -> dict[str, float]:
    """The weight of each name; an element that is malformed is left out."""
    weights: dict[str, float] = {}
    for element in field_value.split(","):
        name, semicolon, parameter = element.partition(";")
        weight = _WEIGHT(parameter) if semicolon else None
        if weight or not semicolon:
            name = name.strip(" \t").lower()
            weights.setdefault(_ALIASES.get(name, name), float(weight[1]) if weight else 1.0)
    return weights


def load_coding(coding: str, loaders: Mapping[str, Callable[[], T]], setting: str) -> T:
    """What the one of *loaders* gives that is for *coding*, which *setting* names.

    Raises :exc:`~enfilade.exceptions.ImproperlyConfigured` where there is none, and where it
    lacks its library.
    """
    if coding not in loaders:
        raise ImproperlyConfigured(
            f"{setting} names {coding!r}, which is no content coding that can be made.",
            hint=f"There are {', '.join(map(repr, loaders))}.",
        )
    try:
        return loaders[coding]()
    except ImportError as error:
        raise ImproperlyConfigured(
            f"{setting} names {coding!r}, whose library is not installed: {error}",
            hint='pip install "enfilade[compression]"',
        ) from error

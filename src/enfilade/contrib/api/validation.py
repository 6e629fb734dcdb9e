"""From what a client has sent to an object of the site, or to a list of what is wrong with it.

The work is done by pydantic or msgspec, whichever a model is made with. What belongs to neither (a
dataclass, ``list[int]``) is for the one that is installed, pydantic if both are: it tells of all
errors at once.
"""

from collections.abc import Callable, Iterable
from functools import lru_cache
from importlib.util import find_spec
from typing import Any, Protocol, TypeVar, get_args
from urllib.parse import quote

from enfilade.contrib.api.forms import plain_form
from enfilade.contrib.api.problems import Problem
from enfilade.exceptions import ImproperlyConfigured
from enfilade.http import QueryDict

__all__ = ["InvalidData", "Validator", "validate", "validate_query", "validator_for"]

T = TypeVar("T")
Failure = tuple[str, tuple[str | int, ...]]

MOST_ERRORS = 100
"""How many errors are told of. A small body can have very many."""


class InvalidData(Exception):
    """``failures`` are pairs of a text and a path, names and numbers from the root inward; there
    may be fewer of them than ``count``."""

    def __init__(self, failures: Iterable[Failure], count: int) -> None:
        self.failures = list(failures)
        self.count = count


class Validator(Protocol):
    """Knows one model. Each method raises :exc:`InvalidData`."""

    def of_json(self, body: bytes, data: Any) -> Any:
        """An instance of it made of JSON, which has been parsed to *data* already."""

    def of_form(self, data: dict[str, Any]) -> Any:
        """One made of texts and lists of texts."""

    def of_data(self, data: Any) -> Any:
        """One made of what another parser gave."""


def validate(model: Callable[..., T], data: Any, json: bytes | None) -> T:
    """The body as an instance of *model*; :class:`Problem` 422 (RFC 9110, 15.5.21).

    *json* is the body that *data* has been parsed from, ``None`` if that was no JSON.
    """
    validator = validator_for(model)
    try:
        if isinstance(data, QueryDict):
            return validator.of_form(plain_form(data, model))  # type: ignore[no-any-return]
        if json is not None:
            return validator.of_json(json, data)  # type: ignore[no-any-return]
        return validator.of_data(data)  # type: ignore[no-any-return]
    except InvalidData as invalid:
        raise _problem(422, invalid, lambda path: {"pointer": pointer(path)}) from invalid


def validate_query(model: Callable[..., T], query: QueryDict) -> T:
    """The query as an instance of *model*; :class:`Problem` 400, since it is no content."""
    try:
        return validator_for(model).of_form(plain_form(query, model))  # type: ignore[no-any-return]
    except InvalidData as invalid:
        raise _problem(400, invalid, lambda path: {"parameter": str(*path[:1])}) from invalid


def _problem(
    status: int, invalid: InvalidData, where: Callable[[tuple[str | int, ...]], dict[str, str]]
) -> Problem:
    """The list of errors has the form of the example in RFC 9457, section 3."""
    told = invalid.failures[:MOST_ERRORS]
    errors = [{"detail": text, **where(path)} for text, path in told]
    count = "is 1 error" if invalid.count == 1 else f"are {invalid.count} errors"
    detail = f"There {count} in the request."
    return Problem(status, detail, errors=errors)


def pointer(path: Iterable[str | int]) -> str:
    """A JSON pointer as the fragment of a URI (RFC 6901, 6)."""
    steps = (str(step).replace("~", "~0").replace("/", "~1") for step in path)
    return "#" + "".join("/" + quote(step, safe="~!$&'()*+,;=:@?") for step in steps)


@lru_cache(maxsize=256)
def validator_for(model: Any) -> Validator:
    """What validates *model*, made once. Raises
    :exc:`~enfilade.exceptions.ImproperlyConfigured` if nothing that could is installed."""
    library = _maker(model) or next(filter(find_spec, ("pydantic", "msgspec")), None)
    if library == "pydantic":
        from enfilade.contrib.api.with_pydantic import PydanticValidator

        return PydanticValidator(model)
    if library == "msgspec":
        from enfilade.contrib.api.with_msgspec import MsgspecValidator

        return MsgspecValidator(model)
    raise ImproperlyConfigured(
        f"Nothing is installed that could validate {getattr(model, '__name__', model)}.",
        hint="Run: pip install pydantic (or msgspec).",
    )


def _maker(model: Any) -> str | None:
    """The library that *model*, or a part of it as in ``list[Room]``, is made with."""
    if hasattr(model, "__struct_fields__"):
        return "msgspec"
    if hasattr(model, "__pydantic_validator__"):
        return "pydantic"
    return next(filter(None, map(_maker, get_args(model))), None)

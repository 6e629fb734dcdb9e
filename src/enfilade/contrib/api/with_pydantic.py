"""Validation by pydantic, which tells of all errors at once."""

from collections.abc import Callable, Iterator
from typing import Any

from pydantic import TypeAdapter, ValidationError

from enfilade.contrib.api.validation import Failure, InvalidData

__all__ = ["PydanticValidator"]

TOO_MANY = 1000
"""From here on errors are only counted: pydantic describes all or none, and needs ten times as
long for it as for finding them."""


class PydanticValidator:
    """A model of pydantic, or anything that a ``TypeAdapter`` takes."""

    def __init__(self, model: Any) -> None:
        self._adapter = TypeAdapter(model)

    def of_json(self, body: bytes, data: Any) -> Any:
        """From JSON, where even a strict model takes a text for a date, and an array for a set."""
        return self._checked(self._adapter.validate_json, body, data)

    def of_form(self, data: dict[str, Any]) -> Any:
        """From texts, which numbers are made of even for a strict model."""
        return self._checked(lambda form: self._adapter.validate_python(form, strict=False), data)

    def of_data(self, data: Any) -> Any:
        """From Python's values."""
        return self._checked(self._adapter.validate_python, data)

    def _checked(self, check: Callable[[Any], Any], sent: Any, data: Any = None) -> Any:
        try:
            return check(sent)
        except ValidationError as error:
            failures = _failures(error, sent if data is None else data)
            raise InvalidData(failures, error.error_count()) from error


def _failures(error: ValidationError, data: Any) -> Iterator[Failure]:
    if error.error_count() > TOO_MANY:
        return
    for each in error.errors(include_url=False, include_context=False, include_input=False):
        yield each["msg"], tuple(_path(each["loc"], data, each["type"] == "missing"))


def _path(loc: tuple[str | int, ...], data: Any, missing: bool) -> Iterator[str | int]:
    """The steps of *loc* that are in *data*: pydantic's have the branches of unions, too."""
    for place, step in enumerate(loc, 1):
        if _has(data, step):
            data = data[step]
        elif not (missing and place == len(loc)):
            continue
        yield step


def _has(data: Any, step: str | int) -> bool:
    if isinstance(data, dict):
        return step in data
    return isinstance(data, list) and isinstance(step, int) and step < len(data)

"""Validation by msgspec, which ends at the first error and says in a text where it is."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from enfilade.contrib.api.validation import Failure, InvalidData

__all__ = ["MsgspecValidator"]

# "… - at `$.rooms[3].name`", "… - at `key` in `$.rooms`"
_PLACE = re.compile(r"(.*?)(?: - at (?:`key` in )?`\$(.*)`)?", re.DOTALL)
_STEP = re.compile(r"\[(\d+)\]|\.([^.\[]+)")
_FIELD = re.compile(r"Object (?:missing required|contains unknown) field `(.+)`", re.DOTALL)


class MsgspecValidator:
    """A ``Struct``, or anything else that msgspec decodes to."""

    def __init__(self, model: Any) -> None:
        self._model = model
        self._decode = msgspec.json.Decoder(model).decode

    def of_json(self, body: bytes, data: Any) -> Any:
        """From JSON."""
        return self._checked(lambda: self._decode(body))

    def of_form(self, data: dict[str, Any]) -> Any:
        """From texts, which numbers are made of."""
        return self._checked(lambda: msgspec.convert(data, self._model, strict=False))

    def of_data(self, data: Any) -> Any:
        """From Python's values."""
        return self._checked(lambda: msgspec.convert(data, self._model))

    def _checked(self, check: Callable[[], Any]) -> Any:
        try:
            return check()
        except (msgspec.ValidationError, msgspec.DecodeError) as error:
            raise InvalidData([_failure(str(error))], 1) from error


def _failure(message: str) -> Failure:
    found = _PLACE.fullmatch(message)
    text, place = (found[1], found[2] or "") if found else (message, "")
    # "[...]" is some value of a mapping: what surrounds it is the nearest that has a pointer.
    known, some_value, _ = place.partition("[...]")
    path = list(_steps(known))
    if not some_value and (field := _FIELD.fullmatch(text)):
        path.append(field[1])
    return text, tuple(path)


def _steps(place: str) -> Iterator[str | int]:
    for number, name in _STEP.findall(place):
        yield int(number) if number else name

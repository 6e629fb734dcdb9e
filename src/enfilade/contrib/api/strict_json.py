"""JSON as two programs can agree on it: RFC 8259 within the limits of I-JSON (RFC 7493).

Python's parser is more lenient than either. What it lets through here in its own way (``NaN``, a
name twice, half of a surrogate pair) one program would read so and the next otherwise.
"""

import codecs
import json
import math
from typing import Any, NoReturn

__all__ = ["MAX_DEPTH", "JSONError", "parse_json", "without_bom"]

MAX_DEPTH = 100
"""How many arrays and objects may stand in each other (RFC 8259, 9, allows a limit)."""


class JSONError(ValueError):
    """What is wrong with a text; ``place`` has its ``line`` and ``column`` where they are known,
    both counted from 1."""

    def __init__(self, message: str, **place: int) -> None:
        super().__init__(message)
        self.place: dict[str, Any] = place


def parse_json(body: bytes, max_depth: int = MAX_DEPTH) -> Any:
    """The value of *body*, which is UTF-8. Raises :exc:`JSONError`."""
    try:
        text = without_bom(body).decode()
        value = _decode(text)
    except JSONError:
        raise
    except UnicodeDecodeError as error:
        raise JSONError(f"The body is not UTF-8: see the byte at {error.start}.") from None
    except json.JSONDecodeError as error:
        raise JSONError(f"{error.msg}.", line=error.lineno, column=error.colno) from None
    except RecursionError:
        raise _too_deep(max_depth) from None
    except ValueError:  # a limit of Python's, against digits that take long (CVE-2020-10735)
        raise JSONError("A number has too many digits.") from None
    _check_depth(text, value, max_depth)
    if "\\u" in text:
        _check_surrogates(value)
    return value


def without_bom(body: bytes) -> bytes:
    """*body* without the mark that some clients put first (RFC 8259, 8.1, allows to ignore it)."""
    return body.removeprefix(codecs.BOM_UTF8)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) == len(pairs):
        return found
    seen: set[str] = set()
    name = next(name for name, _ in pairs if name in seen or seen.add(name))  # type: ignore[func-returns-value]
    raise JSONError(f"The name {name!r} stands twice in one object.")


def _refuse(constant: str) -> NoReturn:
    raise JSONError(f"{constant} is no number in JSON.")


def _finite(digits: str) -> float:
    number = float(digits)
    if math.isinf(number):
        raise JSONError("A number is too large.")
    return number


# json.loads would make a decoder every time.
_decode = json.JSONDecoder(
    object_pairs_hook=_unique, parse_constant=_refuse, parse_float=_finite
).decode


def _too_deep(max_depth: int) -> JSONError:
    return JSONError(f"There are more than {max_depth} arrays and objects in each other.")


def _check_depth(text: str, value: Any, max_depth: int) -> None:
    """Whatever the site does with the value, it may recurse."""
    if text.count("[") + text.count("{") <= max_depth:
        return
    level: list[Any] = [[value]]
    for _ in range(max_depth + 1):
        level = [
            inner
            for each in level
            for inner in (each.values() if type(each) is dict else each)
            if type(inner) in (dict, list)
        ]
        if not level:
            return
    raise _too_deep(max_depth)


def _check_surrogates(value: Any) -> None:
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise JSONError("A text has half of a surrogate pair.") from None

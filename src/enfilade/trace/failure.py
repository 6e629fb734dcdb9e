"""What is told of a request that failed: the exception in a line, with its place in the site, and
the frames through which it went."""

import re
from collections import deque
from collections.abc import MutableMapping
from functools import cache
from pathlib import Path
from types import CodeType, TracebackType
from typing import Any, Final, Self

from enfilade.secrecy import hide_text
from enfilade.trace.record import FAILURE

LONGEST: Final = 400
"""Characters of an exception's message that are kept."""

LOOKED_AT: Final = 8 * LONGEST

DEPTH: Final = 20
"""Frames of an exception that are kept, those nearest to where it was raised."""


class Failure(str):
    """An exception in the words of :func:`described`, which knows its innermost frames.

    Of those it has code and line only, so that nothing that they had at hand outlives them. Its
    copies, with those of an environ, and what comes out of a pickle are the words alone.
    """

    __slots__ = ("_places",)

    _places: tuple[tuple[CodeType, int], ...]

    def __new__(cls, error: BaseException) -> Self:
        self = super().__new__(cls, described(error))
        self._places = _places(error.__traceback__)
        return self

    def __reduce__(self) -> tuple[type[str], tuple[str]]:
        return str, (str(self),)

    @property
    def frames(self) -> tuple[str, ...]:
        """Each as "file:line function", the innermost first; written when they are asked for, for
        most failures are not kept."""
        return tuple(f"{code.co_filename}:{line} {code.co_qualname}" for code, line in self._places)


def note_failure(carrier: MutableMapping[str, Any], error: BaseException) -> None:
    """Tell whoever serves the request of *carrier*, its environ or scope, that *error* ended it.
    The first word counts: what fails afterwards does so because of that."""
    if FAILURE not in carrier:
        carrier[FAILURE] = Failure(error)


def frames_of(error: str) -> tuple[str, ...]:
    """Those of *error* if it is a :class:`Failure`."""
    return error.frames if isinstance(error, Failure) else ()


def described(error: BaseException) -> str:
    """*error* as "Type: message at file:line in function", without secrets, in one line.

    The place is the innermost one of the site's own code. Behind the message stands "(from Type:
    message)" of the first one if this was raised from others; never raises.
    """
    first, place = _first(error), _place(error.__traceback__)
    caused = f" (from {_named(first)})" if first is not error else ""
    return f"{_named(error)}{caused}{' at ' if place else ''}{place}"


_BEHIND_KIND = re.compile(r":| \(from | at ")  # as described() writes it


def kind_of(description: str) -> str:
    """The type of the exception alone, of what :func:`described` has told."""
    return _BEHIND_KIND.split(description, maxsplit=1)[0]


def _first(error: BaseException) -> BaseException:
    """The one at the end of what *error* was raised from."""
    seen: set[int] = set()
    while (cause := _cause_of(error)) is not None and id(error) not in seen:
        seen.add(id(error))
        error = cause
    return error


def _cause_of(error: BaseException) -> BaseException | None:
    """What *error* was raised from, and not what its class may make of the attribute."""
    cause: BaseException | None = BaseException.__cause__.__get__(error)  # type: ignore[union-attr]
    return cause


def _named(error: BaseException) -> str:
    """*error* as "Type: message"."""
    kind, said = type(error).__name__, _said(error)
    return f"{kind}: {said}" if said else kind


def _said(error: BaseException) -> str:
    try:
        said = " ".join(hide_text(str(error)[:LOOKED_AT]).split())
    except Exception as failure:
        return f"(its str() raised {type(failure).__name__})"
    return said if len(said) <= LONGEST else said[: LONGEST - 1] + "…"


def _places(traceback: TracebackType | None) -> tuple[tuple[CodeType, int], ...]:
    innermost: deque[TracebackType] = deque(maxlen=DEPTH)
    while traceback is not None:
        innermost.appendleft(traceback)
        traceback = traceback.tb_next
    return tuple((each.tb_frame.f_code, each.tb_lineno) for each in innermost)


def _place(traceback: TracebackType | None) -> str:
    own = innermost = None
    while traceback is not None:
        innermost = traceback
        if not traceback.tb_frame.f_code.co_filename.startswith(_libraries()):
            own = traceback
        traceback = traceback.tb_next
    found = own or innermost
    if found is None:
        return ""
    code = found.tb_frame.f_code
    return f"{code.co_filename}:{found.tb_lineno} in {code.co_qualname}"


@cache
def _libraries() -> tuple[str, ...]:
    """How the files begin that are not the site's own."""
    import sysconfig

    paths = {sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")}
    paths.add(str(Path(__file__).parents[1]))
    return ("<frozen", *(path + "/" for path in paths if path))

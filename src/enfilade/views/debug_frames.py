"""An exception as data for a page: its chain, its frames, their source and their variables."""

import linecache
import sysconfig
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby, islice
from types import FrameType, TracebackType
from typing import Any, NamedTuple

from enfilade.secrecy import HIDDEN, hide_text
from enfilade.views.cleansing import shown, shown_items
from enfilade.views.sensitive import marked_frames

CONTEXT = 5
"""Lines of source shown before and after the failing one."""

OUTERMOST, INNERMOST = 15, 35
"""Frames kept at both ends of a traceback; endless recursion has thousands."""

SITE = "site"
_GLOBALS = frozenset({"range", "dict", "lipsum", "cycler", "joiner", "namespace", "url"})
_OWNERS = {"enfilade": "Enfilade", "library": "libraries"}
_LIBRARIES = tuple({sysconfig.get_path(name) for name in ("stdlib", "purelib", "platlib")})


@dataclass(frozen=True, slots=True)
class SourceLine:
    """A line of source; the ``current`` one may know which part of it failed."""

    number: int
    text: str
    current: bool
    before: str = ""
    failing: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame of a traceback; ``kind`` is whose code it is: site, enfilade or library."""

    filename: str
    line: int
    function: str
    kind: str
    source: list[SourceLine]
    variables: list[tuple[str, str]]

    @property
    def current(self) -> SourceLine | None:
        """The line that failed, if the source can be had."""
        return next((line for line in self.source if line.current), None)


class Group(NamedTuple):
    """Neighbouring frames; ``folded`` if none of them is the site's own code."""

    frames: list[Frame]
    folded: bool

    @property
    def label(self) -> str:
        """What a folded group is called."""
        count = len(self.frames)
        owners = " and ".join(sorted({_OWNERS[frame.kind] for frame in self.frames}))
        return f"{count} call{'' if count == 1 else 's'} in {owners}"


@dataclass(frozen=True, slots=True)
class Failure:
    """One exception of the chain. ``link`` says how the next one led to it: "", "cause" (raise
    … from) or "context" (raised while the next one was being handled)."""

    type_name: str
    message: str
    notes: list[str]
    members: list[str]
    frames: list[Frame]
    omitted: int
    link: str

    @property
    def where(self) -> Frame | None:
        """The innermost frame of the site's own code, else the innermost of all."""
        own = [frame for frame in self.frames if frame.kind == SITE]
        return next(reversed(own or self.frames), None)

    @property
    def groups(self) -> list[Group]:
        """The frames, the site's own set off from the others."""
        return [
            Group(list(frames), folded)
            for folded, frames in groupby(self.frames, lambda frame: frame.kind != SITE)
        ]


def failures(
    exc: BaseException, tb: TracebackType | None, parameters: Container[str] = ()
) -> list[Failure]:
    """The chain of *exc*, itself first, then what led to it.

    *parameters* are the names of form fields that no variable may show.
    """
    chain = list(_chain(exc))
    tracebacks = [tb, *(each.__traceback__ for each in chain[1:])]
    links = [*(_previous(each)[1] for each in chain[:-1]), ""]
    return [
        _failure(each, own_tb, link, parameters)
        for each, own_tb, link in zip(chain, tracebacks, links, strict=True)
    ]


def _previous(exc: BaseException) -> tuple[BaseException | None, str]:
    if exc.__cause__ is not None:
        return exc.__cause__, "cause"
    return (None, "") if exc.__suppress_context__ else (exc.__context__, "context")


def _chain(exc: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    current: BaseException | None = exc
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        yield current
        current = _previous(current)[0]


def _failure(
    exc: BaseException, tb: TracebackType | None, link: str, parameters: Container[str]
) -> Failure:
    places = list(_visible(tb))
    omitted = max(0, len(places) - OUTERMOST - INNERMOST)
    if omitted:
        places = places[:OUTERMOST] + places[-INNERMOST:]
    return Failure(
        type_name=_type_name(type(exc)),
        message=_text(exc),
        notes=[_text(note) for note in _notes(exc)],
        members=[f"{_type_name(type(each))}: {_text(each)}" for each in _members(exc)],
        frames=[
            _frame(each, _variables(each.tb_frame, names, parameters)) for each, names in places
        ],
        omitted=omitted,
        link=link,
    )


def _notes(exc: BaseException) -> Iterable[object]:
    notes = getattr(exc, "__notes__", ())
    # A list as PEP 678 has it, or whatever somebody has put there.
    return notes if isinstance(notes, (list, tuple)) else (notes,)


def _members(exc: BaseException) -> tuple[BaseException, ...]:
    return exc.exceptions if isinstance(exc, BaseExceptionGroup) else ()


def _type_name(kind: type[BaseException]) -> str:
    if kind.__module__ == "builtins":
        return kind.__qualname__
    return f"{kind.__module__}.{kind.__qualname__}"


def _text(said: object) -> str:
    """What an exception or a note says; the page shows it in full."""
    try:
        return hide_text(str(said))
    except Exception:
        return shown("exception", said)


def _visible(tb: TracebackType | None) -> Iterator[tuple[TracebackType, Container[str]]]:
    """The entries to show, each with the names of its secret variables."""
    for each, names in marked_frames(tb):
        if not each.tb_frame.f_locals.get("__traceback_hide__"):
            yield each, names


def _variables(
    frame: FrameType, names: Container[str], parameters: Container[str]
) -> list[tuple[str, str]]:
    variables: dict[str, Any] = frame.f_locals
    if _is_template(frame):  # what jinja2 gives to every template says nothing
        variables = {name: value for name, value in variables.items() if name not in _GLOBALS}
    public = {name: value for name, value in variables.items() if name not in names}
    texts = dict(shown_items(public.items(), parameters))
    return [(name, texts.get(name, HIDDEN)) for name in variables]


def _frame(tb: TracebackType, variables: list[tuple[str, str]]) -> Frame:
    frame = tb.tb_frame
    filename = frame.f_code.co_filename
    return Frame(
        filename=filename,
        line=tb.tb_lineno,
        function=frame.f_code.co_name if _is_template(frame) else frame.f_code.co_qualname,
        kind=_kind(frame.f_globals.get("__name__") or "", filename),
        source=_source(filename, tb),
        variables=variables,
    )


def _is_template(frame: FrameType) -> bool:
    """Whether jinja2 made this frame, which stands for a line of a template."""
    return "__jinja_exception__" in frame.f_globals


def _kind(module: str, filename: str) -> str:
    if module.partition(".")[0] == "enfilade":
        return "enfilade"
    return "library" if filename.startswith(("<frozen", *_LIBRARIES)) else SITE


def _source(filename: str, tb: TracebackType) -> list[SourceLine]:
    linecache.checkcache(filename)
    lines = linecache.getlines(filename, tb.tb_frame.f_globals)
    first = max(0, tb.tb_lineno - 1 - CONTEXT)
    return [
        _line(number, text.rstrip("\r\n"), tb)
        for number, text in enumerate(lines[first : tb.tb_lineno + CONTEXT], start=first + 1)
    ]


def _line(number: int, text: str, tb: TracebackType) -> SourceLine:
    if number != tb.tb_lineno:
        return SourceLine(number, text, current=False)
    start, end = _columns(tb)
    encoded = text.encode()  # positions (PEP 657) count bytes
    parts = (encoded[:start], encoded[start:end], encoded[end:])
    before, failing, after = (part.decode(errors="replace") for part in parts)
    return SourceLine(number, text, True, before, failing, after)


def _columns(tb: TracebackType) -> tuple[int, int]:
    """Which bytes of the line failed (PEP 657); ``(0, 0)`` if unknown."""
    if _is_template(tb.tb_frame):
        return 0, 0
    positions = tb.tb_frame.f_code.co_positions()
    line, end_line, start, end = next(islice(positions, tb.tb_lasti // 2, None), (None,) * 4)
    if line != tb.tb_lineno or end_line != line or start is None or end is None:
        return 0, 0
    return start, end

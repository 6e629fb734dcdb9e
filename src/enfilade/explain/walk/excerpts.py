"""The lines of code where somebody stands."""

import linecache
from collections.abc import Iterator, Sequence

from enfilade.explain.source import Source

Numbered = tuple[int, str]
"""A line of a file, and its number."""

MOST = 14
"""Lines of a function that are shown, its decorators among them."""


def read_lines(source: Source | None, most: int = MOST) -> tuple[Numbered, ...]:
    """The function or class at *source*, or as much as *most* lines hold; none without a file."""
    if source is None or source.file is None or source.line is None:
        return ()
    lines = linecache.getlines(source.file)[source.line - 1 :]
    return tuple(enumerate(_dedented(list(_block(lines))[:most]), start=source.line))


def _block(lines: Sequence[str]) -> Iterator[str]:
    """The lines of what begins with the first one."""
    margin = _indent(lines[0]) if lines else 0
    begun = False
    for line in lines:
        text = line.strip()
        if begun and text and _indent(line) <= margin and text[0] not in ")]}":
            return
        begun = begun or text.startswith(("def ", "async def ", "class "))
        yield line.rstrip()


def _dedented(lines: Sequence[str]) -> list[str]:
    margin = min((_indent(line) for line in lines if line), default=0)
    kept = [line[margin:] for line in lines]
    while kept and not kept[-1]:
        kept.pop()
    return kept


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())

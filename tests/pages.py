"""The Markdown pages of the project, as its tests see them: text, links and fenced blocks."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]

_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_INLINE = re.compile(r"`([^`\n]+)`")


@dataclass(frozen=True)
class Block:
    """A fenced block; ``line`` is that of its fence."""

    language: str
    text: str
    line: int


class Page:
    """One page, read when it is first looked at."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.name = str(path.relative_to(ROOT))

    @cached_property
    def text(self) -> str:
        return self.path.read_text("utf-8")

    @property
    def lines(self) -> list[str]:
        return self.text.splitlines()

    @cached_property
    def blocks(self) -> list[Block]:
        return [
            Block(found[1], found[2], self.text.count("\n", 0, found.start()) + 1)
            for found in _FENCE.finditer(self.text)
        ]

    @property
    def prose(self) -> str:
        """The text without its fenced blocks."""
        return _FENCE.sub("", self.text)

    @property
    def links(self) -> list[str]:
        return _LINK.findall(self.prose)

    @property
    def inline(self) -> list[str]:
        """What stands between single backticks."""
        return _INLINE.findall(self.prose)

    def section(self, title: str) -> str:
        """What stands under the heading ``## title``, without its blocks; "" without one."""
        found = re.search(rf"^## {title}\n(.*?)(?=^## |\Z)", self.prose, re.MULTILINE | re.DOTALL)
        return found[1] if found else ""

    def rows(self, title: str) -> Iterator[list[str]]:
        """The cells of the table under the heading, without its head."""
        lines = [line for line in self.section(title).splitlines() if line.startswith("|")]
        for line in lines[2:]:
            yield [cell.strip() for cell in line.strip("|").split("|")]

    def __repr__(self) -> str:
        return self.name


STEP_PAGES = [Page(path) for path in sorted((ROOT / "docs/lifecycle").glob("*.md"))]
ROOM_PAGES = [Page(path) for path in sorted((ROOT / "docs/rooms").glob("*.md"))]
OPERATION_PAGES = [Page(path) for path in sorted((ROOT / "docs/operations").glob("*.md"))]
PAGES = [
    Page(path)
    for folder, pattern in (
        ("", "*.md"),
        ("docs", "**/*.md"),
        ("examples", "**/*.md"),
        ("src", "**/*.md"),
        ("tests/differential", "*.md"),
    )
    for path in sorted((ROOT / folder).glob(pattern))
    if ".pytest_cache" not in path.parts
]

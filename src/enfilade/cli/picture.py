"""Draws the enfilade: rooms between two walls, their doors lined up.

The request walks down along the left wall, the response walks up along the right one; what a
room has on the way in stands on the left, what it has on the way out on the right::

      6 ┃ middleware                                middleware ┃ 11
        ┣━ CommonMiddleware process_request   process_response ━┫

Rows are drawn for the width of the console; a text that is too long goes on below its beginning.
"""

from rich.console import Console
from rich.text import Text

from enfilade.cli.terminal import disarmed, glyphs_for

NUMBER = 4
"""Columns for a step's number, on either side."""

LABEL = 12
"""Columns for the name of a room."""

NARROW = 36
"""With less room between the walls than this, texts stand below the name of their room."""

SHORTEST_HOOKS = 66
"""With less room between the walls than this, hooks are called "in" and "out"."""


class Picture:
    """Rows of an enfilade, drawn from above to below."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self.glyphs = glyphs_for(console)
        # A number, a space, a wall and a space, on both sides.
        self.inner = max(console.width - 2 * (NUMBER + 3), 24)
        self.indent = LABEL if self.inner >= NARROW else 2

    # Rows between the walls ----------------------------------------------------------------

    def heads(self, left: str, right: str) -> None:
        """Say which wall is which way."""
        left, right = f"{self.glyphs.down} {left}", f"{right} {self.glyphs.up}"
        gap = " " * max(self.inner + 4 - len(left) - len(right), 1)
        self.console.print(Text.assemble(" " * (NUMBER + 1), (left, "in"), gap, (right, "out")))

    def blank(self) -> None:
        """The walls alone."""
        self._between(Text())

    def room(self, number: int, name: str, text: Text, *, back: tuple[int, str] | None) -> None:
        """A step of the way in; *back* is the step of the way out in the same room."""
        label = Text.assemble((f"{name:<{LABEL}}", "room"))
        right = Text(back[1], style="room") if back else Text()
        lines = [Text()]
        if self.inner >= NARROW:
            lines = self._wrapped(text, self.inner - LABEL - (len(right) + 2 if back else 0))
        self._between(label + lines[0], right, number, back[0] if back else None)
        for line in lines[1:]:
            self._between(Text(" " * self.indent) + line)
        if self.inner < NARROW and text:
            self.remark(text)

    def remark(self, text: Text, label: str = "", style: str = "aside") -> None:
        """A further line of the room above; *label* hangs in front of it."""
        head = Text.assemble((f"{label} " if label else "", style))
        margin = Text(" " * self.indent)
        if self.inner - self.indent < 2 * len(head):  # too narrow for a hanging label
            self._between(margin + head)
            head = Text(" ")
        for line in self._wrapped(text, self.inner - self.indent - len(head)):
            self._between(margin + head + line)
            head = Text(" " * len(head))

    def answer(self, text: Text) -> None:
        """What a middleware says instead of letting the response pass, at the wall of the way
        out."""
        for line in self._wrapped(text, self.inner - self.indent):
            self._between(Text(), line)

    def layer(self, name: str, hooks: tuple[str, str], column: int) -> None:
        """A middleware; *hooks* are what it has on the way in and on the way out, "" for none.

        The way in is written at *column*, counted from where the name begins.
        """
        glyphs, (inward, outward) = self.glyphs, self._hook_names(hooks)
        room = self.inner - 2 - len(inward) - len(outward) - 2
        column = min(column, room)
        label = (self._cut(name, column - 1).ljust(column), "" if any(hooks) else "aside")
        self._line(
            Text(" " * (NUMBER + 1)).append(glyphs.enter if inward else glyphs.wall, "in"),
            Text.assemble((glyphs.line if inward else " ", "in"), " ", label, (inward, "in")),
            Text.assemble((outward, "out"), " ", (glyphs.line if outward else " ", "out")),
            Text(glyphs.leave if outward else glyphs.wall, "out"),
        )

    def threshold(self, text: str) -> None:
        """The door between the two halves of the house."""
        glyphs = self.glyphs
        rule = f" {text} ".center(self.inner + 2, glyphs.threshold)
        ends = (glyphs.threshold * (NUMBER // 2), "aside")
        inward, outward = (glyphs.crossing, "in"), (glyphs.crossing, "out")
        margin = " " * (NUMBER - len(ends[0]) + 1)
        self.console.print(Text.assemble(margin, ends, inward, (rule, "aside"), outward, ends))

    def door(self, text: str) -> None:
        """A hop between event loop and threads."""
        label = f" {text} "
        self._between(Text(label.center(self.inner, self.glyphs.door), style="door"))

    def group(self, shares_thread: bool) -> None:
        """The door to or from neighbours whose hooks share a hop each way."""
        self.door("these share one thread, in and out" if shares_thread else "the loop again")

    def turn(self) -> None:
        """The end of the house, where the way in becomes the way out."""
        glyphs = self.glyphs
        half = (self.inner + 2) // 2
        self._line(
            Text(" " * (NUMBER + 1)).append(glyphs.turn + glyphs.line * half, "in"),
            Text(),
            Text(),
            Text(glyphs.line * (self.inner + 2 - half) + glyphs.back, "out"),
            gap=False,
        )

    # What rows are made of -----------------------------------------------------------------

    def _between(
        self,
        left: Text,
        right: Text | None = None,
        number: int | None = None,
        back: int | None = None,
    ) -> None:
        wall = self.glyphs.wall
        self._line(
            Text.assemble((f"{number or '':>{NUMBER}} ", "number"), (wall, "in")),
            Text(" ") + left,
            (right or Text()) + " ",
            Text.assemble((wall, "out"), (f" {back}" if back else "", "number")),
        )

    def _line(
        self, wall: Text, left: Text, right: Text, opposite: Text, *, gap: bool = True
    ) -> None:
        """Print *left* and *right* at the two walls, with nothing between them."""
        width = self.inner + 2 - left.cell_len - right.cell_len
        line = Text.assemble(wall, left, " " * width if gap else "", right, opposite)
        self.console.print(line, no_wrap=True, overflow="ignore", crop=False)

    def _wrapped(self, text: Text, width: int) -> list[Text]:
        lines = list(disarmed(text).wrap(self.console, max(width, 12), overflow="fold"))
        for line in lines:
            line.rstrip()
        return lines or [Text()]

    def _hook_names(self, hooks: tuple[str, str]) -> tuple[str, str]:
        """The names of what is called, as long as there is room for them."""
        if self.inner >= SHORTEST_HOOKS:
            return hooks
        return ("in" if hooks[0] else ""), ("out" if hooks[1] else "")

    def _cut(self, text: str, width: int) -> str:
        return text if len(text) <= width else text[: max(width - 1, 1)] + self.glyphs.ellipsis

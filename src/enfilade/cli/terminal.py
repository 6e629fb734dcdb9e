"""What the terminal can show: its width, its colours, its characters."""

from dataclasses import dataclass

from rich.console import Console, RenderableType
from rich.text import Text
from rich.theme import Theme

WIDEST = 116
"""Longer lines than this are not read with pleasure."""

NARROWEST = 20
"""Fewer columns than this are not what a terminal has, but what somebody has said wrongly."""

USUAL = 80
"""Columns where nothing else is known."""

UNBOUNDED = 100_000
"""Columns of what is no terminal."""

MARGIN = 5
"""Columns left of what stands outside the walls."""

THEME = Theme(
    {
        "in": "cyan",
        "out": "green",
        "room": "bold",
        "number": "dim",
        "way": "bold green",
        "aside": "dim",
        "surprise": "yellow",
        "error": "bold red",
        "door": "magenta",
        "title": "bold",
        "fact": "",
    }
)


@dataclass(frozen=True, slots=True)
class Glyphs:
    """The characters that walls and doors are drawn with."""

    wall: str = "┃"
    line: str = "━"
    enter: str = "┣"
    leave: str = "┫"
    turn: str = "┗"
    back: str = "┛"
    threshold: str = "─"
    door: str = "╌"
    crossing: str = "╂"
    down: str = "▼"
    up: str = "▲"
    ellipsis: str = "…"
    slow: str = "◀"


ASCII = Glyphs(
    wall="|", line="=", enter="+", leave="+", turn="+", back="+", threshold="-", door=".",
    crossing="+", down="v", up="^", ellipsis="~", slow="<",
)  # fmt: skip


def plain(text: str) -> str:
    """*text*, which strangers may have written, without what terminals obey."""
    return "".join(char if char.isprintable() else "?" for char in text)


def disarmed(text: Text) -> Text:
    """:func:`plain` of each line of *text*, with their styles."""
    if not text.plain.isprintable():
        text = text.copy()
        text.plain = "\n".join(map(plain, text.plain.split("\n")))
    return text


def make_console() -> Console:
    """A console on standard output; rich sees to ``NO_COLOR``, pipes and the width."""
    console = Console(theme=THEME, highlight=False, emoji=False, markup=False)
    if console.width > WIDEST:
        console.width = WIDEST
    elif console.width < NARROWEST:
        console.width = USUAL
    return console


def print_view(console: Console, view: RenderableType) -> None:
    """Print *view*; where no terminal is, in lines as long as they come and without the blanks
    that only fill a table, since other programs read them."""
    if console.is_terminal:
        console.print(view)
        return
    console.width = UNBOUNDED
    with console.capture() as printed:
        console.print(view)
    console.file.writelines(f"{line.rstrip()}\n" for line in printed.get().splitlines())
    console.file.flush()  # what follows may be long in coming


def glyphs_for(console: Console) -> Glyphs:
    """Plain characters where the terminal's encoding has no others."""
    return ASCII if console.options.ascii_only else Glyphs()


def print_title(console: Console, title: str, aside: str) -> None:
    """What is shown, and *aside* of what it is; lines go on below its beginning."""
    text = Text.assemble((title, "title"), f"   {aside}")
    text.stylize("aside", len(title))
    print_labelled(console, "", text, 0)


def cropped(console: Console, text: Text) -> Text:
    """*text* in one line of a terminal, or as long as it is where none is."""
    if not console.is_terminal or text.cell_len <= console.width:
        return text
    short = text.copy()
    short.truncate(console.width - 1)
    return short.append(glyphs_for(console).ellipsis, "aside")


def print_labelled(console: Console, label: str, text: Text, column: int = 12) -> None:
    """A label and, from *column* on, what belongs to it; lines go on below its beginning."""
    head = Text.assemble(" " * MARGIN, (f"{label:<{column}}", "aside"))
    for line in disarmed(text).wrap(console, max(console.width - head.cell_len, 20)):
        line.rstrip()
        console.print(head + line, no_wrap=True, overflow="ignore", crop=False)
        head = Text(" " * head.cell_len)

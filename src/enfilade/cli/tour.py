"""A walk at the terminal: one station after the other, as keys ask for it."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from enum import StrEnum
from types import MappingProxyType

from rich.console import Console
from rich.text import Text

from enfilade.cli.keyboard import END, Keyboard
from enfilade.cli.terminal import cropped, disarmed, glyphs_for
from enfilade.explain.walk import Exhibit, Station
from enfilade.lifecycle import STEPS

MARGIN = " " * 3
KEYS = "Enter next   b back   1-13 to that room   q quit"


class Key(StrEnum):
    """What a key means."""

    NEXT = "next"
    BACK = "back"
    QUIT = "quit"


MEANINGS: Mapping[str, Key] = MappingProxyType(
    {
        **dict.fromkeys(("\r", "\n", " ", "n", "\x1b[C", "\x1b[B"), Key.NEXT),
        **dict.fromkeys(("b", "p", "\x7f", "\b", "\x1b[D", "\x1b[A"), Key.BACK),
        **dict.fromkeys(("q", "\x1b", END), Key.QUIT),
    }
)
"""By the key; arrows are there as most terminals send them."""


class Tour:
    """*stations* of a *request* to *application*."""

    def __init__(
        self, console: Console, stations: Sequence[Station], request: str, application: str
    ) -> None:
        self.console = console
        self.stations = stations
        self.title = Text.assemble("\n", MARGIN, (request, "title"), (f"   {application}", "aside"))
        self.at = 0
        self.typed = ""

    def show_all(self) -> None:
        """Print every station."""
        self.print(self.title)
        for place in range(len(self.stations)):
            self.show(place)

    def walk(self) -> None:
        """Show one station, and go from there where keys lead, until one says that it is enough."""
        self.print(self.title)
        with Keyboard() as keyboard, suppress(KeyboardInterrupt):
            there: int | None = 0
            while there is not None and there < len(self.stations):
                self.at = there
                self.show(there)
                there = self.ask(keyboard)

    # Keys ------------------------------------------------------------------------------------

    def ask(self, keyboard: Keyboard) -> int | None:
        """The station to go to, perhaps beyond the last; ``None`` for none."""
        self.typed = ""
        self.prompt()
        try:
            while (key := keyboard.read()) not in MEANINGS:
                if key.isdecimal():
                    self.type(key)
        except KeyboardInterrupt:
            key = END
        self.clear_prompt()
        match MEANINGS[key]:
            case Key.QUIT:
                return None
            case Key.BACK:
                return max(self.at - 1, 0)
        return self.station_of(int(self.typed)) if self.typed else self.at + 1

    def type(self, digit: str) -> None:
        """A room's number has two digits at most; what leads to none begins anew."""
        typed = self.typed + digit
        self.typed = typed if 0 < int(typed) <= len(STEPS) else digit.strip("0")
        self.clear_prompt()
        self.prompt()

    def station_of(self, number: int) -> int:
        """The first station in that room, or behind it."""
        there = (
            place for place, station in enumerate(self.stations) if station.step.number >= number
        )
        return next(there, len(self.stations) - 1)

    def prompt(self) -> None:
        where = f"room {self.typed}, Enter   " if self.typed else ""
        self.console.print(Text(f"{MARGIN}{where}{KEYS} ", style="aside"), end="")
        self.console.file.flush()

    def clear_prompt(self) -> None:
        self.console.file.write("\n" if self.console.is_dumb_terminal else "\r\x1b[2K")

    # Pictures --------------------------------------------------------------------------------

    def show(self, place: int) -> None:
        """Draw one station."""
        station = self.stations[place]
        self.head(station, place)
        if station.missed or station.remark:
            self.absent(station)
            return
        if station.source is not None:
            self.code(station)
        for exhibit in station.exhibits:
            self.exhibit(exhibit)
        if station.outcome:
            self.print(Text(f"\n{MARGIN}{station.outcome}", style="surprise"))

    def head(self, station: Station, place: int) -> None:
        line = glyphs_for(self.console).line
        number = f"station {place + 1} of {len(self.stations)}"
        name = f"room {station.step.number}  {station.step.name} "
        rest = max(self.console.width - len(name) - len(number) - 5, 3)
        self.print(
            Text.assemble(
                f"\n{line * 2} ",
                (name, "room"),
                (line * rest, "aside"),
                (f" {number}", "aside"),
            )
        )
        if station.purpose:
            width = max(self.console.width - len(MARGIN), 20)
            for purpose in Text(station.purpose, style="aside").wrap(self.console, width):
                purpose.rstrip()
                self.print(Text.assemble(MARGIN, purpose))

    def absent(self, station: Station) -> None:
        """A room that was not entered, or that has nothing in it."""
        names = f"not entered: {', '.join(station.missed)}" if station.missed else station.remark
        self.print(Text(f"\n{MARGIN}{names}", style="aside"))

    def code(self, station: Station) -> None:
        source = station.source
        assert source is not None
        self.print(
            Text.assemble(f"\n{MARGIN}", (station.title, "way"), (f"  {source.place}", "aside"))
        )
        for number, text in station.lines:
            line = Text.assemble(MARGIN, (f"{number:5}  ", "number"), text)
            self.print(cropped(self.console, line))

    def exhibit(self, exhibit: Exhibit) -> None:
        self.print(Text(f"\n{MARGIN}{exhibit.label}", style="in"))
        for line in exhibit.lines:
            self.print(Text(f"{MARGIN}  {line}".rstrip()))

    def print(self, text: Text) -> None:
        """Print *text*, in lines as long as they come."""
        self.console.print(
            disarmed(text), no_wrap=True, overflow="ignore", crop=False, soft_wrap=True
        )

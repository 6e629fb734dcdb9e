"""What a row of the comparison is made of: who takes part, what is asked, what must come out."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

Figures = Mapping[str, float]
"""What one measurement found: ``{"requests/s": 51234.0, …}``. The unit is part of the name."""


class NotMeasured(Exception):
    """Why there is no figure: a rival is missing, an answer was wrong, a client saw errors."""


@dataclass(frozen=True)
class Ask:
    """One GET, and the body that must be the answer to it.

    A JSON *answer* may be spaced otherwise.
    """

    path: str = "/"
    fields: tuple[tuple[str, str], ...] = ()
    answer: bytes = b""

    @property
    def all_fields(self) -> tuple[tuple[str, str], ...]:
        return (("Host", "example.org"), *self.fields)

    @property
    def head(self) -> bytes:
        lines = [f"GET {self.path} HTTP/1.1", *(f"{n}: {v}" for n, v in self.all_fields)]
        return "\r\n".join([*lines, "", ""]).encode("ascii")


@dataclass(frozen=True)
class Place:
    """Where one server is to run, for the function that makes its command line."""

    programs: Path
    port: int
    folder: Path
    application: str
    threads: int
    more: tuple[str, ...]

    def program(self, name: str) -> str:
        return str(self.programs / name)


@dataclass(frozen=True)
class Server:
    """A server, and where it is installed; without an *environment* it is the system's."""

    name: str
    command: Callable[[Place], list[str]]
    environment: str = ""


@dataclass(frozen=True)
class Contestant:
    """A server with an application of ``bench/sites``; *more* is added to its command line."""

    server: Server
    application: str = "hello:application"
    framework: str = ""
    threads: int = 1
    more: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return " + ".join(filter(None, (self.server.name, self.framework)))


@dataclass(frozen=True)
class Goal:
    """A bound on a figure, or on its ratio to that of each of the contestants *against*."""

    figure: str
    bound: float
    at_most: bool = False
    against: tuple[str, ...] = ()

    def met(self, value: float) -> bool:
        return value <= self.bound if self.at_most else value >= self.bound

    def worst(self, values: Iterable[float]) -> float:
        return max(values) if self.at_most else min(values)

    def __str__(self) -> str:
        times = " ×" if self.against else ""
        return f"{'≤' if self.at_most else '≥'} {self.bound:g}{times}"


def at_least(bound: float, figure: str, *against: str) -> Goal:
    return Goal(figure, bound, against=against)


def at_most(bound: float, figure: str, *against: str) -> Goal:
    return Goal(figure, bound, at_most=True, against=against)


@dataclass(frozen=True)
class Run:
    """How long one measurement lasts, and the cores that server and client have to themselves.

    *python* is an interpreter with Enfilade, to be measured instead of an environment of its own.
    """

    seconds: float = 3.0
    server_core: int = 0
    client_core: int = 1
    python: Path | None = None


Measurement = Callable[[Contestant, Ask, Run], Figures]


@dataclass(frozen=True)
class Row:
    """One comparison. The first contestant is Enfilade.

    *rounds* bounds how often it is repeated, where once says it all; a row *by_name* is measured
    only if asked for, since it takes minutes. The *note* stands below the table.
    """

    name: str
    title: str
    measure: Measurement
    contestants: tuple[Contestant, ...]
    ask: Ask = field(default_factory=Ask)
    goals: tuple[Goal, ...] = ()
    rounds: int = 1000
    by_name: bool = False
    note: str = ""

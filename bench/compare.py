"""One row after the other: who can take part, A B A B, and what the samples say together."""

import statistics
import sys
from collections.abc import Iterable
from dataclasses import dataclass, field

from bench.contest import Contestant, Figures, Goal, NotMeasured, Row, Run
from bench.serving import programs_of


@dataclass
class Result:
    """What a row has found: the samples of each contestant in order, and who has none, and why."""

    samples: dict[str, list[Figures]] = field(default_factory=dict)
    missing: dict[str, str] = field(default_factory=dict)

    def values(self, name: str, figure: str) -> list[float]:
        return [sample[figure] for sample in self.samples.get(name, ()) if figure in sample]


@dataclass(frozen=True)
class Spread:
    """The median of some values, the smallest and the largest."""

    median: float
    least: float
    most: float

    @classmethod
    def of(cls, values: Iterable[float]) -> "Spread":
        values = list(values)
        return cls(statistics.median(values), min(values), max(values))


def compare(row: Row, run: Run, pairs: int, alone: bool = False) -> Result:
    """Measure every contestant of the row *pairs* times, taking turns.

    Who cannot be measured is left out from then on, and its samples do not count.
    """
    result = Result()
    contestants = row.contestants[:1] if alone else row.contestants
    for contestant in contestants:  # nothing is installed between two turns
        _prepare(contestant, run, result)
    for _ in range(min(pairs, row.rounds)):
        for contestant in contestants:
            if contestant.name not in result.missing:
                _measure(row, contestant, run, result)
    return result


def _prepare(contestant: Contestant, run: Run, result: Result) -> None:
    try:
        programs_of(contestant, run)
    except NotMeasured as reason:
        _leave_out(contestant, reason, result)


def _measure(row: Row, contestant: Contestant, run: Run, result: Result) -> None:
    name = contestant.name
    try:
        figures = row.measure(contestant, row.ask, run)
    except NotMeasured as reason:
        _leave_out(contestant, reason, result)
        return
    result.samples.setdefault(name, []).append(figures)
    figure, value = next(iter(figures.items()))
    print(f"  {name}: {value:,.5g} {figure}", file=sys.stderr, flush=True)


def _leave_out(contestant: Contestant, reason: NotMeasured, result: Result) -> None:
    result.missing[contestant.name] = str(reason)
    result.samples.pop(contestant.name, None)
    print(f"  {contestant.name}: {reason}", file=sys.stderr, flush=True)


def ratios(result: Result, ours: str, goal: Goal) -> dict[str, Spread]:
    """Ours to each rival's figure, pair by pair; who was not measured is not in it."""
    own = result.values(ours, goal.figure)
    found = {}
    for rival in goal.against:
        if own and (theirs := result.values(rival, goal.figure)):
            found[rival] = Spread.of(a / b for a, b in zip(own, theirs, strict=False))
    return found


@dataclass(frozen=True)
class Verdict:
    """Where a goal stands: the spread that it bounds, and the *rival* that was hardest."""

    goal: Goal
    spread: Spread
    rival: str = ""

    @property
    def met(self) -> bool:
        return self.goal.met(self.spread.median)


def verdicts(row: Row, result: Result) -> list[Verdict]:
    """One for each goal of the row for which there are figures."""
    ours = row.contestants[0].name
    found = []
    for goal in row.goals:
        if goal.against:
            if by_rival := ratios(result, ours, goal):
                worst = goal.worst(spread.median for spread in by_rival.values())
                rival = next(name for name, each in by_rival.items() if each.median == worst)
                found.append(Verdict(goal, by_rival[rival], rival))
        elif values := result.values(ours, goal.figure):
            found.append(Verdict(goal, Spread.of(values)))
    return found

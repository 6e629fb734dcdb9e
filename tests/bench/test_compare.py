"""Turns, ratios and goals."""

from itertools import count

import pytest
from bench.compare import Result, compare, ratios, verdicts
from bench.contest import Contestant, NotMeasured, Row, Run, Server, at_least, at_most


def contestant(name: str) -> Contestant:
    return Contestant(Server(name, lambda place: []))


def row(*goals, measure=None) -> Row:
    contestants = tuple(map(contestant, ("Enfilade", "slow", "fast")))
    return Row("row", "A row", measure, contestants, goals=goals)


def result(figure: str, **samples: list[float]) -> Result:
    return Result({name: [{figure: value} for value in values] for name, values in samples.items()})


def test_contestants_take_turns() -> None:
    turns = []

    def measure(contestant, ask, run):
        turns.append(contestant.name)
        return {"requests/s": 1.0}

    compare(row(measure=measure), Run(), pairs=2)
    assert turns == ["Enfilade", "slow", "fast"] * 2


def test_alone_only_the_first_is_measured() -> None:
    numbers = count(1)
    measured = compare(row(measure=lambda *_: {"n": next(numbers)}), Run(), pairs=3, alone=True)
    assert measured.samples == {"Enfilade": [{"n": 1}, {"n": 2}, {"n": 3}]}


def test_who_fails_once_is_left_out_with_the_reason() -> None:
    turns = count()

    def measure(contestant, ask, run):
        if contestant.name == "slow" and next(turns) == 1:
            raise NotMeasured("3 of 90 requests failed")
        return {"requests/s": 1.0}

    measured = compare(row(measure=measure), Run(), pairs=4)
    assert measured.missing == {"slow": "3 of 90 requests failed"}
    assert {name: len(samples) for name, samples in measured.samples.items()} == {
        "Enfilade": 4,
        "fast": 4,
    }
    assert next(turns) == 2  # it was not asked again


def test_a_ratio_is_made_pair_by_pair() -> None:
    # The machine became half as fast in the middle: the ratio has not noticed.
    goal = at_least(2, "requests/s", "slow")
    found = ratios(result("requests/s", Enfilade=[200, 100], slow=[100, 50]), "Enfilade", goal)
    assert (found["slow"].least, found["slow"].median, found["slow"].most) == (2, 2, 2)


@pytest.mark.parametrize(
    ("goal", "rival", "met"),
    [
        (at_least(1.5, "f", "slow", "fast"), "fast", False),
        (at_least(1.2, "f", "slow", "fast"), "fast", True),
        (at_most(2, "f", "slow", "fast"), "slow", False),
        (at_most(3, "f", "slow", "fast"), "slow", True),
    ],
)
def test_a_goal_counts_against_the_hardest_rival(goal, rival, met) -> None:
    measured = result("f", Enfilade=[25.0], slow=[10.0], fast=[20.0])
    (verdict,) = verdicts(row(goal), measured)
    assert (verdict.rival, verdict.met) == (rival, met)


def test_a_goal_without_rivals_bounds_the_figure() -> None:
    (verdict,) = verdicts(row(at_most(50, "ms")), result("ms", Enfilade=[40, 45, 90]))
    assert verdict.met
    assert verdict.spread.most == 90


def test_a_goal_whose_rivals_are_missing_has_no_verdict() -> None:
    assert verdicts(row(at_least(1, "f", "fast")), result("f", Enfilade=[1.0])) == []

"""Two plans of a request side by side, of two deployments or of two days: what is new in it.

Plans are what ``enfilade explain --json`` has written. Pieces beside the way ("if the view
raises"), pieces that were not executed and options of the server that are the same are no part of
the comparison.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from difflib import SequenceMatcher
from typing import Any

from enfilade.exceptions import DeveloperError
from enfilade.explain.nodes import Key

Plan = Mapping[str, Any]


class NotAPlan(DeveloperError):
    """What should be a plan has not the keys of one."""


@dataclass(frozen=True, slots=True)
class Change:
    """One node in both plans or in one. ``kind`` is "same", "came", "went" or "moved" (where it
    stands now); times are totals in nanoseconds, ``None`` where nothing was measured."""

    kind: str
    step: int
    event: str
    label: str
    depth: int
    before_ns: int | None
    after_ns: int | None


@dataclass(frozen=True, slots=True)
class Difference:
    """Whether the *answers* differ (before, after), and every node."""

    answers: tuple[str, str]
    changes: tuple[Change, ...]

    @property
    def is_empty(self) -> bool:
        """Whether the request goes the same way to the same answer."""
        same = all(change.kind == "same" for change in self.changes)
        return same and self.answers[0] == self.answers[1]

    def to_dict(self) -> dict[str, Any]:
        """The difference in types that JSON has."""
        return asdict(self)


def compare(before: Plan, after: Plan) -> Difference:
    """What is different in *after*. Raises :exc:`NotAPlan`."""
    try:
        old, new = _nodes(before), _nodes(after)
        return Difference((_answer(before), _answer(after)), tuple(_changes(old, new)))
    except (KeyError, TypeError, AttributeError):
        raise NotAPlan(
            "This is no plan of a request: it has not the nodes of one.",
            hint="Write one with: enfilade explain --json GET /path/ > before.json",
        ) from None


def _nodes(plan: Plan) -> list[Plan]:
    return [node for node in plan["nodes"] if not node["when"] and node.get("executed", True)]


def _answer(plan: Plan) -> str:
    measured = plan.get("measured")
    if measured is not None:
        return str(measured["status"] or measured["failure"])
    answer = plan["answer"]
    return f"{answer['status'] or 'the response'} by {answer['by']}"


def _changes(old: Sequence[Plan], new: Sequence[Plan]) -> Iterator[Change]:
    before, after = [_key(node) for node in old], [_key(node) for node in new]
    gone, fresh = _left_over(before, after), _left_over(after, before)
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    waiting = {_key(node): node for node in old}
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        if tag == "equal":
            pairs = zip(old[i1:i2], new[j1:j2], strict=True)
            met = (pair for pair in pairs if "option" not in pair[1])
            yield from (_change("same", node, was, node) for was, node in met)
            continue
        for node in old[i1:i2]:
            if _take(gone, _key(node)):
                yield _change("went", node, node, None)
        for node in new[j1:j2]:
            came = _take(fresh, _key(node))
            was = None if came else waiting.get(_key(node))
            yield _change("came" if came else "moved", node, was, node)


def _key(node: Plan) -> Key:
    return node["event"], node["node"]


def _left_over(some: list[Key], others: list[Key]) -> Counter[Key]:
    """How many of *some* have no counterpart among *others*."""
    return Counter(some) - Counter(others)


def _take(counter: Counter[Key], key: Key) -> bool:
    if not counter[key]:
        return False
    counter[key] -= 1
    return True


def _change(kind: str, node: Plan, before: Plan | None, after: Plan | None) -> Change:
    times = [each.get("total_ns") if each else None for each in (before, after)]
    return Change(kind, node["step"], node["event"], node["label"], node["depth"], *times)

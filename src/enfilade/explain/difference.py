"""Two plans of a request side by side, of two deployments or of two days: what is new in it.

Plans are what ``enfilade explain --json`` has written. Pieces beside the way ("if the view
raises"), pieces that were not executed and options of the server that are the same are no part of
the comparison; nor is the server where it is in the one plan as foreseen, in the other as measured
or not at all.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from difflib import SequenceMatcher
from heapq import merge
from typing import Any

from enfilade.exceptions import DeveloperError
from enfilade.explain.nodes import BODY, Key
from enfilade.lifecycle import STEPS, Half
from enfilade.trace.failure import kind_of

Plan = Mapping[str, Any]

_OF_SERVER = frozenset(step.event for step in STEPS if step.half is Half.SERVER)


class NotAPlan(DeveloperError):
    """What should be a plan has not the keys of one."""


@dataclass(frozen=True, slots=True)
class Change:
    """One node in both plans or in one. ``kind`` is "same", "came", "went" or "moved" (where it
    stands now, be it a place in the course or a module); times are totals in nanoseconds, ``None``
    where nothing was measured; ``names`` are its whole ones, before and after, "" for none."""

    kind: str
    step: int
    event: str
    label: str
    depth: int
    before_ns: int | None
    after_ns: int | None
    names: tuple[str, str]

    @property
    def is_elsewhere(self) -> bool:
        """Whether it stands in another module now."""
        return all(self.names) and self.names[0] != self.names[1]


@dataclass(frozen=True, slots=True)
class Difference:
    """Whether the *answers* differ (before, after), and every node; ``partial`` is whether the
    steps of the server are left out, since the two plans do not know the same of them."""

    answers: tuple[str, str]
    changes: tuple[Change, ...]
    partial: bool

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
        partial = _kind(before) != _kind(after)
        old, new = _nodes(before, partial), _nodes(after, partial)
        return Difference(_answers(before, after), tuple(_changes(old, new)), partial)
    except (KeyError, TypeError, AttributeError):
        raise NotAPlan(
            "This is no plan of a request: it has not the nodes of one.",
            hint="Write one with: enfilade explain --json GET /path/ > before.json",
        ) from None


def _kind(plan: Plan) -> tuple[bool, bool]:
    """Whether it is measured, and whether it is by a server that runs."""
    return "measured" in plan, "entry" in plan


def _nodes(plan: Plan, partial: bool) -> list[Plan]:
    nodes = [node for node in plan["nodes"] if not node["when"] and node.get("executed", True)]
    return [node for node in nodes if not (partial and _is_of_server(node))]


def _is_of_server(node: Plan) -> bool:
    return node["event"] in _OF_SERVER and _key(node) != BODY


def _answers(before: Plan, after: Plan) -> tuple[str, str]:
    """The answer that only a view knows is no other than that which it has given."""
    given = [plan["measured"]["status"] for plan in (before, after) if "measured" in plan]
    if len(given) != 1 or given[0] is None:
        return _answer(before), _answer(after)
    old, new = _outcome(before), _outcome(after)
    return old or new, new or old


def _answer(plan: Plan) -> str:
    if "measured" in plan:
        return _outcome(plan)
    answer = plan["answer"]
    return f"{answer['status'] or 'the response'} by {answer['by']}"


def _outcome(plan: Plan) -> str:
    """The status, or what was raised in its place; "" of what nobody can foresee."""
    measured = plan.get("measured")
    if measured is None:
        return str(plan["answer"]["status"] or "")
    return str(measured["status"] or kind_of(measured["failure"]))


def _changes(old: Sequence[Plan], new: Sequence[Plan]) -> Iterator[Change]:
    before, called = [_key(node) for node in old], _counterparts(old, new)
    after = [called.get(_key(node), _key(node)) for node in new]
    gone, fresh = _left_over(before, after), _left_over(after, before)
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    waiting = {_key(node): node for node in old}
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        if tag == "equal":
            pairs = zip(old[i1:i2], new[j1:j2], strict=True)
            met = (pair for pair in pairs if "option" not in pair[1])
            yield from (_change(_kept(*pair), pair[1], *pair) for pair in met)
            continue
        went = [_change("went", node, node, None) for node in old[i1:i2] if _take(gone, _key(node))]
        stand = []
        for node, key in zip(new[j1:j2], after[j1:j2], strict=True):
            came = _take(fresh, key)
            was = None if came else waiting.get(key)
            stand.append(_change("came" if came else "moved", node, was, node))
        yield from merge(went, stand, key=lambda change: change.step)


def _counterparts(old: Sequence[Plan], new: Sequence[Plan]) -> dict[Key, Key]:
    """What nodes that came are called in *old*, for those that went from another module: they are
    at the same event, and for a person have the same name."""
    waiting: dict[Key, list[Key]] = {}
    for node in _only_in(old, new):
        waiting.setdefault((node["event"], node["label"]), []).append(_key(node))
    found = {}
    for node in _only_in(new, old):
        if left := waiting.get((node["event"], node["label"])):
            found[_key(node)] = left.pop(0)
    return found


def _only_in(some: Sequence[Plan], others: Sequence[Plan]) -> list[Plan]:
    """The nodes of *some* that *others* have not, each once; options have values, not modules."""
    known = {_key(node) for node in others}
    fresh = {_key(node): node for node in some if _key(node) not in known and "option" not in node}
    return list(fresh.values())


def _kept(was: Plan, node: Plan) -> str:
    return "same" if _key(was) == _key(node) else "moved"


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
    return Change(
        kind=kind,
        step=node["step"],
        event=node["event"],
        label=node["label"],
        depth=node["depth"],
        before_ns=before.get("total_ns") if before else None,
        after_ns=after.get("total_ns") if after else None,
        names=(before["node"] if before else "", after["node"] if after else ""),
    )

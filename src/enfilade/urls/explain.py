"""Which routes were candidates for a path, and why each but the winner lost.

This asks every route, as a person would; nothing here runs while a request is served.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from enfilade.secrecy import hide_tokens
from enfilade.urls.endpoints import Endpoint
from enfilade.urls.mismatch import mismatch
from enfilade.urls.patterns import URLPattern, view_path

if TYPE_CHECKING:
    from enfilade.urls.resolvers import URLResolver


class Outcome(StrEnum):
    """How a route fared."""

    WINS = "wins"
    SHADOWED = "shadowed"
    NO_MATCH = "no match"


@dataclass(frozen=True, slots=True)
class Candidate:
    """One route and how it fared; ``number`` counts the routes from 1 as they are declared.

    ``nearness`` runs from 0 (nothing in common with the path) to 1 (it matches). ``file`` and
    ``line`` are where the route is written, ``None`` if that is not known.
    """

    route: str
    name: str | None
    view: str
    number: int
    outcome: Outcome
    reason: str
    nearness: float
    file: str | None = None
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Explanation:
    """The answer for one path; ``candidates`` are in the order of declaration."""

    path: str
    winner: Candidate | None
    candidates: tuple[Candidate, ...]

    def nearest(self, count: int = 10) -> tuple[Candidate, ...]:
        """The *count* candidates that came nearest, the nearest first."""
        ranked = sorted(
            self.candidates, key=lambda c: (c is not self.winner, -c.nearness, c.number)
        )
        return tuple(ranked[:count])


def explain(endpoints: Iterable[Endpoint], path: str) -> Explanation:
    """Ask each of *endpoints* about *path*; a converter's errors pass through."""
    winner: Candidate | None = None
    candidates = []
    for endpoint in endpoints:
        candidate = _candidate(endpoint, path, winner)
        if candidate.outcome is Outcome.WINS:
            winner = candidate
        candidates.append(candidate)
    return Explanation(path, winner, tuple(candidates))


def _candidate(endpoint: Endpoint, path: str, winner: Candidate | None) -> Candidate:
    if endpoint.match(path) is None:
        outcome, (reason, nearness) = Outcome.NO_MATCH, mismatch(endpoint, path)
        reason = hide_tokens(reason)
    elif winner is None:
        outcome, reason, nearness = Outcome.WINS, "the first route that matches", 1.0
    else:
        reason = f"shadowed: #{winner.number} {winner.route!r} matches first"
        outcome, nearness = Outcome.SHADOWED, 1.0
    name = endpoint.full_name
    view = view_path(endpoint.callback)
    number, (file, line) = endpoint.number, endpoint.pattern.place or (None, None)
    return Candidate(endpoint.route, name, view, number, outcome, reason, nearness, file, line)


def tried(resolver: "URLResolver", path: str) -> list[list[Any]]:
    """The patterns that a walk over the nested lists tries, each behind its includes.

    An include whose prefix does not match stands for all that is in it. The walk ends with the
    pattern that matches.
    """
    return _walk(resolver, path)[0] or []


def _walk(resolver: "URLResolver", path: str) -> tuple[list[list[Any]] | None, bool]:
    prefix = resolver.pattern.match(path)
    if prefix is None:
        return None, False
    steps: list[list[Any]] = []
    for entry in resolver.url_patterns:
        inner: list[list[Any]] | None = None
        if isinstance(entry, URLPattern):
            found = entry.pattern.match(prefix[0]) is not None
        else:
            inner, found = _walk(entry, prefix[0])
        steps += [[entry]] if inner is None else [[entry, *step] for step in inner]
        if found:
            return steps, True
    return steps, False

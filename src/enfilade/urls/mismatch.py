"""Why one route does not match a path, in words, and how near it came."""

import re
from difflib import SequenceMatcher
from typing import TypeVar

from enfilade.secrecy import hide_tokens
from enfilade.urls.endpoints import Endpoint
from enfilade.urls.patterns import Parameter, RoutePattern
from enfilade.urls.tree import Segment, is_literal, segment_regex, segment_text, segments

T = TypeVar("T")

LONGEST = 60
"""Characters of a path that a reason repeats, which anybody may have sent."""

_NO_SLASH = "the path lacks the trailing slash"
_EXTRA_SLASH = "the path has a trailing slash, the route has none"
_ALIKE = 0.6
_REFUSED = 0.5
_SLASH = 0.05


def mismatch(endpoint: Endpoint, path: str) -> tuple[str, float]:
    """The reason why *endpoint* does not match *path*, and its nearness from 0 to 1."""
    if not path.startswith("/"):
        return "the path does not start with '/'", 0.0
    pieces, whole = segments(endpoint.patterns)
    # What stands before the leading slash is no segment.
    pieces, texts = pieces[1:], path.split("/")[1:]
    reason = _first_difference(pieces, texts, whole)
    if reason is None:
        reason = _length(pieces, texts) if whole else _pattern(endpoint, path)
    return reason or _refusal(pieces, texts), _nearness(pieces, texts)


def bounded(text: str, most: int = LONGEST) -> str:
    """*text*, or its beginning and an ellipsis."""
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _quoted(text: str) -> str:
    """*text* of a path, without secrets: what is left of one would not be known as such."""
    return repr(bounded(hide_tokens(text)))


def _first_difference(pieces: list[Segment], texts: list[str], whole: bool) -> str | None:
    for place, (piece, text) in enumerate(zip(pieces, texts, strict=False)):
        if _similarity(piece, text) == 1:
            continue
        if whole and not piece and place == len(pieces) - 1:
            return _goes_on("route", "path", place, "/".join(texts[place:]))
        if not text and place == len(texts) - 1:
            return _goes_on("path", "route", place, "/".join(map(segment_text, pieces[place:])))
        return _difference(piece, text, place + 1)
    return None


def _difference(piece: Segment, text: str, number: int) -> str:
    stands = _quoted(text)
    if is_literal(piece):
        return f"literal {segment_text(piece)!r} expected where {stands} stands (segment {number})"
    if len(piece) == 1 and isinstance(piece[0], Parameter):
        kind = piece[0].kind
        return f"segment {number} {stands} is not {'an' if kind[0] in 'aeio' else 'a'} {kind}"
    return f"segment {number} {stands} does not look like {segment_text(piece)!r}"


def _length(pieces: list[Segment], texts: list[str]) -> str | None:
    """The difference between two where one begins like the other."""
    if len(texts) < len(pieces):
        rest = "/".join(map(segment_text, pieces[len(texts) :]))
        return _goes_on("path", "route", len(texts), rest) if rest else _NO_SLASH
    if len(texts) > len(pieces):
        rest = "/".join(texts[len(pieces) :])
        return _goes_on("route", "path", len(pieces), rest) if rest else _EXTRA_SLASH
    return None


def _goes_on(short: str, long: str, count: int, rest: str) -> str:
    many = f"{count} segment{'' if count == 1 else 's'}"
    return f"the {short} ends after {many}, the {long} goes on with {_quoted(rest)}"


def _refusal(pieces: list[Segment], texts: list[str]) -> str:
    """Which converter refused a text that looks right."""
    for number, (piece, text) in enumerate(zip(pieces, texts, strict=True), start=1):
        if len(piece) == 1 and isinstance(piece[0], Parameter):
            try:
                piece[0].converter.to_python(text)
            except ValueError as error:
                return f"segment {number} {_quoted(text)} is refused by {piece[0]}: {error}"
    return "a converter refuses its text"


def _pattern(endpoint: Endpoint, path: str) -> str | None:
    """Which pattern fails, where patterns are more than segments."""
    rest = path
    for pattern in endpoint.patterns:
        match = pattern.match(rest)
        if match is None:
            kind = "the route" if isinstance(pattern, RoutePattern) else "the regular expression"
            return f"{kind} {str(pattern)!r} does not match {_quoted(rest)}"
        rest = match[0]
    return None


def _nearness(pieces: list[Segment], texts: list[str]) -> float:
    route, path = _without_last_slash(pieces), _without_last_slash(texts)
    alike = sum(_similarity(p, t) for p, t in zip(route, path, strict=False))
    nearness = alike / max(len(route), len(path), 1)
    same_ending = (len(route) == len(pieces)) is (len(path) == len(texts))
    return round(max(nearness - (0 if same_ending else _SLASH), 0), 3)


def _without_last_slash(pieces: list[T]) -> list[T]:
    return pieces if pieces and pieces[-1] else pieces[:-1]


def _similarity(piece: Segment, text: str) -> float:
    if is_literal(piece):
        ratio = SequenceMatcher(None, segment_text(piece), text).ratio()
        return ratio if ratio >= _ALIKE else 0.0
    return 1.0 if re.fullmatch(segment_regex(piece), text) else _REFUSED

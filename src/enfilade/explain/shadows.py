"""Routes that can never match, because an earlier one takes every path of theirs.

For each route one path is made up that it matches; the route that wins this path is suspected,
and convicted only if its pattern provably covers the other. Routes with converters of the site
are left alone where that would need to know what they accept.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType

from enfilade.urls.endpoints import Endpoint
from enfilade.urls.patterns import Parameter, Token
from enfilade.urls.tree import Segment, Tree, is_literal, segment_regex, segment_text, segments

SAMPLES: Mapping[str, str] = MappingProxyType(
    {
        "int": "7919",
        "path": "zq/xj",
        "slug": "zq-xj",
        "str": "zq~xj",
        "uuid": "0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d",
    }
)
"""A text for each built-in converter, which no literal is likely to be."""

COVERED: Mapping[str, frozenset[str]] = MappingProxyType(
    {"str": frozenset({"int", "slug", "uuid"}), "slug": frozenset({"int", "uuid"})}
)
"""Which built-in converters accept all that another accepts."""


def shadowed(tree: Tree) -> Iterator[tuple[Endpoint, Endpoint]]:
    """Pairs of a route and a later one that never matches because of it."""
    for endpoint in tree.endpoints:
        sample = _sample(endpoint)
        found = tree.find(sample) if sample is not None else None
        if found and found[0].number < endpoint.number and _covers(found[0], endpoint):
            yield found[0], endpoint


def _sample(endpoint: Endpoint) -> str | None:
    """A path that *endpoint* matches; ``None`` where a regular expression or a converter of the
    site would have to be understood for it."""
    tokens = _tokens(endpoint)
    if tokens is None or not _is_known(tokens):
        return None
    return "".join(token if isinstance(token, str) else SAMPLES[token.kind] for token in tokens)


def _tokens(endpoint: Endpoint) -> Segment | None:
    tokens: list[Token] = []
    for pattern in endpoint.patterns:
        if not pattern.is_whole:
            return None
        tokens += pattern.tokens
    return tuple(tokens)


def _is_known(tokens: Segment) -> bool:
    return all(isinstance(token, str) or token.kind in SAMPLES for token in tokens)


def _covers(winner: Endpoint, loser: Endpoint) -> bool:
    if _shape(_tokens(winner) or ()) == _shape(_tokens(loser) or ()):
        return True
    earlier, whole = segments(winner.patterns)
    later, later_whole = segments(loser.patterns)
    if whole:
        return later_whole and len(earlier) == len(later) and _all_cover(earlier, later)
    if not _is_path_tail(winner):
        return False
    rest = later[len(earlier) :]
    if later_whole and rest in ([], [("",)], [()]):
        return False  # <path:…> takes at least one character
    same_tail = later_whole or _is_path_tail(loser)
    return same_tail and len(earlier) <= len(later) and _all_cover(earlier, later)


def _is_path_tail(endpoint: Endpoint) -> bool:
    """Whether the route is whole segments and then one ``<path:…>``."""
    *before, last = _tokens(endpoint) or ("",)
    return (
        isinstance(last, Parameter)
        and last.kind == "path"
        and isinstance(before[-1], str)
        and before[-1].endswith("/")
        and _is_known(tuple(before))
        and not any(isinstance(token, Parameter) and token.kind == "path" for token in before)
    )


def _all_cover(earlier: Sequence[Segment], later: Sequence[Segment]) -> bool:
    return all(_segment_covers(*pair) for pair in zip(earlier, later, strict=False))


def _segment_covers(earlier: Segment, later: Segment) -> bool:
    """Whether *earlier* takes every text that *later* takes."""
    if _shape(earlier) == _shape(later):
        return True
    if is_literal(later):
        accepts = re.fullmatch(segment_regex(earlier), segment_text(later))
        return _is_known(earlier) and bool(accepts)
    match [token for token in earlier if token], [token for token in later if token]:
        case [Parameter(kind=wide)], [Parameter(kind=narrow)]:
            return narrow in COVERED.get(wide, ())
    return False


def _shape(tokens: Segment) -> str:
    """The tokens as text, without the names of parameters."""
    return "".join(token if isinstance(token, str) else f"<{token.kind}>" for token in tokens)

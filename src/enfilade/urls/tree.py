"""The segment tree: which routes are worth asking about a path, without walking them all.

A route is cut at its slashes. As long as each piece lies within one segment of the path, it
becomes an edge of the tree: a literal is a dictionary key, a piece with parameters is a regular
expression for the whole segment, shared by all routes that have the same one. What cannot be cut
(what is not plain text in a ``re_path``, ``<path:…>``, converters that may match a slash, a
prefix that ends within a segment after a parameter) hangs as a *tail* at the last node that its
beginning leads to.

The tree only ever leaves out routes that cannot match. The remaining ones are asked in the order
of declaration, so the answer is that of walking the whole list: the first match wins.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from heapq import merge
from operator import attrgetter, length_hint
from typing import Any

from enfilade.urls.endpoints import Endpoint, Values
from enfilade.urls.patterns import Parameter, Pattern, Token
from enfilade.urls.regex import in_segment

Segment = tuple[Token, ...]
Accepts = Callable[[str], object]
_number = attrgetter("number")
_MANY = 32


def segments(patterns: Sequence[Pattern]) -> tuple[list[Segment], bool]:
    """Cut the joined *patterns* at their slashes; the flag says whether that went to the end.

    Otherwise the list holds the segments before the first piece that cannot be cut.
    """
    complete: list[Segment] = []
    partial: Segment = ()
    for pattern in patterns:
        for token in pattern.tokens:
            if isinstance(token, str):
                first, *rest = ((text,) if text else () for text in token.split("/"))
                pieces = [partial + first, *rest]
                complete += pieces[:-1]
                partial = pieces[-1]
            elif in_segment(token.converter.regex):
                partial = (*partial, token)
            else:
                return complete, False
        # Where a prefix ends may depend on what its last parameter takes.
        floating = not pattern.is_endpoint and not is_literal(partial)
        if floating or not pattern.is_whole:
            return complete, False
    return [*complete, partial], True


def is_literal(segment: Segment) -> bool:
    """Whether the segment holds no parameter."""
    return all(isinstance(token, str) for token in segment)


def segment_text(segment: Segment) -> str:
    """The segment as the route has it."""
    return "".join(map(str, segment))


def segment_regex(segment: Segment) -> str:
    """What a whole path segment must look like."""
    return "".join(
        re.escape(token) if isinstance(token, str) else f"(?:{token.converter.regex})"
        for token in segment
    )


class Node:
    """What can come after the segments that lead here; ``ends`` and ``tails`` go by number."""

    __slots__ = ("_edges", "edges", "ends", "literals", "tails")

    def __init__(self) -> None:
        self.literals: dict[str, Node] = {}
        self.edges: list[tuple[Accepts, Node]] = []
        self.ends: list[Leaf] = []
        self.tails: list[Leaf] = []
        self._edges: dict[str, Node] = {}

    def child(self, segment: Segment) -> "Node":
        """The node after *segment*, made when it is new."""
        if is_literal(segment):
            return self.literals.setdefault(segment_text(segment), Node())
        regex = segment_regex(segment)
        node = self._edges.get(regex)
        if node is None:
            node = self._edges[regex] = Node()
            accepts: Accepts = bool if regex == "(?:[^/]+)" else re.compile(regex).fullmatch
            self.edges.append((accepts, node))
        return node


class Leaf:
    """An endpoint in the tree, matched pattern by pattern."""

    __slots__ = ("endpoint", "number")

    def __init__(self, endpoint: Endpoint) -> None:
        self.endpoint = endpoint
        self.number = endpoint.number

    def match(self, path: str, _texts: list[str]) -> Values | None:
        """What the route makes of *path*; ``None`` if it does not match after all."""
        return self.endpoint.match(path)


class SegmentLeaf(Leaf):
    """An endpoint whose parameters each fill a segment: the tree has matched it already.

    What is left is to turn the texts into values.
    """

    __slots__ = ("_captures", "_defaults", "_inner")

    def __init__(self, endpoint: Endpoint, pieces: list[Segment]) -> None:
        super().__init__(endpoint)
        self._captures = [
            (token.name, place, token.converter.to_python)
            for place, piece in enumerate(pieces)
            for token in piece
            if isinstance(token, Parameter)
        ]
        self._defaults = _winning_defaults(endpoint)
        inner = tuple(endpoint.patterns[-1].converters)
        self._inner = None if len(inner) == len(self._captures) else inner

    def match(self, path: str, texts: list[str]) -> Values | None:
        """Convert the parameters; ``None`` if a converter refuses."""
        captured: dict[str, Any] = {}
        try:
            for name, place, to_python in self._captures:
                captured[name] = to_python(texts[place])
        except ValueError:
            return None
        kwargs = captured | self._defaults
        if self._inner is not None:
            captured = {name: captured[name] for name in self._inner}
        return (), kwargs, captured


def _winning_defaults(endpoint: Endpoint) -> dict[str, Any]:
    """The extra arguments that no pattern further in captures anew."""
    winning: dict[str, Any] = {}
    for pattern, defaults in zip(endpoint.patterns, endpoint.defaults, strict=True):
        winning = {n: v for n, v in winning.items() if n not in pattern.converters} | defaults
    return winning


class Tree:
    """All endpoints of a URLconf, ready to be asked."""

    def __init__(self, endpoints: Iterable[Endpoint]) -> None:
        self.endpoints = tuple(endpoints)
        self._root = Node()
        self._literals: dict[str, Leaf] = {}
        for path, leaf in list(self._plain_leaves()):
            # One look-up will do, unless an earlier route might take the path.
            if next(iter(self._candidates(path.split("/")))) is leaf:
                self._literals[path] = leaf

    def find(self, path: str) -> tuple[Endpoint, Values] | None:
        """The first endpoint that matches *path*, and what it makes of it."""
        leaf = self._literals.get(path)
        if leaf is not None:
            values = leaf.match(path, [])
            return None if values is None else (leaf.endpoint, values)
        texts = path.split("/")
        for leaf in self._candidates(texts):
            values = leaf.match(path, texts)
            if values is not None:
                return leaf.endpoint, values
        return None

    def _plain_leaves(self) -> Iterator[tuple[str, Leaf]]:
        """Build the tree; yield the leaves without parameters and the one path of each."""
        for endpoint in self.endpoints:
            pieces, whole = segments(endpoint.patterns)
            node = self._root
            for piece in pieces:
                node = node.child(piece)
            if not whole:
                node.tails.append(Leaf(endpoint))
                continue
            simple = all(len(piece) <= 1 or is_literal(piece) for piece in pieces)
            leaf = SegmentLeaf(endpoint, pieces) if simple else Leaf(endpoint)
            node.ends.append(leaf)
            if all(map(is_literal, pieces)):
                yield "/".join(map(segment_text, pieces)), leaf

    def _candidates(self, texts: list[str]) -> Iterable[Leaf]:
        """The leaves that may match the segments *texts*, in the order of declaration.

        Follows the only way there is, as a rule; where there are two, looks everywhere.
        """
        node, tails = self._root, self._root.tails
        for text in texts:
            onward = node.literals.get(text)
            for accepts, child in node.edges:
                if accepts(text):
                    if onward is not None:
                        return self._everywhere(texts)
                    onward = child
            if onward is None:
                return tails
            node = onward
            if node.tails:
                if tails:
                    return self._everywhere(texts)
                tails = node.tails
        return self._everywhere(texts) if tails else node.ends

    def _everywhere(self, texts: list[str]) -> Iterable[Leaf]:
        """The same by all the ways that the segments may lead."""
        groups: list[list[Leaf]] = []
        # Grows while it is walked, wherever a segment leads more than one way.
        ways = [(self._root, iter(texts))]
        for node, rest in ways:
            if node.tails:
                groups.append(node.tails)
            for text in rest:
                onward = node.literals.get(text)
                for accepts, child in node.edges:
                    if accepts(text):
                        if onward is not None:
                            ways.append((onward, iter(texts[len(texts) - length_hint(rest) :])))
                        onward = child
                if onward is None:
                    break
                node = onward
                if node.tails:
                    groups.append(node.tails)
            else:
                if node.ends:
                    groups.append(node.ends)
        return groups[0] if len(groups) == 1 else _in_order(groups)


def _in_order(groups: list[list[Leaf]]) -> Iterable[Leaf]:
    if max(map(len, groups), default=0) > _MANY:
        # Only as far as somebody asks.
        return merge(*groups, key=_number)
    return sorted((leaf for group in groups for leaf in group), key=_number)

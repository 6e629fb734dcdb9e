"""The single steps of a course: through a node, over a hop, aside.

What each node's code decides is asked of a *guide*: one that foresees as much as can be known
makes the static plan, one that reads a trace checks it against what has happened (both in
:mod:`enfilade.explain.guides`).
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from typing import Any, Protocol

from enfilade.bridge import iscoroutinefunction
from enfilade.explain.nodes import ERROR_PAGE, NUMBERS, Key, Node
from enfilade.explain.source import Source
from enfilade.lifecycle import HOP
from enfilade.middleware.chain import Chain
from enfilade.trace import ANSWERED, RAISED


class Guide(Protocol):
    """Says how it goes on. ``foresees`` is whether it looks at what may be beside the way."""

    foresees: bool

    def meet(self, node: Node) -> str:
        """The outcome of *node*, as in :class:`~enfilade.trace.Event`."""

    def knows(self, node: Node) -> bool:
        """Whether that is certain, whatever the site's code does."""

    def expects(self, key: Key) -> bool:
        """Whether *key* comes next, perhaps behind a hop, where only the site's code decides."""


class Broken(Exception):
    """A node of the course raises."""


class Premises:
    """What a course leads through: the chain, and the view if a route has been found; ``route`` is
    where that is written, if it is known."""

    route: Source | None = None

    def __init__(self, chain: Chain, handler: str, line: str, path: str, view: Any = None) -> None:
        self.chain = chain
        self.handler = handler
        self.line = line
        self.path = path
        self.view = view
        self.view_is_async = iscoroutinefunction(view)


class Footsteps:
    """``nodes`` are those that were met yet; ``certain`` is whether the next one will be met."""

    def __init__(self, guide: Guide) -> None:
        self.guide = guide
        self.nodes: list[Node] = []
        self.certain = True
        self.depth = 0
        self.when = ""

    def meet(self, event: str, name: str, source: Source | None, step: str = "") -> bool:
        """Go through one node; whether it answers. Raises :exc:`Broken` if it does."""
        number = NUMBERS[step or event]
        node = Node(number, event, name, source, self.depth, self.certain, self.when)
        self.nodes.append(node)
        outcome = self.guide.meet(node)
        if not self.guide.knows(node):
            self.certain = False
        if outcome == RAISED and event != HOP:  # what raises there is what lies within
            raise Broken
        return outcome == ANSWERED

    def code(self, event: str, name: str) -> Source | None:
        """Where the framework's own code of that node is, if that is known."""
        return None

    @contextmanager
    def hop(self, to: str, step: str, needed: bool = True) -> Iterator[None]:
        """A hop around the block, if it is *needed*."""
        if not needed:
            yield
            return
        self.meet(HOP, to, self.code(HOP, to), step)
        self.depth += 1
        try:
            yield
        finally:
            self.depth -= 1

    def door(self, door: str, step: str) -> AbstractContextManager[None]:
        """What stands between two layers."""
        return self.hop(door, step, bool(door))

    def aside(self, when: str, way: Callable[[], None]) -> None:
        """What is met beside the way *when* something happens that nobody can foresee."""
        if not self.guide.foresees:
            return
        before, self.certain, self.when = self.certain, False, when
        with suppress(Broken):
            way()
        self.certain, self.when = before, ""

    def error_page(self, is_async: bool) -> None:
        """An exception becomes a response."""
        with self.hop("to thread", "render", is_async):
            self.meet(*ERROR_PAGE, self.code(*ERROR_PAGE))

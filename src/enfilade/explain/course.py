"""The course of a request: every node that it meets, in order, one decision after another.

It mirrors what :func:`~enfilade.middleware.chain.build_chain` does, read off the layers; the
inner half of it is :mod:`enfilade.explain.core_course`.
"""

from collections.abc import Callable, Sequence

from enfilade.explain.core_course import CoreCourse
from enfilade.explain.footsteps import Broken
from enfilade.explain.nodes import BODY, CONDITIONAL, Node, locate_hook
from enfilade.middleware.chain import Layer


class Course(CoreCourse):
    """Walks once."""

    def walk(self) -> list[Node]:
        """The whole course."""
        chain = self.premises.chain
        handler = self.premises.handler
        self.meet("handler", handler, self.code("handler", handler))
        self.meet("request", self.premises.line, self.code("request", handler))
        with self.door(chain.door, "middleware.in"):
            self.go_in(_groups(chain.layers))
        for key in (CONDITIONAL, BODY):
            if self.guide.expects(key):
                self.meet(*key, self.code(*key))
        return self.nodes

    def go_in(self, groups: Sequence[list[Layer]]) -> None:
        """Through the first of *groups*, what it surrounds, and out again."""
        if not groups:
            self.core()
            return
        group, *inner = groups
        before = self.certain

        def surrounded() -> None:
            last = group[-1]
            with self.door(last.door, "middleware.in"):
                self.go_in(inner)

        if not group[0].made_of_hooks:
            self.callable(group[0], surrounded)
        elif group[0].hops:
            self.shared_hop(group, surrounded)
        else:
            self.run(group, surrounded)
        self.certain = before

    def callable(self, layer: Layer, inner: Callable[[], None]) -> None:
        """A middleware that is called as a whole."""
        source = locate_hook(layer, "")
        try:
            if self.meet("middleware.in", layer.name, source):
                return
            inner()
            self.meet("middleware.out", layer.name, source)
        except Broken:
            self.error_page(layer.is_async)

    def run(self, group: list[Layer], inner: Callable[[], None]) -> None:
        """Neighbours made of hooks."""
        is_async = group[0].is_async
        entered, goes_on = self.enter_group(group, is_async)
        if goes_on:
            inner()
        self.leave_group(entered, is_async)

    def shared_hop(self, group: list[Layer], inner: Callable[[], None]) -> None:
        """The same where they share a hop each way."""
        before, goes_on = self.certain, True
        entered = [(layer, before) for layer in group]
        if any("process_request" in layer.hooks for layer in group):
            with self.hop("to thread", "middleware.in"):
                entered, goes_on = self.enter_group(group, is_async=False)
        if goes_on:
            inner()
        if any("process_response" in layer.hooks for layer in group):
            self.certain = before  # the hop is made for whoever of them was entered
            with self.hop("to thread", "middleware.out"):
                self.leave_group(entered, is_async=False)

    def enter_group(
        self, group: list[Layer], is_async: bool
    ) -> tuple[list[tuple[Layer, bool]], bool]:
        """The layers that are entered, each with whether that is certain, and whether the
        request goes on to what they surround."""
        entered: list[tuple[Layer, bool]] = []
        for layer in group:
            answers = False
            if "process_request" in layer.hooks:
                try:
                    answers = self.hook(layer, "process_request", "middleware.in", is_async)
                except Broken:
                    self.error_page(is_async)
                    return entered, False
            entered.append((layer, self.certain))
            if answers:
                return entered, False
        return entered, True

    def leave_group(self, entered: list[tuple[Layer, bool]], is_async: bool) -> None:
        """The way out of those that were entered."""
        for layer, certain in reversed(entered):
            self.certain = certain
            if "process_response" in layer.hooks:
                try:
                    self.hook(layer, "process_response", "middleware.out", is_async)
                except Broken:
                    self.error_page(is_async)

    def hook(self, layer: Layer, name: str, event: str, is_async: bool) -> bool:
        """One outer hook, or its twin where that is awaited."""
        twin = f"a{name}" if is_async and name in layer.twins else name
        return self.meet(event, f"{layer.name}.{twin}", locate_hook(layer, twin))


def _groups(layers: Sequence[Layer]) -> list[list[Layer]]:
    """Neighbours that are one layer of the onion, outermost first."""
    groups: list[list[Layer]] = []
    for layer in layers:
        if groups and _joins(groups[-1][-1], layer):
            groups[-1].append(layer)
        else:
            groups.append([layer])
    return groups


def _joins(outer: Layer, inner: Layer) -> bool:
    both = outer.made_of_hooks and inner.made_of_hooks
    return both and outer.hops == inner.hops and not outer.door

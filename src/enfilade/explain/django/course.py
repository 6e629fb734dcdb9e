"""The course of a request through Django's handler, with the nodes that are noted of it.

It differs from ours in where hops stand, and in that each middleware is one callable, which is in
until it asks further in, and out from the answer on.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from typing import Any

from enfilade.bridge import iscoroutinefunction
from enfilade.explain.django.chain import Link, Links
from enfilade.explain.footsteps import Broken, Footsteps, Guide
from enfilade.explain.nodes import BODY, ERROR_PAGE, RESPONSE, TO_THREAD, Key, Node
from enfilade.explain.source import locate
from enfilade.foreign.django.pieces import view_name
from enfilade.trace import ANSWERED, RAISED


@dataclass(frozen=True, slots=True)
class Grounds:
    """What a course leads through: the chain, and the view if a pattern leads to one."""

    links: Links
    handler: str
    line: str
    path: str
    view: Any


class DjangoCourse(Footsteps):
    """Walks once."""

    def __init__(self, grounds: Grounds, guide: Guide) -> None:
        super().__init__(guide)
        self.grounds = grounds
        self.links = grounds.links
        self.is_async = grounds.links.is_async

    def walk(self) -> list[Node]:
        """The whole course."""
        with suppress(Broken):  # by what comes behind all others
            self.meet("handler", self.grounds.handler, None)
        try:
            self.meet("request", self.grounds.line, None)
            with self.door(self.links.door, "middleware.in"):
                self.go_in(self.links.layers)
        except Broken:
            return self.nodes  # not even an error page could be made
        if self.is_async:
            self.log()
        if self.guide.expects(BODY):
            self.meet(*BODY, None)
        return self.nodes

    def log(self) -> None:
        """Django logs answers of 400 and more in a thread."""
        self.aside("if the answer is an error", self.hop_alone)
        if self.guide.expects(TO_THREAD):
            self.hop_alone()

    def hop_alone(self, step: str = "middleware.out") -> None:
        """A hop to something that is no node."""
        self.meet(*TO_THREAD, None, step)

    # Steps 6 and 11

    def go_in(self, links: Sequence[Link]) -> None:
        """Through the first of *links*, what it surrounds, and out again."""
        if not links:
            self.core()
            return
        link, *inner = links
        before = self.certain
        try:
            if self.enter(link):
                return
            passed = self.certain
            with self.door(link.door, "middleware.in"):
                self.go_in(inner)
            self.certain = passed  # whatever happens inside becomes a response
            self.leave(link)
        except Broken:
            self.error_page(link.is_async)
        finally:
            self.certain = before

    def enter(self, link: Link) -> bool:
        """The way in; whether the middleware answers."""
        before = self.certain
        outcome = self.pass_through(link, "middleware.in")
        if link.hops_for("process_request"):
            with self.within(before):
                self.hop_alone("middleware.in")
                if link.hops_for("process_response") and self.turns_back(outcome):
                    self.hop_alone()
        if outcome == RAISED:
            raise Broken
        return outcome == ANSWERED

    def turns_back(self, outcome: str) -> bool:
        """Whether a middleware that ends the way in has been on its own way out, too."""
        if outcome == RAISED and not self.guide.foresees:
            return not self.guide.expects(ERROR_PAGE)
        return outcome == ANSWERED

    @contextmanager
    def within(self, certain: bool) -> Iterator[None]:
        """What lies within the last node, whatever comes of that."""
        behind, self.certain = self.certain, certain
        self.depth += 1
        yield
        self.depth -= 1
        self.certain = behind

    def leave(self, link: Link) -> None:
        """The way out."""
        outcome = self.pass_through(link, "middleware.out")
        if link.hops_for("process_response"):
            with self.within(self.certain):
                self.hop_alone()
        if outcome == RAISED:
            raise Broken

    def pass_through(self, link: Link, event: str) -> str:
        """The node of *link*; its outcome, which is for later where hops lie within."""
        try:
            answers = self.meet(event, link.name, link.at(event))
        except Broken:
            return RAISED
        return ANSWERED if answers else ""

    # Steps 7 to 10

    def core(self) -> None:
        """What the middleware surrounds; an exception becomes a response."""
        try:
            self.meet("resolve", self.grounds.path, None)
            self.answer()
        except Broken:
            self.error_page(self.is_async)

    def answer(self) -> None:
        """View hooks, view and rendering."""
        for link in self.links.having("process_view"):
            if self.inner_hook(link, "process_view", "middleware.view", self.is_async):
                self.finish(by_view=False)
                return
        try:
            made, broken = self.view()
        except Broken:
            self.recover()
            self.finish(by_view=False)
            return
        self.aside("if it renders late", self.prepare)
        self.aside("if the view raises", self.fail)
        if broken:
            self.recover()
        elif not made:
            self.finish(by_view=True)

    def view(self) -> tuple[bool, bool]:
        """The view; whether a response was made with it, and whether that is broken."""
        view, guide = self.grounds.view, self.guide
        is_async = iscoroutinefunction(view)
        to = "" if is_async is self.is_async else "to loop" if is_async else "to thread"
        with self.door(to, "view"):
            self.meet("view", view_name(view), locate(view))
            if not (guide.foresees or self.expects_at_once(RESPONSE)):
                return False, False
            try:
                self.meet(*RESPONSE, None)
            except Broken:  # one without hooks before its rendering
                return True, True
        return True, False

    def expects_at_once(self, key: Key) -> bool:
        """Whether *key* comes next, and not behind a hop."""
        return self.guide.expects(key) and not self.guide.expects(TO_THREAD)

    def finish(self, by_view: bool) -> None:
        """Render what is rendered late."""
        hooks = self.links.having("process_template_response")
        prepared = bool(hooks) and self.guide.expects(_key(hooks[-1]))
        if prepared:
            self.prepare()
        if self.guide.expects(RESPONSE):
            self.render()
        elif prepared:
            self.recover()  # a hook has given something that cannot be rendered
        elif by_view:
            raise Broken  # it has given something else than a response

    def render(self) -> None:
        """The rendering of what is rendered late."""
        try:
            with self.hop("to thread", "render", self.guide.expects(TO_THREAD)):
                self.meet(*RESPONSE, None)
        except Broken:
            self.recover()

    def prepare(self) -> None:
        """The hooks before a late rendering."""
        for link in reversed(self.links.having("process_template_response")):
            self.inner_hook(link, "process_template_response", "render", self.is_async)

    def fail(self) -> None:
        """What follows on an exception of the view that no hook has an answer to."""
        try:
            self.recover()
        except Broken:
            self.error_page(self.is_async)

    def recover(self) -> None:
        """The exception hooks, which are synchronous for Django; raises :exc:`Broken` if none has
        a response."""
        with self.hop("to thread", "middleware.out", self.is_async):
            for link in reversed(self.links.having("process_exception")):
                if self.inner_hook(link, "process_exception", "middleware.out", is_async=False):
                    return
        raise Broken

    def inner_hook(self, link: Link, name: str, event: str, is_async: bool) -> bool:
        """One hook that the handler calls itself, awaiting it or not."""
        coroutine = iscoroutinefunction(getattr(link.middleware, name))
        door = "" if coroutine is is_async else "to loop" if coroutine else "to thread"
        source = replace(locate(link.middleware, name), name=f"{link.name}.{name}")
        with self.door(door, event):
            return self.meet(event, f"{link.name}.{name}", source)


def _key(link: Link) -> Key:
    return "render", f"{link.name}.process_template_response"

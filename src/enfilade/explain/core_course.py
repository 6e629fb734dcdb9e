"""The inner half of a course, as :class:`~enfilade.handlers.walk.Walk` has it: steps 7 to 10."""

from collections.abc import Sequence

from enfilade.bridge import iscoroutinefunction
from enfilade.explain.code import code_of
from enfilade.explain.footsteps import Broken, Footsteps, Guide, Premises
from enfilade.explain.hops import core_is_async
from enfilade.explain.nodes import RESPONSE, TO_THREAD, Key, locate_hook
from enfilade.explain.source import Source, locate
from enfilade.handlers.walk import view_name
from enfilade.middleware.chain import Layer


class CoreCourse(Footsteps):
    """Resolve, view hooks, view and rendering."""

    def __init__(self, premises: Premises, guide: Guide) -> None:
        super().__init__(guide)
        self.premises = premises

    def code(self, event: str, name: str) -> Source | None:
        """The framework is ours."""
        return code_of(event, name)

    def core(self) -> None:
        """Steps 7 to 10; an exception becomes a response."""
        premises = self.premises
        is_async = core_is_async(premises.chain)
        try:
            self.meet("resolve", premises.path, premises.route or self.code("resolve", ""))
            hops = is_async and not premises.view_is_async
            with self.hop("to thread", "view", hops):
                self.answer(is_async and premises.view_is_async)
        except Broken:
            self.error_page(is_async)

    def answer(self, is_async: bool) -> None:
        """View hooks, view and rendering."""
        for layer in self.layers_with("process_view"):
            if self.inner_hook(layer, "process_view", "middleware.view", is_async):
                self.finish(is_async, by_view=False)
                return
        try:
            with self.hop("to loop", "view", self.premises.view_is_async and not is_async):
                self.meet("view", view_name(self.premises.view), locate(self.premises.view))
        except Broken:
            self.recover(is_async)
            self.finish(is_async, by_view=False)
            return
        self.finish(is_async, by_view=True)
        self.aside("if the view raises", lambda: self.fail(is_async))

    def finish(self, is_async: bool, by_view: bool) -> None:
        """Render what is rendered late; what the view gave else has been made already."""
        layers = self.layers_with("process_template_response")[::-1]
        self.aside("if it renders late", lambda: self.prepare(layers, is_async))
        if layers and self.guide.expects(_template_hook(layers[0], is_async)):
            self.prepare(layers, is_async)
        elif not (by_view if self.guide.foresees else self.guide.expects(RESPONSE)):
            if by_view:
                raise Broken  # it has given something else than a response
            return
        try:
            with self.hop("to thread", "render", is_async and self.guide.expects(TO_THREAD)):
                self.meet(*RESPONSE, self.code(*RESPONSE))
        except Broken:
            self.recover(is_async)

    def prepare(self, layers: Sequence[Layer], is_async: bool) -> None:
        """The hooks before a late rendering."""
        for layer in layers:
            self.inner_hook(layer, "process_template_response", "render", is_async)

    def fail(self, is_async: bool) -> None:
        """What follows on an exception of the view that no hook has an answer to."""
        try:
            self.recover(is_async)
        except Broken:
            self.error_page(core_is_async(self.premises.chain))

    def recover(self, is_async: bool) -> None:
        """The exception hooks; raises :exc:`Broken` if none has a response."""
        with self.hop("to thread", "middleware.out", is_async):
            for layer in reversed(self.layers_with("process_exception")):
                if self.inner_hook(layer, "process_exception", "middleware.out", is_async=False):
                    return
        raise Broken

    def layers_with(self, hook: str) -> list[Layer]:
        """The layers that have *hook*, outermost first."""
        return [layer for layer in self.premises.chain.layers if hook in layer.hooks]

    def inner_hook(self, layer: Layer, name: str, event: str, is_async: bool) -> bool:
        """One hook that the core calls."""
        coroutine = iscoroutinefunction(getattr(layer.middleware, name))
        twin = is_async and not coroutine and name in layer.twins
        door = "to loop" if coroutine and not is_async else ""
        if is_async and layer.blocking and not coroutine and not twin:
            door = "to thread"
        called = f"a{name}" if twin else name
        with self.door(door, event):
            return self.meet(event, f"{layer.name}.{called}", locate_hook(layer, called))


def _template_hook(layer: Layer, is_async: bool) -> Key:
    name = "process_template_response"
    coroutine = iscoroutinefunction(getattr(layer.middleware, name))
    twin = is_async and not coroutine and name in layer.twins
    return "render", f"{layer.name}.{'a' if twin else ''}{name}"

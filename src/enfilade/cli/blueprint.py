"""The picture of an application: its middleware between the walls, and the lists below."""

from collections.abc import Iterator, Sequence

from rich.console import Console
from rich.text import Text

from enfilade.cli.lints import draw_lints
from enfilade.cli.picture import Picture
from enfilade.cli.terminal import MARGIN, print_labelled, print_title
from enfilade.explain.hops import Hop, describe_hop
from enfilade.explain.plan import LayerPlan, Plan
from enfilade.lifecycle import step


def draw_plan(console: Console, plan: Plan, reference: str) -> None:
    """Draw *plan* of the application called *reference*."""
    console.print()
    debug = ", DEBUG on" if plan.debug else ""
    print_title(console, reference, f"{plan.interface}, settings from {plan.settings}{debug}")
    console.print()
    _draw_house(Picture(console), plan)
    for title, rows in _lists(plan):
        console.print(Text(f"\n{' ' * MARGIN}{title}", "title"))
        column = max(len(label) for label, _ in rows) + 2
        for label, text in rows:
            print_labelled(console, label, text, column)
    console.print()
    draw_lints(console, plan.lints)


def _draw_house(picture: Picture, plan: Plan) -> None:
    picture.heads("every request", "every response")
    handler, request = step("handler"), step("request")
    picture.room(handler.number, "handler", Text(plan.handler), back=None)
    picture.room(request.number, "request", Text(f"{plan.interface}Request"), back=None)
    inward, outward = step("middleware.in"), step("middleware.out")
    text = Text("" if plan.layers else "none")
    picture.room(inward.number, "middleware", text, back=(outward.number, "middleware"))
    draw_layers(picture, plan.layers, plan.door)
    count = len(plan.routes)
    routes = Text(f"{plan.urlconf}, {count} route{'' if count == 1 else 's'}")
    picture.room(step("resolve").number, "resolve", routes, back=None)
    for kind, hop in (("sync", plan.sync_view_hop), ("async", plan.async_view_hop)):
        text = Text(f"{kind} views: ").append(
            describe_hop(hop) if hop else "no hop", "door" if hop else "aside"
        )
        if kind == "sync":
            picture.room(step("view").number, "view", text, back=None)
        else:
            picture.remark(text)
    picture.turn()


def draw_layers(picture: Picture, layers: Sequence[LayerPlan], door: str) -> None:
    """The middleware, outermost first, with the doors between them."""
    column = max((len(layer.source.short) for layer in layers), default=0) + 2
    if door:
        picture.door(door)
    hop = None
    for layer in layers:
        if layer.hop != hop:
            hop = layer.hop
            picture.group(hop is not None)
        picture.layer(layer.source.short, (layer.inward, layer.outward), column)
        if layer.door:
            picture.door(layer.door)
    if hop:
        picture.group(False)


Rows = list[tuple[str, Text]]


def _lists(plan: Plan) -> Iterator[tuple[str, Rows]]:
    """Titles with labelled rows; a row without label belongs to the one above."""
    hooks = [(hooks.name, _order(hooks.order)) for hooks in plan.hook_lists]
    yield "Hooks, in the order of calling", hooks
    if plan.layers:
        places = [(layer.source.short, Text(layer.source.place)) for layer in plan.layers]
        yield "Middleware, outermost first", places
    if plan.left_out:
        declined = [(name.rpartition(".")[2], Text(name)) for name in plan.left_out]
        yield "Left out (MiddlewareNotUsed)", declined
    numbered = enumerate(plan.hops, start=1)
    hops = [(str(number), _hop(hop)) for number, hop in numbered]
    yield "Hops of every request", hops or [("none", Text("everything runs where it is", "aside"))]
    if plan.occasional_hops:
        yield "Hops of some requests", [("+1", _hop(hop)) for hop in plan.occasional_hops]
    yield "Error pages", list(_error_pages(plan))


def _hop(hop: Hop) -> Text:
    return Text(describe_hop(hop), "door")


def _order(hooks: Sequence[str]) -> Text:
    return Text(", ".join(hook.rpartition(".")[0] for hook in hooks) or "none")


def _error_pages(plan: Plan) -> Iterator[tuple[str, Text]]:
    for page in plan.error_pages:
        name = page.source.name if page.own else "built in"
        place = f"  {page.source.place}" if page.own else f", or the template {page.status}.html"
        yield str(page.status), Text(name).append(place, "aside")

"""Where a chain leaves the event loop for a thread, or the other way round.

Read off the layers that the chain was built from, by the rules of
:func:`enfilade.middleware.chain.build_chain`: a door stands on the inner side of a layer, and
neighbours whose hooks may block share one hop inward and one outward.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from types import MappingProxyType

from enfilade.bridge import iscoroutinefunction
from enfilade.middleware.chain import Chain, Layer


@dataclass(frozen=True, slots=True)
class Hop:
    """One crossing. ``to`` is "thread" or "loop"; ``way`` is "in", "out", "both" or "view".

    ``middleware`` are the names of the layers that it serves, none for the handler's own.
    """

    to: str
    way: str
    why: str
    middleware: tuple[str, ...] = ()


_WAYS = MappingProxyType(
    {"in": "on the way in", "out": "on the way out", "both": "in and out", "view": "in the view"}
)


def describe_hop(hop: Hop) -> str:
    """A hop in one line."""
    names = ", ".join(name.rpartition(".")[2] for name in hop.middleware)
    return f"to a {hop.to}, {_WAYS[hop.way]}: {hop.why}" + (f" ({names})" if names else "")


def chain_hops(chain: Chain) -> tuple[Hop, ...]:
    """The hops that every request makes on its way through the middleware, outermost first."""
    return tuple(_hops(chain))


def shared_hops(chain: Chain) -> list[int | None]:
    """For each layer the number of the thread hop that its hooks share; ``None`` without one."""
    numbers: list[int | None] = []
    number = 0
    for hops, group in groupby(chain.layers, _hops_by_itself):
        number += hops
        numbers += [number if hops else None for _ in group]
    return numbers


def occasional_hops(chain: Chain) -> tuple[Hop, ...]:
    """The hops of an async chain that its middleware make when there is something to wait for."""
    return tuple(
        Hop("thread", way, f"if {why}", (layer.name,))
        for layer in chain.layers
        if chain.is_async and layer.is_async and not layer.hops
        for way, why in getattr(layer.middleware, "waits", {}).items()
    )


def core_is_async(chain: Chain) -> bool:
    """Whether what the chain surrounds (resolution, view, rendering) is awaited. The innermost
    layer says so that is called at all; one without outer hooks leaves no trace in the onion."""
    return next(
        (layer.is_async for layer in reversed(chain.layers) if _is_called(layer)), chain.is_async
    )


def _is_called(layer: Layer) -> bool:
    outer = {"process_request", "process_response"}.intersection(layer.hooks)
    return not layer.made_of_hooks or bool(outer)


def view_hop(chain: Chain, view_is_async: bool) -> Hop | None:
    """The hop between the chain and a view, if there is one."""
    if core_is_async(chain) == view_is_async:
        return None
    if view_is_async:
        return Hop("loop", "both", "an async view behind synchronous code gets a loop of its own")
    return Hop("thread", "both", "a synchronous view, its hooks and its rendering share one thread")


def view_hook_hops(chain: Chain, view_is_async: bool) -> tuple[Hop, ...]:
    """The hops of ``process_view`` hooks that do not share the view's thread."""
    if not (view_is_async and core_is_async(chain)):
        return ()
    return tuple(
        Hop("thread", "in", "process_view may block", (layer.name,))
        for layer in chain.layers
        if layer.blocking
        and "process_view" in layer.hooks
        and not iscoroutinefunction(layer.middleware.process_view)
    )


def error_page_hops(chain: Chain) -> tuple[Hop, ...]:
    """The hop to the page of an error, since an error handler may block."""
    if not core_is_async(chain):
        return ()
    return (Hop("thread", "out", "the page of an error is made in a thread"),)


def outer_door(door: str) -> Hop:
    """The hop through the *door* in front of the outermost layer."""
    return Hop(_target(door), "both", "the outermost middleware is of the other kind")


def inner_door(name: str, is_async: bool, door: str) -> Hop:
    """The hop through the *door* on the inner side of the layer *name*."""
    kind = "async" if is_async else "synchronous"
    why = f"{name.rpartition('.')[2]} is {kind}, what it surrounds is not"
    return Hop(_target(door), "both", why, (name,))


def _hops(chain: Chain) -> Iterator[Hop]:
    if chain.door:
        yield outer_door(chain.door)
    for hops, group in groupby(chain.layers, _hops_by_itself):
        layers = list(group)
        if hops:
            yield from _shared(layers)
        for layer in layers:
            if layer.door:
                yield inner_door(layer.name, layer.is_async, layer.door)


def _shared(layers: list[Layer]) -> Iterator[Hop]:
    names = tuple(layer.name for layer in layers)
    for way, hook in (("in", "process_request"), ("out", "process_response")):
        if any(hook in layer.hooks for layer in layers):
            yield Hop("thread", way, f"{hook} may block", names)


def _hops_by_itself(layer: Layer) -> bool:
    return layer.hops


def _target(door: str) -> str:
    return door.removeprefix("to ")

"""Checks of the hooks that middleware of the site have: whether anybody calls them, and where."""

import inspect
from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from types import CodeType
from typing import Any

from enfilade.conf import settings
from enfilade.explain.checks.finding import Finding
from enfilade.explain.checks.used import resolved, short_name
from enfilade.explain.hops import chain_hops
from enfilade.explain.source import locate
from enfilade.handlers.asgi import ASGIHandler
from enfilade.middleware.chain import HOOKS, Chain, Layer

TWINS = tuple(f"a{hook}" for hook in HOOKS)
OUTER = ("process_request", "process_response")
"""What only the mixin calls, or the chain in its place."""

NEAR = 0.88
"""From this likeness on a name is one that somebody has mistyped."""


def check_hook_names() -> Iterator[Finding]:
    """middleware.W008: a method of a middleware is almost called as a hook is."""
    return find_mistyped(_classes())


def find_mistyped(kinds: Iterable[type]) -> Iterator[Finding]:
    """The methods of *kinds*, classes of middleware, that are almost called as a hook is."""
    for kind in kinds:
        for name in _methods(kind):
            meant = get_close_matches(name, (*HOOKS, *TWINS), n=1, cutoff=NEAR)
            if meant and name.startswith(("proc", "aproc")) and not _is_mentioned(kind, name):
                yield _finding(
                    "middleware.W008",
                    (kind, name),
                    f"{kind.__qualname__}.{name} is called by nobody.",
                    f"Write {meant[0]}, if that was meant.",
                )


def check_hooks_are_called() -> Iterator[Finding]:
    """middleware.W009: a hook of a middleware is never called."""
    for kind in _classes():
        yield from find_uncalled(kind)
        for hook, twin in zip(HOOKS, TWINS, strict=True):
            if hasattr(kind, twin) and not hasattr(kind, hook):
                yield _finding(
                    "middleware.W009",
                    (kind, twin),
                    f"{kind.__qualname__}.{twin} is never called: it is the twin of a {hook} that"
                    " is not there.",
                    f"Write {hook} too, which runs where nothing is awaited.",
                )


def find_uncalled(kind: type) -> Iterator[Finding]:
    """The outer hooks of *kind*, a class of middleware, that its own ``__call__`` leaves out."""
    for name in OUTER:
        if not _calls_outer_hooks(kind, name):
            yield _finding(
                "middleware.W009",
                (kind, name),
                f"{kind.__qualname__}.{name} is never called: the class has a __call__ of its"
                " own, which does not.",
                "Inherit from MiddlewareMixin and leave __call__ out, or call it there.",
            )


def check_can_be_called() -> Iterator[Finding]:
    """middleware.E010: a class in MIDDLEWARE makes middleware that cannot be called."""
    for kind in _classes():
        if not any("__call__" in vars(each) for each in kind.__mro__):
            yield Finding(
                "middleware.E010",
                f"{kind.__qualname__} has no __call__: a request that comes to it fails.",
                "Inherit from MiddlewareMixin, which calls the hooks, or write __call__.",
                locate(kind).place,
            )


def check_nothing_blocks() -> Iterator[Finding]:
    """middleware.W011: behind an ASGI server a middleware takes every request to a thread."""
    try:
        chain = ASGIHandler().chain
    except Exception:  # what keeps a site from starting is a finding of its own
        return
    yield from find_blocking(chain)


def find_blocking(chain: Chain) -> Iterator[Finding]:
    """What of *chain*, an async one, leaves the event loop for every request."""
    inward: list[Layer | None] = [*chain.layers[1:], None]
    for layer, inner in zip(chain.layers, inward, strict=False):
        # Whoever stands around a synchronous one becomes so, too: the innermost is the reason.
        if not layer.is_async and (inner is None or inner.is_async):
            yield _blocking(layer, "is synchronous", "")
        elif layer.hops:
            yield _blocking(layer, "may block", _times(chain, layer))


def _blocking(layer: Layer, why: str, times: str) -> Finding:
    return Finding(
        "middleware.W011",
        f"{short_name(layer.name)} {why}: under ASGI every request goes to a thread for it{times}.",
        "Say blocking = False if its hooks never wait, give those that do a twin"
        " (aprocess_request), or mark a factory with sync_and_async_middleware.",
        locate(layer.middleware).place,
    )


def _times(chain: Chain, layer: Layer) -> str:
    """How often that is, and who comes along."""
    hops = [hop for hop in chain_hops(chain) if layer.name in hop.middleware and hop.way != "both"]
    others = sorted({short_name(each) for hop in hops for each in hop.middleware})
    others.remove(short_name(layer.name))
    shared = f", shared with {', '.join(others)}" if others else ""
    return f" {'once' if len(hops) == 1 else 'twice'}{shared}"


def _classes() -> Iterator[type]:
    """The middleware of the site that are classes."""
    for entry in settings.MIDDLEWARE:
        kind = resolved(entry)
        if isinstance(kind, type) and not _is_of_a_framework(kind):
            yield kind


def _is_of_a_framework(thing: Any) -> bool:
    module = getattr(thing, "__module__", None) or ""
    return bool(module.startswith(("enfilade.", "django.")))


def _call_of(kind: type) -> Any:
    """The ``__call__`` that instances of *kind* have."""
    parents = (vars(each) for each in kind.__mro__)
    return next((names["__call__"] for names in parents if "__call__" in names), None)


def _own(kind: type) -> Iterator[type]:
    """The class and its parents, as far as they are the site's."""
    for each in kind.__mro__:
        if each is not object and not _is_of_a_framework(each):
            yield each


def _methods(kind: type) -> Iterator[str]:
    for each in _own(kind):
        for name, value in vars(each).items():
            if callable(value) and name not in HOOKS and name not in TWINS:
                yield name


def _calls_outer_hooks(kind: Any, name: str) -> bool:
    """Whether *name*, if it is there, may be called; in doubt it is."""
    defined = any(name in vars(each) for each in _own(kind))
    if not defined or _is_of_a_framework(_call_of(kind)):
        return True
    inherits = any(map(_is_of_a_framework, kind.__mro__)) and _is_mentioned(kind, "super")
    return inherits or _is_mentioned(kind, name)


def _is_mentioned(kind: Any, name: str) -> bool:
    """Whether code of *kind* has *name*, be it as a text."""
    values = (_plain(value) for each in _own(kind) for value in vars(each).values())
    functions = (inspect.unwrap(value) for value in values if inspect.isfunction(value))
    return any(name in _words(each.__code__) for each in functions)


def _plain(value: Any) -> Any:
    return value.__func__ if isinstance(value, (staticmethod, classmethod)) else value


def _words(code: CodeType) -> set[str]:
    words = set(code.co_names)
    for each in code.co_consts:
        if isinstance(each, CodeType):
            words |= _words(each)
        else:
            words.update(text for text in _flat(each) if isinstance(text, str))
    return words


def _flat(constant: Any) -> Iterator[Any]:
    if isinstance(constant, (tuple, frozenset)):
        for each in constant:
            yield from _flat(each)
    else:
        yield constant


def _finding(identifier: str, method: tuple[type, str], message: str, hint: str) -> Finding:
    """A finding about the *method*, a class and a name in it."""
    return Finding(identifier, message, hint, locate(*method).place)

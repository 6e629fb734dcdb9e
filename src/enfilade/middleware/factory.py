"""From an entry of ``MIDDLEWARE`` to a middleware in its place.

Every function raises :exc:`~enfilade.exceptions.ImproperlyConfigured` for what a site got wrong.
"""

import logging
from collections.abc import Callable
from typing import Any

from enfilade.conf.importing import import_named
from enfilade.exceptions import ImproperlyConfigured, MiddlewareNotUsed

logger = logging.getLogger("enfilade.request")


def load(entry: Any) -> tuple[Callable[..., Any], str]:
    """The factory that an entry of ``MIDDLEWARE`` stands for, and its name."""
    if not isinstance(entry, str):
        return entry, f"{entry.__module__}.{getattr(entry, '__qualname__', repr(entry))}"
    hint = "An entry is the dotted path of a class or function, module first."
    return import_named(entry, "MIDDLEWARE", hint), entry


def choose_mode(factory: Any, name: str, inner_mode: bool) -> bool:
    """Whether the middleware is asynchronous, next to an inner handler of *inner_mode*."""
    sync_capable = getattr(factory, "sync_capable", True)
    async_capable = getattr(factory, "async_capable", False)
    if not sync_capable and not async_capable:
        raise ImproperlyConfigured(
            f"Middleware {name} must have at least one of sync_capable and async_capable True."
        )
    return bool(async_capable) if inner_mode or not sync_capable else False


def construct(factory: Callable[..., Any], name: str, inner: Any) -> Any:
    """The middleware around *inner*, or ``None`` if it does not want to be used."""
    try:
        instance = factory(inner)
    except MiddlewareNotUsed as exc:
        logger.debug("MiddlewareNotUsed(%r): %s", name, exc)
        return None
    if instance is None:
        raise ImproperlyConfigured(
            f"Middleware factory {name} returned None.",
            hint="A factory returns the middleware, a callable that takes a request.",
        )
    return instance

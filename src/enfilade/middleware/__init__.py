"""The rooms before and behind the view: the chain, and one file for each middleware."""

from enfilade.middleware.mixin import (
    MiddlewareMixin,
    async_only_middleware,
    sync_and_async_middleware,
    sync_only_middleware,
)

__all__ = [
    "MiddlewareMixin",
    "async_only_middleware",
    "sync_and_async_middleware",
    "sync_only_middleware",
]

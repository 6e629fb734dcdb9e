"""Enfilade: a web stack whose rooms line up, from the socket to the view and back.

>>> from enfilade import Application, HttpResponse, path  # doctest: +SKIP

The names below are loaded when they are first used, so ``import enfilade`` costs next to
nothing and the server half never loads the framework half.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from enfilade.version import VERSION

__version__ = VERSION

if TYPE_CHECKING:
    from enfilade.conf import settings
    from enfilade.handlers.application import (
        Application,
        get_asgi_application,
        get_wsgi_application,
        setup,
    )
    from enfilade.http import HttpRequest, HttpResponse, JsonResponse
    from enfilade.urls import include, path, re_path, reverse

_HOMES = {
    "Application": "enfilade.handlers.application",
    "HttpRequest": "enfilade.http",
    "HttpResponse": "enfilade.http",
    "JsonResponse": "enfilade.http",
    "get_asgi_application": "enfilade.handlers.application",
    "get_wsgi_application": "enfilade.handlers.application",
    "include": "enfilade.urls",
    "path": "enfilade.urls",
    "re_path": "enfilade.urls",
    "reverse": "enfilade.urls",
    "settings": "enfilade.conf",
    "setup": "enfilade.handlers.application",
}

__all__ = [
    "Application",
    "HttpRequest",
    "HttpResponse",
    "JsonResponse",
    "get_asgi_application",
    "get_wsgi_application",
    "include",
    "path",
    "re_path",
    "reverse",
    "settings",
    "setup",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'enfilade' has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(_HOMES[name]), name)
    return value


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOMES])

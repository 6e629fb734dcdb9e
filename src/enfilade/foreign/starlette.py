"""The route of Starlette, FastAPI and what else is built on them, read off the scope."""

import re
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

_PARAMETER = re.compile(r"\{(\w+)")


def route_of(scope: Mapping[str, Any]) -> str:
    """The path of the route that had the request of *scope*, with that of what is mounted around
    it, or of the mount alone if no route in it had it; "" where none is known.

    Starlette leaves the route in the scope when it has matched. What else the application has
    made of its scope is its own affair: this never raises.
    """
    with suppress(Exception):
        return _route_of(scope)
    return ""


def _route_of(scope: Mapping[str, Any]) -> str:
    route = scope.get("route")
    if route is None:
        return ""
    path = str(route.path) if hasattr(route, "endpoint") else ""
    root: str = scope["root_path"]
    mounted = root.removeprefix(scope.get("app_root_path", root))
    if mounted:
        # Of a mount with parameters only their values are known, which name no route and may be
        # secrets; and an application may call itself otherwise than the mount does.
        own = scope.get("path_params", {}).keys() - _PARAMETER.findall(path)
        if own or not scope["path"].startswith(root):
            return ""
    return f"{mounted}{path}"

"""The route of Starlette, FastAPI and what else is built on them, read off the scope."""

from collections.abc import Mapping
from typing import Any


def route_of(scope: Mapping[str, Any]) -> str:
    """The path of the route that had the request of *scope*, with that of what is mounted around
    it, or of the mount if what stands there has no routes; "" where none is known. Starlette
    leaves the route in the scope when it has matched."""
    route, root = scope.get("route"), scope.get("root_path", "")
    mounted: str = root.removeprefix(scope.get("app_root_path", root))
    if not hasattr(route, "endpoint"):
        return mounted
    path = getattr(route, "path", "")
    return f"{mounted}{path}" or "/" if isinstance(path, str) else ""

"""What a site says of itself that concerns the profiler in development: its routes at reserved
paths, and the names of its hosts. Nothing is imported that the site has not imported."""

import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

from enfilade.reserved import RESERVED


def claimed(application: Any) -> list[str]:
    """The paths or patterns of routes of *application* that begin with the reserved ones; none
    where its framework is unknown, or its routes cannot be had."""
    found: list[str] = []
    for read in _READERS:
        with suppress(Exception):  # the site's trouble, of which it speaks itself
            found += [path for path in read(application) if path.startswith(RESERVED)]
    return found


def own_hosts() -> list[str]:
    """The names that the settings of an Enfilade or Django site call its own, in lower case; those
    with a wildcard are left out, for they may be anybody's."""
    found: list[str] = []
    for module in ("enfilade.conf", "django.conf"):
        settings = getattr(sys.modules.get(module), "settings", None)
        if settings is not None and settings.configured:
            found += [host.lower() for host in settings.ALLOWED_HOSTS]
    return [host for host in found if host[:1] not in ("", ".", "*")]


def _of_enfilade(_application: Any) -> Iterator[str]:
    if sys.modules["enfilade.conf"].settings.configured:
        for route in sys.modules["enfilade.urls"].get_resolver().routes():
            yield f"/{route.route}"


def _of_django(_application: Any) -> Iterator[str]:
    settings = sys.modules["django.conf"].settings
    if settings.configured and settings.ROOT_URLCONF in sys.modules:
        for pattern in sys.modules["django.urls"].get_resolver().url_patterns:
            yield f"/{pattern.pattern}"


def _of_flask(application: Any) -> Iterator[str]:
    for rule in application.url_map.iter_rules():
        yield rule.rule


def _of_starlette(application: Any) -> Iterator[str]:
    for route in application.routes:
        yield route.path


_READERS: tuple[Callable[[Any], Iterator[str]], ...] = (
    _of_enfilade,
    _of_django,
    _of_flask,
    _of_starlette,
)

"""The profiler of a worker in development. It looks into the framework half as well, so it is
loaded by its name, as an application is."""

from collections.abc import Callable
from importlib import import_module
from typing import Any, Protocol

from enfilade.server.addresses import parse_address
from enfilade.server.options import OFF, Options
from enfilade.types import ASGIApplication, Environ, StartResponse

DEVELOPMENT = "enfilade.profiler.doors.development"
"""The module whose ``Development`` is the profiler."""


class WorkerProfiler(Protocol):
    """Answers as WSGI or ``asgi`` at reserved paths."""

    asgi: ASGIApplication

    def __call__(self, environ: Environ, start_response: StartResponse, /) -> Any: ...

    def accompany(self, application: Callable[..., Any]) -> Callable[..., Any]:
        """*application*, whose answers lead to the profiler."""

    def leave(self) -> None:
        """The worker is about to end."""


def open_profiler(
    options: Options, application: Callable[..., Any], interface: str, *shown: object
) -> WorkerProfiler | None:
    """The profiler of *application*, if *options* want one in the workers. *shown* is what it tells
    about: the outlook upon the server, and its rings."""
    if not options.debug or options.profiler == OFF:
        return None
    addresses = [parse_address(text) for text in options.bind]
    hosts = frozenset(address.host.lower() for address in addresses)
    profiler: WorkerProfiler = import_module(DEVELOPMENT).Development(
        application, interface, *shown, hosts
    )
    return profiler

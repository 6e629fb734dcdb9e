"""The profiler in a worker of ``enfilade dev``, beside the application and around it."""

import logging
from collections.abc import Callable, Iterable
from functools import cached_property
from typing import TYPE_CHECKING, Any

from enfilade.profiler.doors import asgi, wsgi
from enfilade.profiler.doors.claims import claimed, own_hosts
from enfilade.reserved import RESERVED
from enfilade.server.processes.outlook import Outlook
from enfilade.server.recorder import Rings
from enfilade.types import Environ, Receive, Scope, Send, StartResponse

if TYPE_CHECKING:
    from enfilade.profiler.doors.pages import Pages
    from enfilade.profiler.doors.shared import SharedSource
    from enfilade.profiler.source import Site

INTERFACES = ("wsgi", "asgi")

logger = logging.getLogger("enfilade.server")


class Development:
    """The profiler of *application*, which is served as *interface* says, about what *outlook* and
    *rings* tell. It is reached at addresses, at localhost, at the names of *hosts*, and at those
    that the site calls its own.

    The object itself is the WSGI application that answers at reserved paths, :meth:`asgi` the ASGI
    one. What the pages need is imported when somebody looks at one.
    """

    def __init__(
        self,
        application: Any,
        interface: str,
        outlook: Outlook,
        rings: Rings | None,
        hosts: Iterable[str] = (),
    ) -> None:
        self._application = application
        self._interface = interface
        self._outlook = outlook
        self._rings = rings
        self._hosts = frozenset(own_hosts()).union(hosts)
        self._leaving = False
        self._source: SharedSource | None = None
        for route in claimed(application):
            logger.warning(
                "the route %s is not served: what begins with %s is the profiler's in development"
                " (--profiler off leaves it to the site)", route, RESERVED,
            )  # fmt: skip

    def accompany(self, application: Callable[..., Any]) -> Callable[..., Any]:
        """*application*, whose answers lead to their pages."""
        if self._interface == "asgi":
            return asgi.accompanied(application, self._hosts)
        return wsgi.accompanied(application, self._hosts)

    def leave(self) -> None:
        """The worker is about to end."""
        self._leaving = True
        if self._source is not None:
            self._source.leaving = True

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        return self._pages(environ, start_response)

    async def asgi(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The pages, for ASGI."""
        await self._pages.asgi(scope, receive, send)

    @cached_property
    def _pages(self) -> "Pages":
        from enfilade.profiler.doors.pages import Pages
        from enfilade.profiler.doors.shared import DOES_NOT_START, OTHER_FRAMEWORK, SharedSource
        from enfilade.profiler.pages import Profiler

        site = self._site()
        why = "" if site else OTHER_FRAMEWORK if self._starts() else DOES_NOT_START
        self._source = source = SharedSource(self._rings, self._outlook, site, why)
        source.leaving = self._leaving
        return Pages(Profiler(source, RESERVED), self._hosts)

    def _starts(self) -> bool:
        return self._interface in INTERFACES

    def _site(self) -> "Site | None":
        from enfilade.profiler.site import find_site

        if not self._starts():
            return None
        # An application with two doors has a handler at each.
        handler = getattr(self._application, self._interface, self._application)
        return find_site(handler, self._interface)

"""What every connection of one worker shares."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from enfilade.gateway.forwarded import Proxies
from enfilade.protocol.head import RequestHead
from enfilade.protocol.policy import Policy
from enfilade.reserved import is_reserved
from enfilade.server.loop.audience import Audience
from enfilade.server.loop.dates import HttpDate
from enfilade.server.loop.deadlines import NEVER
from enfilade.server.loop.overdue import Overdue
from enfilade.server.loop.pool import Pool
from enfilade.server.loop.reactor import Reactor
from enfilade.server.options import Options
from enfilade.server.porter import Porter
from enfilade.server.scoreboard import Block
from enfilade.types import Environ, StartResponse, WSGIApplication

if TYPE_CHECKING:
    from enfilade.server.loop.connection import Connection


class Pages(Protocol):
    """An application beside the served one."""

    def __call__(self, environ: Environ, start_response: StartResponse, /) -> Iterable[bytes]: ...

    def leave(self) -> None:
        """The worker is about to end: finish what goes on and on. May be called anywhere."""


class Guest(Protocol):
    """A connection, or what is about to become one."""

    def lapse(self) -> None:
        """The time for which it may be idle has become shorter."""


@dataclass(slots=True, kw_only=True)
class Service(Audience):
    """The application, the terms on which it is served, and those who do the work.

    ``block`` is the worker's on the scoreboard. ``draining`` goes from false to true once; from
    then on, a connection may be idle for no more than ``patience`` seconds. ``proxies`` knows
    which peers speak for others. ``porter`` is asked before the application is. ``on_stuck``
    hears of each request whose application missed its deadline; ``on_close`` of each connection
    that has been closed. ``home`` takes a connection that rests, and what has just come from it,
    if it can serve that faster. ``pages`` are the profiler's, which development answers at reserved
    paths.
    """

    application: WSGIApplication
    options: Options
    policy: Policy
    reactor: Reactor
    pool: Pool
    block: Block
    on_stuck: Callable[[], object]
    on_close: Callable[[], object]
    proxies: Proxies
    connections: set[Guest] = field(default_factory=set)
    date: HttpDate = field(default_factory=HttpDate)
    draining: bool = False
    patience: float = NEVER
    porter: Porter | None = None
    overdue: Overdue = field(default_factory=Overdue)
    home: "Callable[[Connection, bytes], bool] | None" = None
    pages: Pages | None = None

    def is_errand(self, head: RequestHead) -> bool:
        """Whether the application is not to see the request with *head*."""
        return self.pages is not None and is_reserved(head.path)

    def within(self, seconds: float) -> float:
        """The deadline *seconds* from now; an option's 0 means that there is none."""
        return self.reactor.now + seconds if seconds else NEVER

    def idle_deadline(self) -> float:
        """Until when a connection may be without a request."""
        return min(self.within(self.options.keep_alive), self.reactor.now + self.patience)

"""What every connection of one worker shares."""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from enfilade.gateway.forwarded import Proxies
from enfilade.protocol.head import RequestHead
from enfilade.protocol.policy import Policy
from enfilade.reserved import is_reserved
from enfilade.server.access import Access, AccessRecord
from enfilade.server.loop.dates import HttpDate
from enfilade.server.loop.deadlines import NEVER
from enfilade.server.loop.overdue import Overdue
from enfilade.server.loop.pool import Pool
from enfilade.server.loop.reactor import Reactor
from enfilade.server.options import Options
from enfilade.server.porter import Porter
from enfilade.server.recorder import Recorder, begin_for_subscribers
from enfilade.server.scoreboard import Block
from enfilade.trace import Trace
from enfilade.types import Environ, StartResponse, WSGIApplication

if TYPE_CHECKING:
    from enfilade.server.loop.connection import Connection

logger = logging.getLogger("enfilade.server")


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
class Service:
    """The application, the terms on which it is served, and those who do the work.

    ``block`` is the worker's on the scoreboard. ``draining`` goes from false to true once; from
    then on, a connection may be idle for no more than ``patience`` seconds. ``proxies`` knows
    which peers speak for others. ``porter`` is asked before the application is. ``on_stuck``
    hears of each request whose application missed its deadline; ``on_close`` of each connection
    that has been closed. ``home`` takes a connection that rests, and what has just come from it,
    if it can serve that faster. ``recorder`` chooses who is traced, and keeps them. ``pages`` are
    the profiler's, which development answers at reserved paths.
    """

    application: WSGIApplication
    options: Options
    policy: Policy
    reactor: Reactor
    pool: Pool
    block: Block
    access: Access | None
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
    recorder: Recorder | None = None
    pages: Pages | None = None

    def is_errand(self, head: RequestHead) -> bool:
        """Whether the application is not to see the request with *head*."""
        return self.pages is not None and is_reserved(head.path)

    def begin_trace(self, head: RequestHead, peer: str) -> Trace | None:
        """A trace for the request with *head* from *peer*, if it is to have one."""
        if self.recorder is None:
            return begin_for_subscribers(head, peer)
        return self.recorder.choice.begin(head, peer)

    def wants(self, status: int, took: float, trace: Trace | None) -> bool:
        """Whether anybody wants to be told of an answer that took so many seconds."""
        if self.access is not None or self.recorder is None:
            return self.access is not None
        return trace is not None or self.recorder.wants(status, took)

    def tell(self, record: AccessRecord) -> None:
        """Hand *record* over; whatever becomes of it, the request is answered."""
        if self.recorder is not None:
            self.recorder.take(record)  # first, for the log keeps of the fields what it writes
        if self.access is not None:
            try:
                self.access(record)
            except Exception:
                logger.exception("an access record could not be delivered")

    def within(self, seconds: float) -> float:
        """The deadline *seconds* from now; an option's 0 means that there is none."""
        return self.reactor.now + seconds if seconds else NEVER

    def idle_deadline(self) -> float:
        """Until when a connection may be without a request."""
        return min(self.within(self.options.keep_alive), self.reactor.now + self.patience)

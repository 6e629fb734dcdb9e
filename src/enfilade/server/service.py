"""What every connection of one worker shares."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from enfilade.protocol.policy import Policy
from enfilade.server.access import Access
from enfilade.server.dates import HttpDate
from enfilade.server.deadlines import NEVER
from enfilade.server.options import Options
from enfilade.server.pool import Pool
from enfilade.server.reactor import Reactor
from enfilade.types import WSGIApplication

if TYPE_CHECKING:
    from enfilade.server.connection import Connection


@dataclass(slots=True, kw_only=True)
class Service:
    """The application, the terms on which it is served, and those who do the work.

    ``draining`` goes from false to true once. ``on_stuck`` hears of each request whose
    application missed its deadline; ``on_close`` of each connection that has been closed.
    """

    application: WSGIApplication
    options: Options
    policy: Policy
    reactor: Reactor
    pool: Pool
    access: Access | None
    on_stuck: Callable[[], object]
    on_close: Callable[[], object]
    connections: "set[Connection]" = field(default_factory=set)
    date: HttpDate = field(default_factory=HttpDate)
    draining: bool = False

    def within(self, seconds: float) -> float:
        """The deadline *seconds* from now; an option's 0 means that there is none."""
        return self.reactor.now + seconds if seconds else NEVER

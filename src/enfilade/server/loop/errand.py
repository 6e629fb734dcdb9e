"""A request for the server itself: for the profiler's pages, which development has beside the
application."""

from enfilade.server.loop.exchange import Exchange
from enfilade.server.loop.service import Service
from enfilade.server.scoreboard import Phase, Slot
from enfilade.types import WSGIApplication


class Errand(Exchange):
    """Neither counted among the application's answers nor told to the access log."""

    __slots__ = ()

    def _called(self, service: Service) -> WSGIApplication:
        return service.pages or service.application

    def _leave(self, slot: Slot) -> None:
        slot.enter(Phase.IDLE)

    def report(self) -> None:
        """Nobody is told."""

"""``wsgi.input`` for a body that is received while the application reads it.

Everything here runs in the application's thread.
"""

from typing import TYPE_CHECKING

from enfilade.protocol.response import ResponseWriter
from enfilade.server.loop.feed import Feed
from enfilade.server.loop.service import Service
from enfilade.server.scoreboard import Phase

if TYPE_CHECKING:
    from enfilade.server.loop.exchange import Exchange

SKIP = 64 * 1024
"""So many bytes that no application has read are received to save the connection."""


class Upload:
    """Reads from *feed* for *exchange*, whose answer *writer* frames.

    An answer that begins while the client still waits for a 100, or while too much is missing
    to be skipped, tells the client that the connection ends with it (RFC 9110, 10.1.1).
    """

    __slots__ = ("_exchange", "_feed", "_service", "_writer")

    def __init__(
        self, exchange: "Exchange", feed: Feed, service: Service, writer: ResponseWriter
    ) -> None:
        self._exchange = exchange
        self._feed = feed
        self._service = service
        self._writer = writer
        self._choose_persistence()

    def read(self) -> bytes:
        """The next bytes of the body, as :meth:`Feed.read` gives them."""
        feed = self._feed
        if feed.expects:
            feed.expects = False
            self._exchange.say_continue()
        self._exchange.enter(Phase.READING)
        try:
            block = feed.read()
        except Exception:
            self._writer.keep_alive = False  # where the next request begins is unknown
            raise
        self._exchange.enter(Phase.SENDING if self._exchange.started else Phase.APPLICATION)
        self._choose_persistence()
        return block

    def _choose_persistence(self) -> None:
        if not self._writer.started:
            feed, head = self._feed, self._exchange.head
            self._writer.keep_alive = (
                head.keep_alive
                and not self._service.draining
                and not feed.expects
                and feed.missing <= SKIP
            )

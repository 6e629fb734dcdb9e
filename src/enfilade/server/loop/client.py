"""Whether anybody still waits for an answer: ``environ["enfilade.client"]``."""

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from enfilade.server.loop.channel import Channel
    from enfilade.server.loop.exchange import Exchange

CLIENT: Final = "enfilade.client"
"""Its key in environ."""


class Client:
    """The client of *exchange*, over *channel*; any thread may ask, at any time."""

    __slots__ = ("_channel", "_exchange")

    def __init__(self, channel: "Channel", exchange: "Exchange") -> None:
        self._channel = channel
        self._exchange = exchange

    @property
    def gone(self) -> bool:
        """Whether nobody will read the answer: the connection is closed or reset, or the client
        has been answered in the application's place."""
        channel = self._channel
        return channel.outgoing.lost or self._exchange.abandoned or channel.has_hung_up()

    @property
    def ended(self) -> bool:
        """Whether it sends no more: it has ended its sending half, or gone."""
        return self._channel.ended or self.gone

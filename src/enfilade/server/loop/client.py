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
        """Whether it has closed its connection, or has been answered in the application's place:
        what the application still does for it is in vain."""
        channel = self._channel
        return channel.ended or channel.outgoing.lost or self._exchange.abandoned

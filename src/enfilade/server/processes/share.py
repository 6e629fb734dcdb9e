"""What a worker has of the memory that all processes of a server share."""

from dataclasses import dataclass

from enfilade.server.recorder import Ring, Rings
from enfilade.server.scoreboard import Block, Scoreboard


@dataclass(frozen=True, slots=True)
class Share:
    """A worker writes into its *block* of the scoreboard, and into its *ring*; it may read all of
    *board* and *rings*. There are no rings where nothing is recorded."""

    block: Block
    board: Scoreboard
    ring: Ring | None = None
    rings: Rings | None = None

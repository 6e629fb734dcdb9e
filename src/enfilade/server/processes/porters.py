"""Who stands at a worker's door, in the order in which they are asked."""

from collections.abc import Callable
from typing import Any

from enfilade.server.health import HealthPorter
from enfilade.server.options import Options
from enfilade.server.pause import PausePorter
from enfilade.server.porter import Porter, Porters
from enfilade.server.scoreboard import Block
from enfilade.server.static.site import open_static_files


def make_porter(
    options: Options, application: Callable[..., Any], block: Block, health: HealthPorter | None
) -> Porter | None:
    """All of them as one; ``None`` if there is nobody.

    Raises :exc:`~enfilade.exceptions.DeveloperError` for options that cannot be.
    """
    return _together(_guards(options, block, health), open_static_files(options, application))


def _guards(options: Options, block: Block, health: HealthPorter | None) -> Porter | None:
    """Health checks, and the pause, which there can be only with a control socket."""
    return _together(health, PausePorter(block.server) if options.control else None)


def _together(*porters: Porter | None) -> Porter | None:
    present = [porter for porter in porters if porter is not None]
    return Porters(present) if present else None

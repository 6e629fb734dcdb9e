"""What an operator can set, once: flags, environment, ``enfilade.toml``, ``--help`` and the
reference page are all made from this dataclass, whose fields stand in ``option_groups/``.

Nothing here reads anything; ``server/configuration.py`` fills it from its sources.
"""

from dataclasses import dataclass

from enfilade.server.option_groups.limits import Limits
from enfilade.server.option_groups.listening import Listening, check_mode
from enfilade.server.option_groups.operation import Operation, check_metrics, check_path
from enfilade.server.option_groups.option import OFF, Documentation, option
from enfilade.server.option_groups.records import (
    Records,
    check_access_format,
    check_profiler,
    check_token,
    with_loopback,
)
from enfilade.server.option_groups.static_files import StaticFiles
from enfilade.server.option_groups.workers import Workers

__all__ = [
    "OFF", "Documentation", "Options", "check_access_format", "check_metrics", "check_mode",
    "check_path", "check_profiler", "check_token", "option", "with_loopback",
]  # fmt: skip


# A dataclass takes the fields of its last base first: they are listed from Listening to Operation.
@dataclass(frozen=True, slots=True, kw_only=True)
class Options(Operation, Records, StaticFiles, Limits, Workers, Listening):
    """Everything the server needs to know; ``0`` means "no limit" wherever a limit is meant.

    ``buffer_body`` and ``spool_body`` are no limits but sizes of stores, so there 0 is none.
    """

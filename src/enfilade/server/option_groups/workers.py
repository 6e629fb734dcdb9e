"""How many workers and threads there are, and how long one lives."""

from dataclasses import dataclass

from enfilade.server.cores import usable_cores
from enfilade.server.memory import parse_size
from enfilade.server.option_groups.option import option


@dataclass(frozen=True, kw_only=True)
class Workers:
    """The group Workers."""

    __slots__ = ()

    workers: int = option(
        1,
        "worker processes; auto: one for each core that the server may use",
        flags=("-w",),
        metavar="NUMBER|auto",
        group="Workers",
        minimum=1,
        auto=usable_cores,
    )
    threads: int = option(8, "application threads in each worker", group="Workers", minimum=1)
    boot_timeout: float = option(
        60.0, "a new worker must be ready within this time", unit="seconds", group="Workers"
    )
    grace: float = option(
        30.0,
        "a draining worker is ended after this time",
        unit="seconds",
        flags=("--graceful-timeout",),
        group="Workers",
    )
    max_requests: int = option(
        0,
        "a worker that has served so many requests is replaced; until another is ready in its"
        " place, it serves some more",
        group="Workers",
    )
    max_requests_jitter: int = option(
        0,
        "up to so many are added to max-requests, for each worker another number",
        group="Workers",
    )
    memory_limit: str = option(
        "",
        "a worker is replaced when it has more memory, as in 512M; no limit when empty",
        metavar="SIZE",
        group="Workers",
        check=parse_size,
    )
    app_directory: str = option(
        ".", "folder that is put on the import path", metavar="DIR", group="Workers"
    )

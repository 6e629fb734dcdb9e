"""How the server is watched, told what to do, and run while a site is written."""

from dataclasses import dataclass

from enfilade.server.addresses import parse_address
from enfilade.server.option_groups.option import option


def check_path(text: str) -> None:
    """Raise :exc:`ValueError` unless *text* is empty or the path of a URL."""
    if text and not (text.startswith("/") and text.isascii() and text.isprintable()):
        raise ValueError(f"{text!r} is not a path such as /livez")
    if set(text) & set(" ?#"):
        raise ValueError(f"{text!r} has a blank, a query or a fragment, which no path has")


def check_metrics(text: str) -> None:
    """Raise :exc:`ValueError` unless *text* is empty or an address to listen at."""
    if text:
        parse_address(text)


@dataclass(frozen=True, kw_only=True)
class Operation:
    """The groups Operation and Development."""

    __slots__ = ()

    control: str = option(
        "",
        "Unix socket for enfilade status, top, requests, reload, drain, pause, resume and stop;"
        " there is none when empty",
        metavar="PATH",
        group="Operation",
    )
    health: bool = option(
        False,
        "answer health checks at /livez and /readyz, whatever the application does",
        group="Operation",
    )
    livez: str = option(
        "",
        "path of the check whether the server lives; /livez when empty, if health is on",
        metavar="PATH",
        group="Operation",
        check=check_path,
    )
    readyz: str = option(
        "",
        "path of the check whether the server should get requests; /readyz when empty, if health"
        " is on",
        metavar="PATH",
        group="Operation",
        check=check_path,
    )
    ready_wait: float = option(
        5.0,
        "not ready while a request has waited longer than this for a thread; 0: whatever waits",
        unit="seconds",
        group="Operation",
    )
    metrics: str = option(
        "",
        "where Prometheus reads /metrics: HOST:PORT, or :PORT on the loopback interface",
        metavar="ADDRESS",
        group="Operation",
        check=check_metrics,
    )
    drain_delay: float = option(
        0.0,
        "when told to stop, go on serving for this time while /readyz says not ready",
        unit="seconds",
        group="Operation",
    )
    pid_file: str = option(
        "",
        "file to write the supervisor's process id to",
        flags=("--pid",),
        metavar="PATH",
        group="Operation",
    )
    user: str = option(
        "",
        "user, by name or number, to serve as once the sockets are open; needs root",
        flags=("-u",),
        metavar="USER",
        group="Operation",
    )
    group: str = option(
        "",
        "group to serve as; the user's own when empty",
        flags=("-g",),
        metavar="GROUP",
        group="Operation",
    )

    debug: bool = option(
        False,
        "error pages for a broken application, short coloured access lines",
        group="Development",
    )
    reload: bool = option(
        False, "replace the workers when a source file changes", group="Development"
    )
    reload_dir: tuple[str, ...] = option(
        (), "folders to watch instead of the working directory", metavar="DIR", group="Development"
    )

"""What is written down of requests, and who is shown it."""

from dataclasses import dataclass

from enfilade.server.addresses import parse_address
from enfilade.server.option_groups.option import OFF, option


def check_access_format(text: str) -> None:
    """Raise :exc:`ValueError` unless *text* names a format or is a pattern."""
    if "%" not in text and text not in ("", "combined", "json"):
        raise ValueError(f"{text!r} is not combined, json, or a pattern such as '%(h)s %(r)s'")


def check_profiler(text: str) -> None:
    """Raise :exc:`ValueError` unless *text* is empty, "off", or an address to listen at."""
    if text not in ("", OFF) and parse_address(with_loopback(text)).protocol == "uwsgi":
        raise ValueError(f"{text!r} is not for browsers, which speak no uwsgi")


def with_loopback(text: str) -> str:
    """The address *text*, on the loopback interface if it has no host."""
    return f"127.0.0.1{text}" if text.startswith(":") else text


def check_token(text: str) -> None:
    """Raise :exc:`ValueError` unless *text* is empty or hard to guess and fit for a field."""
    if text and not (len(text) >= 16 and text.isascii() and text.isprintable()):
        raise ValueError("a token has 16 characters or more, all of them visible ASCII")
    if " " in text:
        raise ValueError("a token has no blanks")


@dataclass(frozen=True, kw_only=True)
class Records:
    """The groups Logging and Recorder."""

    __slots__ = ()

    access_log: str = option(
        "-",
        "where access lines go: a path, - for standard output, off",
        flags=("--access-logfile",),
        metavar="PATH",
        group="Logging",
    )

    access_log_format: str = option(
        "",
        "combined, json, or a pattern of Gunicorn's atoms, as in '%(h)s %(r)s %(s)s'; when empty,"
        " combined, and short lines in development",
        flags=("--access-logformat",),
        metavar="FORMAT",
        group="Logging",
        check=check_access_format,
    )

    recorder: bool = option(
        True,
        "keep what became of slow, failed and a few other requests, for enfilade requests and the"
        " profiler",
        group="Recorder",
    )
    record_slow: float = option(
        1.0,
        "a request that takes so long is kept; 0: none is kept for that",
        unit="seconds",
        group="Recorder",
    )
    record_sample: int = option(
        1000,
        "one in so many requests is traced and kept, two a second in the long run; 0: none",
        group="Recorder",
    )
    record_size: int = option(
        128,
        "requests that each worker keeps, in 16 KiB each",
        group="Recorder",
        minimum=1,
        maximum=65536,
    )
    profiler: str = option(
        "",
        "where a process of its own serves the profiler's pages, for which one needs the trace"
        " token: HOST:PORT, :PORT on the loopback interface, or unix:PATH. In development they are"
        " at /-/enfilade/ of the site itself as well, unless this is off",
        metavar="ADDRESS|off",
        group="Recorder",
        check=check_profiler,
    )
    opentelemetry: bool = option(
        False,
        "send the requests that are kept to a collector, as OTEL_EXPORTER_OTLP_ENDPOINT and"
        " its like say",
        group="Recorder",
    )
    trace_token: str = option(
        "",
        "what a request has in its field Enfilade-Trace to be traced, 16 characters or more; empty:"
        " none can ask",
        metavar="TOKEN",
        group="Recorder",
        secret=True,
        check=check_token,
    )
    secret_names: tuple[str, ...] = option(
        (),
        "more names of fields, parameters and cookies whose values are not to be shown anywhere,"
        " beside those that are called like a password, a key, a token or a session",
        metavar="NAME",
        group="Recorder",
    )

"""What an operator can set, once: flags, environment, ``enfilade.toml``, ``--help`` and the
reference page are all made from this dataclass.

Nothing here reads anything; ``server/configuration.py`` fills it from its sources.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypedDict, Unpack

from enfilade.gateway.forwarded import FIELDS, check_peer
from enfilade.server.addresses import parse_address
from enfilade.server.cores import usable_cores
from enfilade.server.memory import parse_size
from enfilade.server.mounts import parse_fallback, parse_mount


class Documentation(TypedDict, total=False):
    """What a field knows about itself beside its type and default.

    ``flags`` are extra spellings beside the one made from the field's name; ``auto`` finds the
    number that ``auto`` stands for; ``check`` raises :exc:`ValueError` for a value (of a tuple:
    for an item) that cannot be. Nobody is shown the value of a ``secret``.
    """

    unit: str
    flags: tuple[str, ...]
    metavar: str
    group: str
    secret: bool
    choices: tuple[str, ...]
    minimum: float
    maximum: float
    auto: Callable[[], int]
    check: Callable[[str], object]


OFF = "off"
"""What says that something is not to be, where empty means something else."""


def option(default: Any, description: str, **more: Unpack[Documentation]) -> Any:
    """A dataclass field that carries its own documentation."""
    if isinstance(default, (list, dict, set)):
        raise TypeError("an option's default is immutable; use a tuple")
    shown = not more.get("secret", False)
    return field(default=default, repr=shown, metadata={"description": description, **more})


def check_mode(text: str) -> None:
    """Raise :exc:`ValueError` unless *text* is a file mode such as ``660``."""
    if len(text) != 3 or not set(text) <= set("01234567"):
        raise ValueError(f"{text!r} is not three octal digits such as 660")


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


def check_access_format(text: str) -> None:
    """Raise :exc:`ValueError` unless *text* names a format or is a pattern."""
    if "%" not in text and text not in ("", "combined", "json"):
        raise ValueError(f"{text!r} is not combined, json, or a pattern such as '%(h)s %(r)s'")


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """Everything the server needs to know; ``0`` means "no limit" wherever a limit is meant.

    ``buffer_body`` and ``spool_body`` are no limits but sizes of stores, so there 0 is none.
    """

    application: str = option(
        "", "the application, MODULE:NAME; found automatically when empty", metavar="MODULE:NAME"
    )
    interface: str = option("auto", "what the application speaks", choices=("auto", "wsgi", "asgi"))
    bind: tuple[str, ...] = option(
        ("127.0.0.1:8000",),
        "where to listen: HOST:PORT, :PORT, unix:PATH or fd://N, perhaps after http://, https://"
        " or uwsgi://; may be repeated",
        flags=("-b",),
        metavar="ADDRESS",
        check=parse_address,
    )
    backlog: int = option(
        2048,
        "connections the kernel may hold before they are accepted",
        minimum=1,
        maximum=2**31 - 1,  # listen(2) takes an int
    )
    # Like a loopback port, a socket file is open to every user of the machine unless told
    # otherwise; a proxy usually runs as somebody else.
    socket_mode: str = option(
        "666", "permissions of a unix socket file, octal", metavar="MODE", check=check_mode
    )

    reuse_port: bool = option(
        False, "each worker has sockets of its own, between which the kernel deals out connections"
    )

    certificate: tuple[str, ...] = option(
        (),
        "certificate with its chain, PEM; all TCP addresses then speak TLS. For several names,"
        " repeat it: a client is shown the one for the name that it asks for",
        flags=("--certfile",),
        metavar="PATH",
        group="TLS",
    )
    key: tuple[str, ...] = option(
        (),
        "private key of the certificate, in the same order; without it, it is in the"
        " certificate's file",
        flags=("--keyfile",),
        metavar="PATH",
        group="TLS",
    )
    client_ca: str = option(
        "",
        "authorities whose certificates clients may show, PEM",
        flags=("--ca-certs",),
        metavar="PATH",
        group="TLS",
    )
    client_certificates: str = option(
        "off",
        "whether clients are asked for certificates",
        choices=("off", "optional", "required"),
        group="TLS",
    )

    trusted_proxies: tuple[str, ...] = option(
        ("127.0.0.0/8", "::1", "unix"),
        "peers that may say for whom they speak: addresses, networks, unix (whoever comes by a"
        " Unix socket), * (everybody) or none",
        flags=("--forwarded-allow-ips",),
        metavar="PEER",
        group="Proxies",
        check=check_peer,
    )
    forwarded: tuple[str, ...] = option(
        ("x-forwarded-for", "x-forwarded-proto"),
        "the fields that they write, in every request; what else says such things is not believed",
        metavar="FIELD",
        group="Proxies",
        choices=FIELDS,
    )
    proxy_protocol: bool = option(
        False,
        "every HTTP connection begins with a PROXY header, version 1 or 2",
        group="Proxies",
    )

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

    head_timeout: float = option(
        10.0, "a request head must arrive within this time", unit="seconds", group="Deadlines"
    )
    body_rate: int = option(
        1024, "slowest accepted body, after five seconds", unit="bytes a second", group="Deadlines"
    )
    application_timeout: float = option(
        60.0,
        "the application must begin its answer within this time",
        unit="seconds",
        flags=("-t", "--timeout"),
        group="Deadlines",
    )
    queue_timeout: float = option(
        0.0,
        "a request that has waited longer than this for a thread is answered 503, and not run",
        unit="seconds",
        group="Deadlines",
    )
    write_timeout: float = option(
        30.0,
        "a reader that takes nothing for this long is dropped",
        unit="seconds",
        group="Deadlines",
    )
    keep_alive: float = option(
        15.0, "an idle connection is kept this long", unit="seconds", group="Deadlines"
    )

    limit_line: int = option(
        8192, "longest request line", unit="bytes", flags=("--limit-request-line",), group="Limits"
    )
    limit_field: int = option(
        8192,
        "longest header field line",
        unit="bytes",
        flags=("--limit-request-field_size",),
        group="Limits",
    )
    limit_fields: int = option(
        100, "most header fields", flags=("--limit-request-fields",), group="Limits"
    )
    limit_head: int = option(65536, "largest request head", unit="bytes", group="Limits")
    refuse_underscores: bool = option(
        False,
        "refuse requests with an underscore in a field name, instead of dropping that field",
        group="Limits",
    )
    limit_body: int = option(
        1024 * 1024 * 1024, "largest request body", unit="bytes", group="Limits"
    )
    buffer_body: int = option(
        1024 * 1024,
        "a body up to this size is received whole into memory before the application is called",
        unit="bytes",
        group="Limits",
    )
    spool_body: int = option(
        64 * 1024 * 1024,
        "a body up to this size is received whole, beyond buffer-body into a temporary file; of a"
        " larger one the application receives the rest as it reads; 0: nothing is spooled",
        unit="bytes",
        group="Limits",
    )
    limit_connections: int = option(10000, "open connections in each worker", group="Limits")

    static: tuple[str, ...] = option(
        (),
        "serve the files of a folder below a prefix, as in /static=public; may be repeated",
        metavar="PREFIX=DIR",
        group="Static files",
        check=parse_mount,
    )
    site_static: bool = option(
        True, "serve what an Enfilade site has collected in STATIC_ROOT", group="Static files"
    )
    static_index: str = option(
        "index.html",
        "file to send for a path that ends with a slash; empty: none",
        metavar="NAME",
        group="Static files",
    )
    static_try: tuple[str, ...] = option(
        (),
        "a path below the prefix that leads to no file gets the one of another path, as in"
        " /app=/app/index.html; may be repeated",
        metavar="PREFIX=PATH",
        group="Static files",
        check=parse_fallback,
    )
    static_missing: str = option(
        "application",
        "who answers a path below a prefix that leads to no file: the application, or 404",
        choices=("application", "404"),
        group="Static files",
    )
    static_max_age: int = option(
        60,
        "browsers keep a file this long whose name has no hash",
        unit="seconds",
        group="Static files",
    )
    sendfile: tuple[str, ...] = option(
        (),
        "the application may have files of a folder sent by X-Accel-Redirect or X-Sendfile, as in"
        " /protected=/srv/files; may be repeated",
        metavar="PREFIX=DIR",
        group="Static files",
        check=parse_mount,
    )

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
        " at /-/enfilade/ of the site itself, unless this is off",
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

"""How long a request may take, and how large it may be."""

from dataclasses import dataclass

from enfilade.server.option_groups.option import option


@dataclass(frozen=True, kw_only=True)
class Limits:
    """The groups Deadlines and Limits."""

    __slots__ = ()

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

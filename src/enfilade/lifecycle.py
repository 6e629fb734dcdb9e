"""The walk of a request, as data: thirteen steps from the socket to the view and back.

This table is the one place that knows the whole. The trace, ``enfilade explain``, the
documentation and ``tests/lifecycle`` all read it; no room imports another room to learn
where it stands.

>>> step("resolve").folder
'urls'
"""

from dataclasses import dataclass
from enum import StrEnum


class Half(StrEnum):
    """Which half of the house a step belongs to; PEP 3333 and ASGI are the door between."""

    SERVER = "server"
    FRAMEWORK = "framework"


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the walk.

    ``module`` is where a reader finds it, ``event`` what the trace calls it, ``purpose`` what
    happens there, as its page in the documentation begins.
    """

    number: int
    name: str
    folder: str
    module: str
    event: str
    half: Half
    purpose: str


def _steps(*rows: tuple[str, str, str, Half, str]) -> tuple[Step, ...]:
    return tuple(
        Step(number, name, module.split(".")[1], module, event, half, purpose)
        for number, (name, module, event, half, purpose) in enumerate(rows, start=1)
    )


SERVER, FRAMEWORK = Half

STEPS = _steps(
    (
        "A connection is accepted",
        "enfilade.server.loop.acceptor",
        "accept",
        SERVER,
        "The walk begins before there is a request. A client has opened a connection, and the "
        "server takes it from the kernel.",
    ),
    (
        "The request is read and buffered",
        "enfilade.server.loop.intake",
        "read",
        SERVER,
        "The bytes of one request are collected, checked against the grammar of HTTP/1.1, and "
        "kept until the request is whole.",
    ),
    (
        "environ or scope is built, a thread has it",
        "enfilade.gateway.environ",
        "gateway",
        SERVER,
        "The request becomes what a Python application understands: a dictionary called "
        "`environ` under WSGI, a dictionary called `scope` under ASGI. This is the door between "
        "the two halves.",
    ),
    (
        "The handler is called",
        "enfilade.handlers.wsgi",
        "handler",
        FRAMEWORK,
        "The handler is the application: one object that the server calls for every request. "
        "Everything that can be decided before the first request is decided when it is "
        "constructed.",
    ),
    (
        "The request object is made",
        "enfilade.http.request",
        "request",
        FRAMEWORK,
        "`environ` or `scope` becomes an `HttpRequest`. The names are Django's.",
    ),
    (
        "Middleware, inward",
        "enfilade.middleware.chain",
        "middleware.in",
        FRAMEWORK,
        "The request goes through the site's middleware, from the first entry of `MIDDLEWARE` "
        "to the last. Each may look at it, change it, or answer it.",
    ),
    (
        "The URLconf resolves the path",
        "enfilade.urls.resolvers",
        "resolve",
        FRAMEWORK,
        "The path leads to a view and its arguments. The first route that matches wins.",
    ),
    (
        "process_view hooks",
        "enfilade.middleware.chain",
        "middleware.view",
        FRAMEWORK,
        "The view is known, and has not run yet. Middleware that needs to know which view it "
        "will be has its turn now.",
    ),
    (
        "The view runs",
        "enfilade.views.base",
        "view",
        FRAMEWORK,
        "The site's own code. A view takes the request and the values from the path, and "
        "returns a response.",
    ),
    (
        "The response is made and rendered",
        "enfilade.http.response",
        "render",
        FRAMEWORK,
        "The view has returned a response. If it knows its template but has no text yet, it is "
        "rendered now, and not before.",
    ),
    (
        "Middleware, outward",
        "enfilade.middleware.chain",
        "middleware.out",
        FRAMEWORK,
        "The response goes out through the same doors, in reverse. If there was an exception, "
        "this is where it becomes a response.",
    ),
    (
        "Status, headers and body are written",
        "enfilade.protocol.response",
        "write",
        SERVER,
        "The response becomes bytes of HTTP/1.1: a status line, fields, and a body whose end "
        "the client can find.",
    ),
    (
        "Bytes leave, the access line is written",
        "enfilade.server.loop.exchange",
        "send",
        SERVER,
        "The last step: bytes go to the kernel, the response is closed, the log gets its line, "
        "and the connection is kept or closed.",
    ),
)

HOP = "hop"
"""The event beside the steps: from the event loop to a thread, or the other way round, and back
again. Its node is "to thread" or "to loop"; what happens over there lies within it."""

_BY_EVENT = {step.event: step for step in STEPS}

EVENTS = tuple(_BY_EVENT)
"""The events in the order of the walk."""


def step(event: str) -> Step:
    """Return the step that fires *event*; :exc:`KeyError` if there is none."""
    return _BY_EVENT[event]

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

    ``module`` is where a reader finds it, ``event`` what the trace calls it.
    """

    number: int
    name: str
    folder: str
    module: str
    event: str
    half: Half


def _steps(*rows: tuple[str, str, str, Half]) -> tuple[Step, ...]:
    return tuple(
        Step(number, name, module.split(".")[1], module, event, half)
        for number, (name, module, event, half) in enumerate(rows, start=1)
    )


SERVER, FRAMEWORK = Half

STEPS = _steps(
    ("A connection is accepted", "enfilade.server.loop.acceptor", "accept", SERVER),
    ("The request is read and buffered", "enfilade.server.loop.intake", "read", SERVER),
    ("environ or scope is built, a thread has it", "enfilade.gateway.environ", "gateway", SERVER),
    ("The handler is called", "enfilade.handlers.wsgi", "handler", FRAMEWORK),
    ("The request object is made", "enfilade.http.request", "request", FRAMEWORK),
    ("Middleware, inward", "enfilade.middleware.chain", "middleware.in", FRAMEWORK),
    ("The URLconf resolves the path", "enfilade.urls.resolvers", "resolve", FRAMEWORK),
    ("process_view hooks", "enfilade.middleware.chain", "middleware.view", FRAMEWORK),
    ("The view runs", "enfilade.views.base", "view", FRAMEWORK),
    ("The response is made and rendered", "enfilade.http.response", "render", FRAMEWORK),
    ("Middleware, outward", "enfilade.middleware.chain", "middleware.out", FRAMEWORK),
    ("Status, headers and body are written", "enfilade.protocol.response", "write", SERVER),
    ("Bytes leave, the access line is written", "enfilade.server.loop.exchange", "send", SERVER),
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

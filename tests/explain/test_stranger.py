"""The call of an application that nothing is known of, as an event."""

from typing import Any

import pytest

from enfilade.explain.line import Draft
from enfilade.explain.rehearsal import rehearse
from enfilade.explain.stranger import observed_whole
from enfilade.trace import RAISED

DRAFT = Draft("GET", "http://localhost/rooms/7")


class Route:
    endpoint = print
    path = "/rooms/{number}"


class Hasty:
    """Raises before there is anything to await."""

    def __call__(self, scope: Any, receive: Any, send: Any) -> Any:
        if scope["type"] == "http":
            raise LookupError("at once")
        return self.live(receive, send)

    async def live(self, receive: Any, send: Any) -> None:
        for word in ("startup", "shutdown"):
            await receive()
            await send({"type": f"lifespan.{word}.complete"})


async def late(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] == "http":
        scope["route"] = Route()
        raise LookupError("too late")


@pytest.mark.parametrize(
    ("application", "detail"),
    [(Hasty(), "LookupError"), (late, "LookupError: /rooms/{number}")],
    ids=["at once", "later"],
)
def test_one_that_raises_is_an_event_with_the_route_it_had(application: Any, detail: str) -> None:
    (performance,) = rehearse(observed_whole(application, "asgi"), DRAFT)
    (event,) = performance.trace.events
    assert (event.outcome, event.detail) == (RAISED, detail)
    assert event.until

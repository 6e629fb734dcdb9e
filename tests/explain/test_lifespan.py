"""Applications that make something at their start, and need it at every request."""

import asyncio
import logging
from contextlib import asynccontextmanager
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from enfilade.explain.lifespan import Lifespan, LifespanError
from enfilade.explain.line import Draft
from enfilade.explain.rehearsal import rehearse
from enfilade.explain.stranger import observed_whole
from enfilade.explain.walk import Venue, find_stations, take_walk
from enfilade.server.configuration import configure

DRAFT = Draft("GET", "http://localhost/")


class Shop:
    """A raw application, which notes in ``seen`` what happens to it."""

    def __init__(self, *answers: dict[str, str]) -> None:
        self.answers = list(answers)
        self.seen: list[Any] = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await self.live(scope, receive, send)
            return
        self.seen.append(("request", scope["state"]["tea"]))
        scope["state"]["tea"] = "drunk"
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"tea"})

    async def live(self, scope: Any, receive: Any, send: Any) -> None:
        scope["state"]["tea"] = "hot"
        while True:
            kind = (await receive())["type"]
            self.seen.append(kind)
            answer = self.answers.pop(0) if self.answers else {"type": f"{kind}.complete"}
            await send(answer)


async def deaf(scope: Any, receive: Any, send: Any) -> None:
    """Knows no lifespan, and does not look what it is asked."""
    assert scope["state"] == {}
    await send({"type": "http.response.start", "status": 204, "headers": []})
    await send({"type": "http.response.body"})


async def refusing(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] != "http":
        raise NotImplementedError(scope["type"])
    await deaf(scope, receive, send)


async def silent(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] == "http":
        await deaf(scope, receive, send)


@asynccontextmanager
async def kettle(application: Starlette) -> Any:
    application.state.water = "boiled"
    yield {"tea": "hot"}
    application.state.water = "cold"


async def front(request: Any) -> PlainTextResponse:
    return PlainTextResponse(f"{request.state.tea} tea, {request.app.state.water} water")


def walked(application: Any) -> Any:
    return take_walk(Venue(application, "asgi", configure({}, {})), DRAFT)


def test_an_application_starts_before_its_requests_and_ends_after_them() -> None:
    shop = Shop()
    performances = rehearse(shop, DRAFT, times=2)
    assert [each.status for each in performances] == [200, 200]
    assert shop.seen == [
        "lifespan.startup",
        ("request", "hot"),
        ("request", "hot"),  # what the first one did to its state is not in that of the second
        "lifespan.shutdown",
    ]


def test_a_walk_leads_through_an_application_that_has_started() -> None:
    shop = Shop()
    journey = walked(shop)
    assert journey.record.status == 200
    assert journey.carrier["state"] == "{'tea': 'hot'}"
    assert shop.seen == ["lifespan.startup", ("request", "hot"), "lifespan.shutdown"]


def test_starlette_has_what_its_lifespan_made() -> None:
    application = Starlette(routes=[Route("/", front)], lifespan=kettle)
    journey = walked(application)
    assert journey.left.endswith(b"hot tea, boiled water")
    assert application.state.water == "cold"
    (performance,) = rehearse(observed_whole(application, "asgi"), DRAFT)
    assert (performance.status, performance.size) == (200, len("hot tea, boiled water"))
    assert [event.event for event in performance.trace.events] == ["handler"]


@pytest.mark.parametrize("application", [deaf, refusing, silent])
def test_an_application_that_knows_no_lifespan_is_asked_all_the_same(application: Any) -> None:
    assert rehearse(application, DRAFT)[0].status == 204
    assert walked(application).record.status == 204


def test_our_own_handler_is_asked_as_ever(site: Any) -> None:
    from enfilade.http import HttpResponse
    from enfilade.urls import path

    handler = site(path("", lambda request: HttpResponse("ours")), asgi=True)
    assert rehearse(handler, Draft("GET", "/"))[0].status == 200
    venue = Venue(handler, "asgi", configure({}, {}))
    assert find_stations(venue, take_walk(venue, Draft("GET", "/")))[-1].step.number == 13


@pytest.mark.parametrize("make", [lambda shop: rehearse(shop, DRAFT), walked])
def test_what_the_application_says_when_it_cannot_start_is_told(make: Any) -> None:
    shop = Shop({"type": "lifespan.startup.failed", "message": "the kettle is gone"})
    with pytest.raises(LifespanError, match="does not start: the kettle is gone"):
        make(shop)
    assert shop.seen == ["lifespan.startup"]


def test_a_start_that_raises_is_told_though_the_request_is_made_all_the_same(caplog: Any) -> None:
    class Cold(Shop):
        async def live(self, scope: Any, receive: Any, send: Any) -> None:
            await receive()
            raise OSError("no water")

    (performance,) = rehearse(Cold(), DRAFT)
    assert performance.failure.startswith(f"KeyError: 'tea' at {__file__}:")
    assert "raised at its start: OSError: no water" in caplog.text


def test_starlette_tells_its_own_traceback() -> None:
    @asynccontextmanager
    async def broken(application: Starlette) -> Any:
        raise OSError("no water")
        yield

    with pytest.raises(LifespanError, match="OSError: no water"):
        walked(Starlette(lifespan=broken))


def test_a_start_without_an_end_is_waited_for_as_long_as_a_worker_s() -> None:
    async def endless(scope: Any, receive: Any, send: Any) -> None:
        await asyncio.Event().wait()

    with pytest.raises(LifespanError, match=r"not started within 0\.05 s") as raised:
        rehearse(endless, DRAFT, 1, Lifespan(endless, 0.05))
    assert "boot-timeout" in str(raised.value.hint)
    configuration = configure({"boot_timeout": "0.05"}, {})
    with pytest.raises(LifespanError, match=r"within 0\.05 s"):
        take_walk(Venue(endless, "asgi", configuration), DRAFT)


def test_an_end_that_fails_is_logged_and_takes_nothing_away(caplog: Any) -> None:
    shop = Shop(
        {"type": "lifespan.startup.complete"},
        {"type": "lifespan.shutdown.failed", "message": "the cups are dirty"},
    )
    with caplog.at_level(logging.ERROR, "enfilade.explain"):
        assert rehearse(shop, DRAFT)[0].status == 200
    assert "the cups are dirty" in caplog.text


def test_an_end_that_raises_is_logged_with_its_place(caplog: Any) -> None:
    async def clumsy(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            await deaf(scope, receive, send)
            return
        await receive()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        raise OSError("a cup fell")

    with caplog.at_level(logging.ERROR, "enfilade.explain"):
        assert rehearse(clumsy, DRAFT)[0].status == 204
    assert "OSError: a cup fell at " in caplog.text


def test_an_end_that_does_not_come_is_not_waited_for_any_longer(caplog: Any) -> None:
    async def lingering(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            await deaf(scope, receive, send)
            return
        await receive()
        await send({"type": "lifespan.startup.complete"})
        await asyncio.Event().wait()

    with caplog.at_level(logging.ERROR, "enfilade.explain"):
        assert rehearse(lingering, DRAFT, 1, Lifespan(lingering, 0.05))[0].status == 204
    assert "not ended within 0.05 s" in caplog.text


def test_the_lifespan_may_be_that_of_what_is_wrapped_around() -> None:
    shop = Shop()
    assert rehearse(deaf_to_state, DRAFT, 1, Lifespan(shop))[0].status == 204
    assert shop.seen == ["lifespan.startup", "lifespan.shutdown"]


async def deaf_to_state(scope: Any, receive: Any, send: Any) -> None:
    assert scope["type"] == "http"
    await deaf({**scope, "state": {}}, receive, send)

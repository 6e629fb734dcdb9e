"""What a trace tells of a request: each piece from its beginning to its end, and how it ended."""

import asyncio
import time
from collections.abc import Iterator
from typing import Any

import pytest

from enfilade import HttpResponse, path, trace
from enfilade.handlers.asgi import ASGIHandler
from enfilade.handlers.wsgi import WSGIHandler
from enfilade.http import Http404, HttpRequest, StreamingHttpResponse
from enfilade.lifecycle import HOP
from enfilade.middleware import MiddlewareMixin, async_only_middleware
from enfilade.test import AsyncClient, Client, RequestFactory
from enfilade.trace import Trace


class Porter(MiddlewareMixin):
    """Does what the request's query says, in the hook that it names."""

    made = 0

    def __init__(self, get_response: Any) -> None:
        super().__init__(get_response)
        type(self).made += 1

    def process_request(self, request: HttpRequest) -> Any:
        return self._do(request, "in")

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> Any:
        return self._do(request, "view")

    def process_exception(self, request: HttpRequest, exception: Exception) -> Any:
        return self._do(request, "exception")

    def process_response(self, request: HttpRequest, response: Any) -> Any:
        return self._do(request, "out") or response

    def _do(self, request: HttpRequest, hook: str) -> Any:
        if request.GET.get("raise") == hook:
            raise ValueError(hook)
        return HttpResponse(hook) if request.GET.get("answer") == hook else None


def plain(get_response: Any) -> Any:
    def middleware(request: HttpRequest) -> Any:
        wish = request.GET.get("plain")
        if wish == "raise":
            raise ValueError("plain")
        if wish == "answer":
            return HttpResponse("plain")
        response = get_response(request)
        if wish == "again":
            response = get_response(request)
        return HttpResponse("other") if wish == "replace" else response

    return middleware


@async_only_middleware
def awaiting(get_response: Any) -> Any:
    async def middleware(request: HttpRequest) -> Any:
        return await get_response(request)

    return middleware


def library(request: HttpRequest) -> Any:
    if request.GET.get("raise") == "library":
        raise Http404
    return HttpResponse("books")


def pieces(request: HttpRequest) -> Any:
    def made() -> Iterator[bytes]:
        yield b"one"
        if "raise" in request.GET:
            raise ValueError
        yield b"two"

    return StreamingHttpResponse(made())


async def slow(request: HttpRequest) -> Any:
    await asyncio.sleep(3600)


ROUTES = (path("", library), path("pieces/", pieces), path("slow/", slow))


def told(record: Trace) -> list[tuple[str, str, str]]:
    return [(e.event, e.node.rpartition(".")[2], e.outcome) for e in record.events]


def outcome(record: Trace, event: str, node: str = "") -> str:
    (found,) = (e for e in record.events if e.event == event and e.node.endswith(node))
    assert found.until >= found.at
    return found.outcome


def ask(target: str, **options: Any) -> Trace:
    with trace.recording() as traces:
        response = Client(raise_request_exception=False, **options).get(target)
        response.close()
    (record,) = traces
    return record


def ask_async(target: str) -> Trace:
    async def get() -> None:
        response = await AsyncClient(raise_request_exception=False).get(target)
        response.close()

    with trace.recording() as traces:
        asyncio.run(get())
    (record,) = traces
    return record


@pytest.mark.parametrize("asker", [ask, ask_async])
@pytest.mark.parametrize(
    "query", ["", "?raise=in", "?raise=library", "?answer=out", "?plain=again"]
)
def test_every_event_of_the_framework_half_is_closed_within_the_one_around_it(
    site, asker, query
) -> None:
    site(*ROUTES, MIDDLEWARE=[Porter, plain, Porter])
    record = asker(f"/{query}")
    handler = record.events[0]
    assert handler.event == "handler"
    assert all(handler.at <= e.at <= e.until <= handler.until for e in record.events)
    spans = [(e.at, e.until) for e in record.events]
    assert spans == sorted(spans, key=lambda span: span[0])
    # Two of them lie one within the other, or one after the other.
    for at, until in spans:
        assert not any(at < other < until < end for other, end in spans)


def test_the_walk_of_a_request_that_meets_nothing(site) -> None:
    site(*ROUTES, MIDDLEWARE=[Porter, plain])
    assert told(ask("/")) == [
        ("handler", "SiteHandler", ""),
        ("request", "GET /", ""),
        ("middleware.in", "process_request", ""),
        ("middleware.in", "plain", ""),
        ("resolve", "/", ""),
        ("middleware.view", "process_view", ""),
        ("view", "library", ""),
        ("render", "response", ""),
        ("middleware.out", "plain", ""),
        ("middleware.out", "process_response", ""),
    ]


@pytest.mark.parametrize(
    ("query", "event", "node", "expected"),
    [
        ("?answer=in", "middleware.in", "process_request", "answered"),
        ("?raise=in", "middleware.in", "process_request", "raised"),
        ("?answer=view", "middleware.view", "process_view", "answered"),
        ("?raise=library", "view", "library", "raised"),
        ("?raise=library&answer=exception", "middleware.out", "process_exception", "answered"),
        ("?answer=out", "middleware.out", "process_response", "replaced"),
        ("?raise=out", "middleware.out", "process_response", "raised"),
        ("?plain=answer", "middleware.in", "plain", "answered"),
        ("?plain=raise", "middleware.in", "plain", "raised"),
        ("?plain=replace", "middleware.out", "plain", "replaced"),
    ],
)
@pytest.mark.parametrize("asker", [ask, ask_async])
def test_how_a_piece_ended_is_told(site, asker, query, event, node, expected) -> None:
    site(*ROUTES, MIDDLEWARE=[Porter, plain])
    record = asker(f"/{query}")
    assert outcome(record, event, node) == expected


def test_a_middleware_that_asks_twice_is_left_twice(site) -> None:
    site(*ROUTES, MIDDLEWARE=[plain])
    events = [event for event, node, _ in told(ask("/?plain=again")) if node == "plain"]
    assert events == ["middleware.in", "middleware.out", "middleware.out"]


def test_the_page_of_an_error_is_part_of_the_walk(site) -> None:
    site(*ROUTES)
    record = ask("/nowhere/")
    assert outcome(record, "resolve") == "raised"
    page = record.events[-1]
    assert (page.event, page.node, page.detail) == ("render", "error page", "404 Resolver404")


def test_resolution_tells_how_many_routes_it_has_tried_and_which_won(site) -> None:
    site(*ROUTES)
    (won,) = (e for e in ask("/pieces/").events if e.event == "resolve")
    assert won.detail == "2 of 3 routes tried, pieces/ wins"
    (lost,) = (e for e in ask("/nowhere/").events if e.event == "resolve")
    assert lost.detail == "Resolver404: 3 of 3 routes tried"


@pytest.mark.parametrize("asker", [ask, ask_async])
def test_a_stream_is_an_event_until_its_last_piece(site, asker) -> None:
    site(*ROUTES)
    with trace.recording() as traces:
        if asker is ask:
            response = Client().get("/pieces/")
            assert b"".join(response) == b"onetwo"
            response.close()
        else:

            async def read() -> None:
                response = await AsyncClient().get("/pieces/")
                assert [piece async for piece in response] == [b"one", b"two"]
                response.close()

            asyncio.run(read())
    body = traces[0].events[-1]
    assert (body.event, body.node, body.detail, body.outcome) == ("write", "body", "2 pieces", "")
    assert body.until


def test_a_stream_that_breaks_or_is_left_says_so(site) -> None:
    site(*ROUTES)
    with trace.recording() as traces:
        broken = Client().get("/pieces/?raise")
        with pytest.raises(ValueError):
            b"".join(broken)
        broken.close()
        left = Client().get("/pieces/")
        next(iter(left))
        left.close()
    assert [record.events[-1].outcome for record in traces] == ["raised", "raised"]
    details = [record.events[-1].detail for record in traces]
    assert details == ["ValueError: 1 piece", "GeneratorExit: 1 piece"]


def scope(target: str) -> dict[str, Any]:
    return {
        "type": "http",
        "method": "GET",
        "path": target,
        "query_string": b"",
        "headers": [(b"host", b"testserver")],
    }


def test_a_client_that_goes_away_leaves_a_trace_that_is_closed(site) -> None:
    site(*ROUTES, MIDDLEWARE=[awaiting])
    messages = [{"type": "http.request", "body": b""}]

    async def receive() -> Any:
        if messages:
            return messages.pop()
        await asyncio.sleep(0.02)
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        raise AssertionError(message)

    with trace.recording() as traces:
        asyncio.run(ASGIHandler()(scope("/slow/"), receive, send))
    (record,) = traces
    assert all(event.until for event in record.events)
    view = record.events[-1]
    assert (view.event, view.outcome, view.detail) == ("view", "raised", "CancelledError")


def test_a_hop_lies_around_what_happens_on_the_other_side(site) -> None:
    site(*ROUTES, MIDDLEWARE=[Porter])
    record = ask_async("/")
    hops = [event for event in record.events if event.event == HOP]
    assert [hop.node for hop in hops] == ["to thread"] * 3
    inner = [[e.event for e in record.events if h.at < e.at < h.until] for h in hops]
    assert inner == [["middleware.in"], ["middleware.view", "view", "render"], ["middleware.out"]]


def test_an_async_view_in_a_sync_chain_hops_to_a_loop(site) -> None:
    async def page(request: HttpRequest) -> Any:
        return HttpResponse("made")

    site(path("", page))
    events = [(event.event, event.node) for event in ask("/").events]
    assert (HOP, "to loop") in events


# For one request of a running process --------------------------------------------------------


def environ(**more: Any) -> dict[str, Any]:
    return {**RequestFactory().build_environ(), **more}


def start_response(*args: Any) -> Any:
    return None


def test_one_request_brings_its_trace_and_others_have_none(site) -> None:
    site(*ROUTES, MIDDLEWARE=[Porter, plain])
    handler, record = WSGIHandler(), Trace()
    b"".join(handler(environ(), start_response))
    b"".join(handler(environ(**{"enfilade.trace": record}), start_response))
    b"".join(handler(environ(), start_response))
    assert [event.event for event in record.events].count("view") == 1


def test_an_asgi_scope_brings_a_trace_likewise(site) -> None:
    site(*ROUTES, MIDDLEWARE=[Porter, plain])
    handler, record = ASGIHandler(), Trace()

    async def receive() -> Any:
        return {"type": "http.request", "body": b""}

    async def send(message: Any) -> None:
        pass

    async def both() -> None:
        await handler(scope("/"), receive, send)
        await handler({**scope("/"), "enfilade.trace": record}, receive, send)

    asyncio.run(both())
    assert [event.event for event in record.events].count("handler") == 1
    assert all(event.until for event in record.events)


def test_who_subscribes_later_hears_of_requests_from_then_on(site) -> None:
    site(*ROUTES)
    client = Client()
    client.get("/")
    with trace.recording() as traces:
        client.get("/").close()
    client.get("/")
    assert len(traces) == 1


def test_each_middleware_is_made_once_for_both_kinds_of_request(site) -> None:
    class Counted(Porter):
        made = 0

    site(*ROUTES, MIDDLEWARE=[Counted, plain])
    WSGIHandler()
    assert Counted.made == 1


def test_a_trace_of_the_server_is_left_for_the_server_to_deliver(site) -> None:
    site(*ROUTES)
    with trace.recording() as traces:
        response = WSGIHandler()(environ(**{"enfilade.trace": Trace()}), start_response)
        getattr(response, "close", lambda: None)()
    assert traces == []


def test_a_request_that_ends_in_an_exception_is_delivered_too(site) -> None:
    site(*ROUTES, DEBUG_PROPAGATE_EXCEPTIONS=True, MIDDLEWARE=[Porter])
    with trace.recording() as traces, pytest.raises(ValueError, match="in"):
        WSGIHandler()(environ(QUERY_STRING="raise=in"), start_response)
    (record,) = traces
    assert record.events[0].outcome == "raised"
    assert all(event.until for event in record.events)


@pytest.mark.parametrize("asgi", [False, True], ids=["wsgi", "asgi"])
def test_a_subscriber_that_fails_is_logged_and_the_answer_stays_whole(site, caplog, asgi) -> None:
    def fail(record: Trace) -> None:
        raise ValueError("full disk")

    site(*ROUTES)
    sent: list[Any] = []

    async def receive() -> Any:
        return {"type": "http.request", "body": b""}

    async def send(message: Any) -> None:
        sent.append(message)

    end = trace.subscribe(fail)
    try:
        if asgi:
            asyncio.run(ASGIHandler()(scope("/"), receive, send))
        else:
            response: Any = WSGIHandler()(environ(), start_response)
            sent += [*response, response.close()]
    finally:
        end()
    assert len(sent) == 2
    assert "A trace could not be delivered." in caplog.text


def test_the_time_of_a_view_is_that_of_its_event(site) -> None:
    def sleepy(request: HttpRequest) -> Any:
        time.sleep(0.01)
        return HttpResponse("at last")

    site(path("", sleepy))
    (view,) = (event for event in ask("/").events if event.event == "view")
    assert view.until - view.at >= 10_000_000

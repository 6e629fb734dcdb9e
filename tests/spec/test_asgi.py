"""What the ASGI 3 specification asks of an application, asked of ``ASGIHandler``.

In the order of its documents: the specification itself, "HTTP & WebSocket", "Lifespan". The
server here is three dictionaries and two coroutine functions, so nothing repairs anything.
"""

import asyncio
import copy
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

import pytest

from enfilade.dispatch import request_finished
from enfilade.handlers.asgi import ASGIHandler
from enfilade.http import HttpResponse, JsonResponse, StreamingHttpResponse
from enfilade.test import override_settings
from enfilade.urls import re_path

PATIENCE = 10
SCOPE: dict[str, Any] = {
    "type": "http",
    "asgi": {"version": "3.0", "spec_version": "2.5"},
    "http_version": "1.1",
    "method": "GET",
    "scheme": "http",
    "path": "/",
    "raw_path": b"/",
    "query_string": b"",
    "root_path": "",
    "headers": [(b"host", b"testserver")],
    "client": ("127.0.0.1", 4000),
    "server": ("testserver", 80),
    "state": {},
}
LEAST: dict[str, Any] = {
    "type": "http",
    "asgi": {"version": "3.0"},
    "http_version": "1.1",
    "method": "GET",
    "path": "/",
    "query_string": b"",
    "headers": [],
}
"""A scope without any of its optional keys."""

REQUEST = {"type": "http.request", "body": b"", "more_body": False}
DISCONNECT = {"type": "http.disconnect"}


class Server:
    """Gives the *incoming* events, then none; keeps what is sent."""

    def __init__(self, *incoming: dict[str, Any]) -> None:
        self.sent: list[dict[str, Any]] = []
        self._incoming: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        for event in incoming:
            self.add(event)

    def add(self, event: dict[str, Any]) -> None:
        self._incoming.put_nowait(event)

    async def receive(self) -> dict[str, Any]:
        return await self._incoming.get()

    async def send(self, event: dict[str, Any]) -> None:
        self.sent.append(event)

    @property
    def start(self) -> dict[str, Any]:
        return self.sent[0]

    @property
    def body(self) -> bytes:
        return b"".join(event["body"] for event in self.sent[1:])


Site = Callable[..., ASGIHandler]


@pytest.fixture
def site() -> Iterator[Site]:
    """``site(view)`` is the handler of a site that has this view at every path."""
    urlconf = ModuleType("urlconf_of_the_asgi_specification")
    urlconf.urlpatterns = []

    def make(view: Any) -> ASGIHandler:
        urlconf.urlpatterns.append(re_path("", view))
        return ASGIHandler()

    with override_settings(ROOT_URLCONF=urlconf):
        yield make


async def hello(request: Any) -> HttpResponse:
    return HttpResponse(b"hello")


async def ask(handler: Any, scope: dict[str, Any], *incoming: dict[str, Any]) -> Server:
    server = Server(*(incoming or (REQUEST,)))
    await asyncio.wait_for(handler(scope, server.receive, server.send), PATIENCE)
    return server


def check_order(sent: list[dict[str, Any]]) -> None:
    """One start, then bodies, of which only the last one says that it is the last."""
    start, *bodies = sent
    assert start["type"] == "http.response.start"
    assert [event["type"] for event in bodies] == ["http.response.body"] * len(bodies)
    assert [event.get("more_body", False) for event in bodies] == [
        *[True] * (len(bodies) - 1),
        False,
    ]


# Specification: Applications -----------------------------------------------------------------


async def test_is_a_single_callable_that_returns_nothing(site: Site) -> None:
    server = Server(REQUEST)
    assert await site(hello)(SCOPE, server.receive, server.send) is None
    assert server.body == b"hello"


async def test_one_handler_serves_many_connections_at_once(site: Site) -> None:
    both = asyncio.Barrier(2)

    async def view(request: Any) -> HttpResponse:
        await both.wait()
        return HttpResponse(request.path)

    handler = site(view)
    first, second = await asyncio.gather(
        ask(handler, SCOPE | {"path": "/first"}), ask(handler, SCOPE | {"path": "/second"})
    )
    assert (first.body, second.body) == (b"/first", b"/second")


# Specification: Connection Scope; Protocol Specifications ------------------------------------


@pytest.mark.parametrize("kind", ["websocket", "telegraph"])
async def test_refuses_an_unknown_protocol_with_an_exception_before_it_takes_an_event(
    site: Site, kind: str
) -> None:
    server = Server({"type": f"{kind}.connect"})
    with pytest.raises(ValueError, match=kind):
        await site(hello)({"type": kind}, server.receive, server.send)
    assert server.sent == []
    assert await server.receive() == {"type": f"{kind}.connect"}


async def test_ignores_what_it_does_not_know_in_scopes_and_events(site: Site) -> None:
    scope = SCOPE | {"extensions": {"http.response.push": {}}, "tomorrow": object()}
    server = await ask(site(hello), scope, REQUEST | {"tomorrow": True})
    assert server.body == b"hello"


# Specification: Middleware -------------------------------------------------------------------


async def test_leaves_the_scope_as_it_was(site: Site) -> None:
    scope = copy.deepcopy(SCOPE)
    await ask(site(lambda request: HttpResponse(str(request.META))), scope)
    assert scope == SCOPE


# Specification: Error Handling ---------------------------------------------------------------


async def test_an_exception_of_send_reaches_the_server_and_the_response_is_closed(
    site: Site,
) -> None:
    closed = []

    async def view(request: Any) -> HttpResponse:
        response = HttpResponse(b"hello")
        response._resource_closers.append(lambda: closed.append(True))
        return response

    async def send(event: dict[str, Any]) -> None:
        raise RuntimeError("this event is invalid")

    with pytest.raises(RuntimeError, match="this event is invalid"):
        await site(view)(SCOPE, Server(REQUEST).receive, send)
    assert closed == [True]


async def test_an_exception_of_a_view_is_answered_and_does_not_come_out(site: Site) -> None:
    async def view(request: Any) -> HttpResponse:
        raise KeyError("lost")

    server = await ask(site(view), SCOPE)
    assert server.start["status"] == 500
    check_order(server.sent)


async def test_an_exception_in_a_stream_comes_out_so_that_the_server_cuts_the_response_off(
    site: Site,
) -> None:
    async def parts() -> Any:
        yield b"half"
        raise KeyError("lost")

    async def view(request: Any) -> StreamingHttpResponse:
        return StreamingHttpResponse(parts())

    server = Server(REQUEST)
    with pytest.raises(KeyError, match="lost"):
        await site(view)(SCOPE, server.receive, server.send)
    assert [event.get("more_body") for event in server.sent] == [None, True]


# HTTP: HTTP Connection Scope -----------------------------------------------------------------


async def test_every_optional_key_may_be_missing(site: Site) -> None:
    async def view(request: Any) -> JsonResponse:
        return JsonResponse(
            [request.scheme, request.path, "REMOTE_ADDR" in request.META], safe=False
        )

    server = await ask(site(view), LEAST)
    assert server.body == b'["http", "/", false]'


@pytest.mark.parametrize("key", ["client", "server"])
async def test_addresses_may_be_none_which_is_their_default(site: Site, key: str) -> None:
    server = await ask(site(lambda request: HttpResponse(str(request.META))), SCOPE | {key: None})
    assert server.start["status"] == 200


async def test_a_server_on_a_unix_socket_has_no_port(site: Site) -> None:
    async def view(request: Any) -> JsonResponse:
        return JsonResponse([request.META["SERVER_NAME"], request.META["SERVER_PORT"]], safe=False)

    server = await ask(site(view), SCOPE | {"server": ("/run/site.sock", None)})
    assert server.body == b'["/run/site.sock", "0"]'


@pytest.mark.parametrize("method", ["GET", "PURGE"])
async def test_method(site: Site, method: str) -> None:
    async def view(request: Any) -> HttpResponse:
        return HttpResponse(request.method)

    assert (await ask(site(view), SCOPE | {"method": method})).body == method.encode()


async def test_scheme(site: Site) -> None:
    async def view(request: Any) -> HttpResponse:
        return HttpResponse(f"{request.scheme} {request.is_secure()}")

    assert (await ask(site(view), SCOPE | {"scheme": "https"})).body == b"https True"


async def test_path_is_decoded_already_and_not_decoded_again(site: Site) -> None:
    async def view(request: Any) -> HttpResponse:
        return HttpResponse(request.path)

    server = await ask(site(view), SCOPE | {"path": "/zoë%20/", "raw_path": b"/zo%C3%AB%2520/"})
    assert server.body.decode() == "/zoë%20/"


async def test_query_string_is_percent_encoded_bytes(site: Site) -> None:
    async def view(request: Any) -> JsonResponse:
        return JsonResponse([request.META["QUERY_STRING"], request.GET["room"]], safe=False)

    server = await ask(site(view), SCOPE | {"query_string": b"room=%C3%A9+%26&x"})
    assert server.body == b'["room=%C3%A9+%26&x", "\\u00e9 &"]'


async def test_a_query_string_that_is_no_text_is_the_clients_fault(site: Site) -> None:
    server = await ask(site(hello), SCOPE | {"query_string": b"room=\xff"})
    assert server.start["status"] == 400
    check_order(server.sent)


@pytest.mark.parametrize(
    ("root_path", "path", "path_info"),
    [
        ("", "/house/room/", "/house/room/"),
        ("/house", "/house/room/", "/room/"),
    ],
)
async def test_root_path_is_where_the_application_is_mounted(
    site: Site, root_path: str, path: str, path_info: str
) -> None:
    async def view(request: Any) -> JsonResponse:
        return JsonResponse(
            [request.META["SCRIPT_NAME"], request.path, request.path_info], safe=False
        )

    server = await ask(site(view), SCOPE | {"root_path": root_path, "path": path})
    assert server.body == f'["{root_path}", "{path}", "{path_info}"]'.encode()


async def test_header_names_are_lower_case_bytes_and_found_in_any_case(site: Site) -> None:
    async def view(request: Any) -> JsonResponse:
        return JsonResponse([request.headers["X-Room"], request.META["HTTP_X_ROOM"]], safe=False)

    server = await ask(site(view), SCOPE | {"headers": [(b"x-room", b"caf\xe9")]})
    assert server.body == b'["caf\\u00e9", "caf\\u00e9"]'


async def test_headers_may_be_any_iterable_of_pairs(site: Site) -> None:
    async def view(request: Any) -> HttpResponse:
        return HttpResponse(request.headers["X-Room"])

    headers = (pair for pair in [[b"host", b"testserver"], [b"x-room", b"library"]])
    assert (await ask(site(view), SCOPE | {"headers": headers})).body == b"library"


async def test_repeated_headers_are_joined_in_order_cookies_with_semicolons(site: Site) -> None:
    async def view(request: Any) -> JsonResponse:
        return JsonResponse([request.headers["Accept"], request.COOKIES], safe=False)

    pairs = [(b"accept", b"a"), (b"cookie", b"x=1"), (b"accept", b"b"), (b"cookie", b"y=2")]
    server = await ask(site(view), SCOPE | {"headers": pairs})
    assert server.body == b'["a,b", {"x": "1", "y": "2"}]'


async def test_host_may_be_missing_from_http_1_0(site: Site) -> None:
    async def view(request: Any) -> HttpResponse:
        return HttpResponse(request.get_host())

    server = await ask(site(view), SCOPE | {"http_version": "1.0", "headers": []})
    assert server.body == b"testserver"


# HTTP: Request - receive event ---------------------------------------------------------------


async def echo(request: Any) -> HttpResponse:
    return HttpResponse(request.body)


async def test_body_and_more_body_have_defaults(site: Site) -> None:
    server = await ask(site(echo), SCOPE | {"method": "POST"}, {"type": "http.request"})
    assert server.body == b""


async def test_a_body_in_pieces_is_joined_until_more_body_is_false(site: Site) -> None:
    pieces = [
        {"type": "http.request", "body": b"one ", "more_body": True},
        {"type": "http.request", "more_body": True},
        {"type": "http.request", "body": b"", "more_body": True},
        {"type": "http.request", "body": b"two", "more_body": True},
        {"type": "http.request"},
    ]
    server = await ask(site(echo), SCOPE | {"method": "POST"}, *pieces)
    assert server.body == b"one two"


async def test_nothing_is_received_beyond_the_body_but_the_disconnect(site: Site) -> None:
    asked = []

    async def receive() -> dict[str, Any]:
        asked.append(True)
        if len(asked) == 1:
            return REQUEST
        return await asyncio.Event().wait()  # type: ignore[return-value]

    sent: list[Any] = []

    async def send(event: Any) -> None:
        sent.append(event)

    await asyncio.wait_for(site(hello)(SCOPE, receive, send), PATIENCE)
    assert len(asked) <= 2
    check_order(sent)


# HTTP: Response Start - send event -----------------------------------------------------------


async def test_the_start_has_an_integer_and_pairs_of_bytes(site: Site) -> None:
    async def view(request: Any) -> HttpResponse:
        response = HttpResponse(status=201, headers={"X-Room": "café"})
        response.set_cookie("a", "1")
        response.set_cookie("b", "2")
        return response

    start = (await ask(site(view), SCOPE)).start
    assert (start["type"], start["status"]) == ("http.response.start", 201)
    assert type(start["status"]) is int
    headers = list(start["headers"])
    assert all(type(name) is type(value) is bytes for name, value in headers)
    names = [name.lower() for name, _ in headers]
    assert names.count(b"set-cookie") == 2
    assert [value for name, value in headers if name.lower() == b"x-room"] == [b"caf\xe9"]


async def test_header_names_go_out_in_lower_case(site: Site) -> None:
    async def view(request: Any) -> HttpResponse:
        return HttpResponse(headers={"X-Room": "9"})

    names = [name for name, _ in (await ask(site(view), SCOPE)).start["headers"]]
    assert names == [name.lower() for name in names]


# HTTP: Response Body - send event ------------------------------------------------------------


@pytest.mark.parametrize("size", [0, 1, 65536, 65537, 200_000])
async def test_one_start_then_bodies_then_the_end(site: Site, size: int) -> None:
    server = await ask(site(lambda request: HttpResponse(b"x" * size)), SCOPE)
    check_order(server.sent)
    assert server.body == b"x" * size


@pytest.mark.parametrize("parts", [[], [b""], [b"one", b"", b"two"]])
async def test_a_stream_ends_with_a_body_that_says_so(site: Site, parts: list[bytes]) -> None:
    server = await ask(site(lambda request: StreamingHttpResponse(iter(parts))), SCOPE)
    check_order(server.sent)
    assert server.body == b"".join(parts)


async def test_waits_for_send_before_it_makes_the_next_part(site: Site) -> None:
    made, sent = [], []

    async def parts() -> Any:
        for number in range(3):
            made.append(number)
            yield b"%d" % number

    async def send(event: Any) -> None:
        await asyncio.sleep(0)
        sent.append(event)
        assert len(made) <= len(sent)

    handler = site(lambda request: StreamingHttpResponse(parts()))
    await handler(SCOPE, Server(REQUEST).receive, send)
    check_order(sent)


# HTTP: Disconnected Client - send exception --------------------------------------------------


async def test_an_oserror_of_send_ends_the_stream_which_is_closed(site: Site) -> None:
    closed = []

    async def parts() -> Any:
        try:
            while True:
                yield b"tick"
        finally:
            closed.append(True)

    async def send(event: Any) -> None:
        if event["type"] == "http.response.body":
            raise OSError("the client has gone")

    handler = site(lambda request: StreamingHttpResponse(parts()))
    with pytest.raises(OSError, match="the client has gone"):
        await asyncio.wait_for(handler(SCOPE, Server(REQUEST).receive, send), PATIENCE)
    assert closed == [True]


# HTTP: Disconnect - receive event ------------------------------------------------------------


async def test_a_disconnect_in_place_of_the_request_runs_no_view(site: Site) -> None:
    called = []
    server = await ask(site(lambda request: called.append(request)), SCOPE, DISCONNECT)
    assert (server.sent, called) == ([], [])


async def test_a_disconnect_inside_the_body_runs_no_view(site: Site) -> None:
    called = []
    server = await ask(
        site(lambda request: called.append(request)),
        SCOPE | {"method": "POST"},
        {"type": "http.request", "body": b"half", "more_body": True},
        DISCONNECT,
    )
    assert (server.sent, called) == ([], [])


async def test_a_disconnect_during_the_view_cancels_it_and_ends_the_request(site: Site) -> None:
    entered, ended, finished = asyncio.Event(), [], []

    async def view(request: Any) -> HttpResponse:
        entered.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.append(True)
        return HttpResponse()

    def note(**_: Any) -> None:
        finished.append(True)

    request_finished.connect(note)
    server = Server(REQUEST)
    try:
        task = asyncio.create_task(site(view)(SCOPE, server.receive, server.send))
        await asyncio.wait_for(entered.wait(), PATIENCE)
        server.add(DISCONNECT)
        await asyncio.wait_for(task, PATIENCE)
    finally:
        request_finished.disconnect(note)
    assert (ended, finished, server.sent) == ([True], [True], [])


async def test_a_disconnect_during_the_response_closes_the_stream(site: Site) -> None:
    closed = []

    async def parts() -> Any:
        try:
            while True:
                yield b"tick"
                await asyncio.sleep(0)
        finally:
            closed.append(True)

    server = Server(REQUEST)
    handler = site(lambda request: StreamingHttpResponse(parts()))
    task = asyncio.create_task(handler(SCOPE, server.receive, server.send))
    while len(server.sent) < 3:
        await asyncio.sleep(0)
    server.add(DISCONNECT)
    await asyncio.wait_for(task, PATIENCE)
    assert closed == [True]


# Lifespan ------------------------------------------------------------------------------------


async def test_lifespan_answers_startup_and_shutdown_in_turn(site: Site) -> None:
    server = Server({"type": "lifespan.startup"})
    scope = {"type": "lifespan", "asgi": {"version": "3.0"}, "state": {}}
    task = asyncio.create_task(site(hello)(scope, server.receive, server.send))
    while not server.sent:
        await asyncio.sleep(0)
    assert server.sent == [{"type": "lifespan.startup.complete"}]
    assert not task.done()
    server.add({"type": "lifespan.shutdown"})
    await asyncio.wait_for(task, PATIENCE)
    assert server.sent[1:] == [{"type": "lifespan.shutdown.complete"}]

"""Development's door for ASGI: which answers it changes, and which it leaves as they are."""

import pytest

from enfilade.profiler.doors.asgi import accompanied
from enfilade.reserved import PROFILE
from enfilade.trace import KEY, Trace

PAGE = b"<!doctype html><html><body><h1>News</h1></body></html>"
HTML = (b"content-type", b"text/html; charset=utf-8")


def start(*fields, status=200):
    return {"type": "http.response.start", "status": status, "headers": [*fields]}


def body(data=b"", more=False):
    return {"type": "http.response.body", "body": data, "more_body": more}


async def sent(*messages, trace=None, **scope):
    """What comes out of the door where the application sends *messages*."""
    found = []

    async def application(scope, receive, send):
        for message in messages:
            await send(message)

    async def send(message):
        found.append(message)

    trace = trace or Trace(why="development")
    headers = [(b"host", b"localhost:8000"), *scope.pop("headers", ())]
    scope = {"type": "http", "method": "GET", "headers": headers, KEY: trace, **scope}
    await accompanied(application)(scope, None, send)
    return found


def fields_of(messages):
    return {name.lower(): value for name, value in messages[0]["headers"]}


def body_of(messages):
    return b"".join(message.get("body", b"") for message in messages[1:])


async def test_every_answer_leads_to_its_page():
    trace = Trace(why="development")
    found = await sent(start((b"content-type", b"application/json")), body(b"{}"), trace=trace)
    fields = fields_of(found)
    assert fields[b"link"].startswith(f"</-/enfilade/requests/{trace.span}>; ".encode())
    assert fields[b"enfilade-trace"] == trace.span.encode()
    assert b"total;dur=" in fields[b"server-timing"]
    assert found[1] == body(b"{}")


async def test_the_application_is_told_the_address():
    trace, seen = Trace(), {}

    async def application(scope, receive, send):
        seen.update(scope)

    await accompanied(application)(
        {"type": "http", "method": "GET", "headers": [], KEY: trace}, None, None
    )
    assert seen[PROFILE] == f"/-/enfilade/requests/{trace.span}"


async def test_the_length_of_what_has_no_toolbar_is_told_too():
    found = await sent(start(HTML, (b"etag", b'"1"')), body(b"Hello, Ada!"))
    assert body_of(found) == b"Hello, Ada!"
    assert fields_of(found)[b"content-length"] == b"11"
    assert fields_of(found)[b"etag"] == b'"1"'


@pytest.mark.parametrize("length", [True, False])
@pytest.mark.parametrize("cut", [None, 10, 43])
async def test_a_page_gets_a_toolbar_before_the_end_of_its_body(cut, length):
    fields = [HTML, (b"content-length", b"%d" % len(PAGE))] if length else [HTML]
    pieces = [body(PAGE)] if cut is None else [body(PAGE[:cut], True), body(PAGE[cut:])]
    found = await sent(start(*fields), *pieces)
    whole = body_of(found)
    assert whole.endswith(b"</template></enfilade-toolbar></body></html>")
    assert whole.startswith(PAGE[:40])
    assert found[-1]["more_body"] is False
    if length or cut is None:
        assert fields_of(found)[b"content-length"] == b"%d" % len(whole)
    else:
        assert b"content-length" not in fields_of(found)


async def test_a_stream_goes_on_piece_by_piece():
    found = await sent(start(HTML), body(b"<body>one", True), body(b"two", True))
    assert found[1:] == [body(b"<body>one", True), body(b"two", True)]


@pytest.mark.parametrize("said", [3, 1000])
async def test_a_wrong_length_is_left_to_the_server(said):
    fields = [HTML, (b"content-length", b"%d" % said)]
    found = await sent(start(*fields), body(PAGE[:20], True), body(PAGE[20:]))
    assert body_of(found) == PAGE
    assert fields_of(found)[b"content-length"] == b"%d" % said


async def test_an_entity_tag_becomes_a_weak_one():
    found = await sent(start(HTML, (b"etag", b'"abc"')), body(PAGE))
    assert fields_of(found)[b"etag"] == b'W/"abc"'


@pytest.mark.parametrize(
    ("fields", "scope"),
    [
        ([(b"content-type", b"application/json")], {}),
        ([HTML, (b"content-encoding", b"gzip")], {}),
        ([HTML, (b"content-security-policy", b"default-src 'none'")], {}),
        ([HTML], {"method": "HEAD"}),
        ([HTML], {"headers": [(b"hx-request", b"true")]}),
        ([HTML], {"headers": [(b"sec-fetch-dest", b"empty")]}),
    ],
)
async def test_what_is_no_page_to_look_at_is_not_changed(fields, scope):
    assert (await sent(start(*fields), body(PAGE), **scope))[1:] == [body(PAGE)]


async def test_a_304_stays_one():
    found = await sent(start(HTML, (b"etag", b'"abc"'), status=304), body())
    assert fields_of(found)[b"etag"] == b'"abc"'
    assert body_of(found) == b""


async def test_an_extension_sends_what_it_likes():
    path = {"type": "http.response.pathsend", "path": "/page.html"}
    found = await sent(start(HTML, (b"content-length", b"9")), path)
    assert found[1:] == [path]
    assert fields_of(found)[b"content-length"] == b"9"


async def test_what_follows_the_body_still_comes():
    trailers = {"type": "http.response.trailers", "headers": [], "more_trailers": False}
    found = await sent(start(HTML), body(b"<body>", True), body(b"</bo", True), trailers)
    assert body_of(found[:-1]) == b"<body></bo"
    assert found[-1] == trailers


async def test_a_websocket_and_an_answer_without_a_trace_are_untouched():
    seen = []

    async def application(scope, receive, send):
        seen.append((scope, receive, send))

    for scope in ({"type": "websocket", KEY: Trace()}, {"type": "http"}, {"type": "lifespan"}):
        given = dict(scope)
        await accompanied(application)(given, 1, 2)
        assert seen.pop() == (given, 1, 2)
        assert given.keys() == scope.keys()

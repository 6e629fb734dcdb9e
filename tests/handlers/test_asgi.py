import asyncio
import contextvars
import threading
from typing import Any

import pytest

from enfilade.dispatch import request_finished, request_started
from enfilade.handlers.asgi import ASGIHandler
from enfilade.http import FileResponse, HttpResponse, StreamingHttpResponse
from enfilade.urls import path


async def test_answers_with_status_headers_and_body(site, exchange, make_scope) -> None:
    async def view(request: Any) -> HttpResponse:
        return HttpResponse("here", status=201, headers={"X-Room": "9"})

    site(path("", view))
    client = exchange()
    await ASGIHandler()(make_scope(), client.receive, client.send)
    assert client.status == 201
    assert (b"x-room", b"9") in client.sent[0]["headers"]
    assert client.sent[1:] == [{"type": "http.response.body", "body": b"here", "more_body": False}]


async def test_a_sync_view_runs_in_a_thread_with_the_context_of_the_request(
    site, exchange, make_scope
) -> None:
    room = contextvars.ContextVar("room", default="none")

    def view(request: Any) -> HttpResponse:
        name = threading.current_thread() is threading.main_thread()
        return HttpResponse(f"{room.get()} {name}")

    site(path("", view))
    room.set("library")
    client = exchange()
    await ASGIHandler()(make_scope(), client.receive, client.send)
    assert client.body == b"library False"


async def test_two_sync_views_wait_side_by_side(site, exchange, make_scope) -> None:
    both = threading.Barrier(2, timeout=10)

    def view(request: Any) -> HttpResponse:
        both.wait()
        return HttpResponse("met")

    site(path("", view))
    handler, first, second = ASGIHandler(), exchange(), exchange()
    await asyncio.gather(
        handler(make_scope(), first.receive, first.send),
        handler(make_scope(), second.receive, second.send),
    )
    assert (first.body, second.body) == (b"met", b"met")


async def test_joins_a_body_that_comes_in_pieces(site, exchange, make_scope) -> None:
    async def view(request: Any) -> HttpResponse:
        return HttpResponse(request.body)

    site(path("", view), FILE_UPLOAD_MAX_MEMORY_SIZE=4)
    client = exchange(b"piece", b"by", b"piece")
    await ASGIHandler()(make_scope(method="PUT"), client.receive, client.send)
    assert client.body == b"piecebypiece"


@pytest.mark.parametrize("chunks", [(b"12345", b"67890"), (b"1234567890",)])
async def test_refuses_a_body_above_the_limit(site, exchange, make_scope, chunks) -> None:
    site(path("", lambda request: HttpResponse()), ASGI_BODY_MAX_SIZE=8)
    client = exchange(*chunks)
    await ASGIHandler()(make_scope(method="POST"), client.receive, client.send)
    assert client.status == 413


async def test_a_client_that_leaves_during_the_body_is_not_answered(
    site, exchange, make_scope
) -> None:
    site(path("", lambda request: HttpResponse()))
    client = exchange()
    client.inbox.get_nowait()
    client.inbox.put_nowait({"type": "http.request", "body": b"half", "more_body": True})
    client.disconnect()
    await ASGIHandler()(make_scope(method="POST"), client.receive, client.send)
    assert client.sent == []


async def test_a_disconnect_cancels_the_view(site, exchange, make_scope) -> None:
    entered, ended = asyncio.Event(), []

    async def view(request: Any) -> HttpResponse:
        entered.set()
        try:
            await asyncio.sleep(60)
        finally:
            ended.append("cancelled")
        return HttpResponse()

    finished = []

    def note(**named: Any) -> None:
        finished.append(named["sender"])

    request_finished.connect(note)
    site(path("", view))
    client = exchange()
    task = asyncio.create_task(ASGIHandler()(make_scope(), client.receive, client.send))
    await entered.wait()
    client.disconnect()
    await asyncio.wait_for(task, 10)
    assert ended == ["cancelled"]
    assert client.sent == []
    assert finished == [ASGIHandler]


async def test_a_disconnect_ends_a_stream_and_closes_it(site, exchange, make_scope) -> None:
    closed = asyncio.Event()

    async def endless() -> Any:
        try:
            while True:
                yield b"tick"
                await asyncio.sleep(0.001)
        finally:
            closed.set()

    async def view(request: Any) -> StreamingHttpResponse:
        return StreamingHttpResponse(endless())

    site(path("", view))
    client = exchange()
    task = asyncio.create_task(ASGIHandler()(make_scope(), client.receive, client.send))
    while len(client.sent) < 3:
        await asyncio.sleep(0.001)
    client.disconnect()
    await asyncio.wait_for(task, 10)
    assert closed.is_set()


async def test_a_cancellation_by_the_server_goes_through(site, exchange, make_scope) -> None:
    entered = asyncio.Event()

    async def view(request: Any) -> HttpResponse:
        entered.set()
        await asyncio.sleep(60)
        return HttpResponse()

    site(path("", view))
    client = exchange()
    task = asyncio.create_task(ASGIHandler()(make_scope(), client.receive, client.send))
    await entered.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


@pytest.mark.parametrize("kind", ["sync", "async"])
async def test_streams_each_chunk_before_the_next_is_made(
    site, exchange, make_scope, kind: str
) -> None:
    client = exchange()
    seen: list[int] = []

    def sync_parts() -> Any:
        for number in range(3):
            seen.append(len(client.chunks))
            yield b"part %d" % number

    async def async_parts() -> Any:
        for part in sync_parts():
            yield part

    def view(request: Any) -> StreamingHttpResponse:
        return StreamingHttpResponse(sync_parts() if kind == "sync" else async_parts())

    site(path("", view))
    await ASGIHandler()(make_scope(), client.receive, client.send)
    assert client.body == b"part 0part 1part 2"
    assert seen == [0, 1, 2]
    assert client.sent[-1] == {"type": "http.response.body", "body": b"", "more_body": False}


async def test_cuts_large_bodies_into_messages(site, exchange, make_scope) -> None:
    site(path("", lambda request: HttpResponse(b"x" * 150_000)))
    client = exchange()
    await ASGIHandler()(make_scope(), client.receive, client.send)
    assert [len(chunk) for chunk in client.chunks] == [65536, 65536, 18928]
    assert [message["more_body"] for message in client.sent[1:]] == [True, True, False]


async def test_reads_files_in_the_size_of_messages(site, exchange, make_scope, tmp_path) -> None:
    (tmp_path / "file").write_bytes(b"x" * 100_000)
    site(path("", lambda request: FileResponse((tmp_path / "file").open("rb"))))
    client = exchange()
    await ASGIHandler()(make_scope(), client.receive, client.send)
    assert [len(chunk) for chunk in client.chunks if chunk] == [65_536, 34_464]


async def test_path_is_relative_to_root_path(site, exchange, make_scope) -> None:
    site(path("room/", lambda request: HttpResponse(f"{request.path} {request.path_info}")))
    client = exchange()
    scope = make_scope("/house/room/", root_path="/house")
    await ASGIHandler()(scope, client.receive, client.send)
    assert client.body == b"/house/room/ /room/"


async def test_sends_the_signals_of_the_walk(site, exchange, make_scope) -> None:
    heard = []

    def start(**named: Any) -> None:
        heard.append(("started", named["scope"]["path"]))

    async def finish(**named: Any) -> None:
        heard.append(("finished", named["sender"]))

    request_started.connect(start)
    request_finished.connect(finish)
    site(path("", lambda request: HttpResponse()))
    client = exchange()
    await ASGIHandler()(make_scope(), client.receive, client.send)
    assert heard == [("started", "/"), ("finished", ASGIHandler)]


async def test_answers_the_lifespan_protocol(site, exchange) -> None:
    site(path("", lambda request: HttpResponse()))
    client = exchange()
    client.inbox.get_nowait()
    client.inbox.put_nowait({"type": "lifespan.startup"})
    client.inbox.put_nowait({"type": "lifespan.shutdown"})
    await ASGIHandler()({"type": "lifespan"}, client.receive, client.send)
    assert [message["type"] for message in client.sent] == [
        "lifespan.startup.complete",
        "lifespan.shutdown.complete",
    ]


async def test_refuses_other_protocols_by_name(site, exchange) -> None:
    site(path("", lambda request: HttpResponse()))
    client = exchange()
    with pytest.raises(ValueError, match="not websocket"):
        await ASGIHandler()({"type": "websocket"}, client.receive, client.send)


async def test_a_body_that_the_disk_has_no_room_for_is_a_507(
    site, exchange, make_scope, tmp_path, caplog
) -> None:
    gone = tmp_path / "gone"
    site(
        path("", lambda request: HttpResponse()),
        FILE_UPLOAD_MAX_MEMORY_SIZE=4,
        FILE_UPLOAD_TEMP_DIR=str(gone),
    )
    client = exchange(b"12345", b"67890")
    await ASGIHandler()(make_scope(method="POST"), client.receive, client.send)
    assert client.status == 507
    assert "Insufficient Storage" in caplog.text


async def test_a_cancelled_request_is_closed(site, exchange, make_scope) -> None:
    entered, closed = asyncio.Event(), []

    async def view(request: Any) -> HttpResponse:
        request.close = lambda: closed.append(request.path)
        entered.set()
        await asyncio.sleep(60)
        return HttpResponse()

    site(path("", view))
    client = exchange()
    task = asyncio.create_task(ASGIHandler()(make_scope(), client.receive, client.send))
    await entered.wait()
    client.disconnect()
    await asyncio.wait_for(task, 10)
    assert closed == ["/"]


async def test_streams_of_files_share_threads(site, exchange, make_scope, tmp_path) -> None:
    (tmp_path / "file").write_bytes(b"x" * 1000)
    threads = set()

    async def view(request: Any) -> FileResponse:
        return FileResponse((tmp_path / "file").open("rb"))

    async def note(message: Any) -> None:
        threads.update(thread.name for thread in threading.enumerate())

    site(path("", view))
    handler = ASGIHandler()
    for _ in range(3):
        await handler(make_scope(), exchange().receive, note)
    assert not any(name.startswith("enfilade-stream") for name in threads)

"""Clients that read slowly, or not at all, of what ASGI applications answer."""

import asyncio
import socket
from time import monotonic

import pytest

GET = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"
UNREAD = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\nabc"
SIZE = 24 * 1024 * 1024  # more than the system keeps between the two


def answering(size=SIZE, more=False):
    async def application(scope, receive, send):
        application.calls += 1
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": bytes(size), "more_body": more})
        if more:
            await send({"type": "http.response.body", "body": b""})

    application.calls = 0
    return application


async def ask(served, data):
    """A client that has asked, and has little room for what comes."""
    sock = socket.socket()
    sock.setblocking(False)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
    loop = asyncio.get_running_loop()
    await loop.sock_connect(sock, ("127.0.0.1", served.port))
    await loop.sock_sendall(sock, data)
    return sock


async def read(sock, seconds):
    """How many bytes of an answer come to who takes so long to read it, at a steady pace."""
    loop, began, size = asyncio.get_running_loop(), monotonic(), 0
    async with asyncio.timeout(30):
        while size < SIZE:
            data = await loop.sock_recv(sock, SIZE // 100)
            if not data:
                break
            size += len(data)
            await asyncio.sleep(began + seconds * size / SIZE - monotonic())
    return size


@pytest.mark.parametrize(
    ("application", "data", "chosen"),
    [
        (answering(), GET, {"keep_alive": 0.8}),
        (answering(more=True), GET, {"write_timeout": 0.8}),
        (answering(), UNREAD, {}),
    ],
    ids=["kept", "written", "unread"],
)
async def test_who_reads_slowly_gets_all(serve, monkeypatch, application, data, chosen):
    monkeypatch.setattr("enfilade.server.asgi.connection.LINGER", 0.8)
    async with serve(application, **chosen) as served:
        with await ask(served, data) as sock:
            assert await read(sock, 2.0) >= SIZE


async def test_who_has_read_slowly_may_not_stay_for_ever(serve):
    async with serve(answering(), keep_alive=0.4) as served:
        with await ask(served, GET) as sock:
            assert await read(sock, 0.8) >= SIZE
            await served.until(lambda: not served.service.connections)


async def test_who_does_not_read_gets_no_more_answers(serve):
    application = answering(1024 * 1024)
    async with serve(application) as served:
        with await ask(served, GET * 50) as sock:
            await asyncio.sleep(0.5)
            before = application.calls
            assert before < 20
            assert await read(sock, 0.1) >= SIZE
            await served.until(lambda: application.calls > before)

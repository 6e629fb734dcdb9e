"""What a server answers is right, before anything is timed; and how long the answer is."""

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager

from bench.contest import Ask, NotMeasured

PATIENCE = 20.0


@contextmanager
def connected(port: int) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", port), PATIENCE) as sock:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        yield sock


def check(port: int, ask: Ask) -> int:
    """Ask twice over one connection; return the length of a whole response, head and body.

    Raises:
        NotMeasured: the status is not 200, the body is not the one that was agreed, the length
            is not said, or the connection is not kept.
    """
    with connected(port) as sock:
        lengths = [len(answer(sock, ask)) for _ in range(2)]
    if lengths[0] != lengths[1]:
        raise NotMeasured(f"answers of different lengths, {lengths[0]} and {lengths[1]} bytes")
    return lengths[0]


def answer(sock: socket.socket, ask: Ask) -> bytes:
    """One whole response over a kept connection, once it is known to be right."""
    try:
        sock.sendall(ask.head)
        head, body = _receive(sock)
    except OSError as error:
        raise NotMeasured(f"{ask.path}: {error}") from None
    if not head.startswith(b"HTTP/1.1 200 "):
        raise NotMeasured(f"{ask.path} answers {head.splitlines()[0].decode('latin-1')}")
    if not _is_right(body, ask):
        raise NotMeasured(f"{ask.path} answers another body: {body[:80]!r} ({len(body)} bytes)")
    return head + body


def _receive(sock: socket.socket) -> tuple[bytes, bytes]:
    data = bytearray()
    while b"\r\n\r\n" not in data:
        data += _some(sock)
    head, _, body = data.partition(b"\r\n\r\n")
    length = _content_length(bytes(head))
    while len(body) < length:
        body += _some(sock)
    return bytes(head) + b"\r\n\r\n", bytes(body)


def _some(sock: socket.socket) -> bytes:
    if received := sock.recv(262144):
        return received
    raise NotMeasured("the connection was closed in the middle of an answer")


def _content_length(head: bytes) -> int:
    for line in head.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    raise NotMeasured("an answer has no Content-Length")


def _is_right(body: bytes, ask: Ask) -> bool:
    if body == ask.answer:
        return True
    try:
        return bool(json.loads(body) == json.loads(ask.answer))
    except ValueError:
        return False

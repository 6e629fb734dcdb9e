"""A client that sends what it is told and reads one answer after the other."""

import socket
import ssl
from dataclasses import dataclass
from typing import Any

from patience import PATIENCE


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes
    head: bytes

    @property
    def closes(self) -> bool:
        return self.headers.get("connection") == "close"


class Client:
    """One connection. Every wait ends with an error after a while."""

    def __init__(self, address: Any, receive_buffer: int = 0) -> None:
        family = socket.AF_UNIX if isinstance(address, str) else socket.AF_INET
        self.socket = socket.socket(family)
        if receive_buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.socket.settimeout(PATIENCE)
        self.socket.connect(address)
        if family == socket.AF_INET:
            self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, True)
        self._buffer = b""

    def encrypt(self, context: ssl.SSLContext, name: str = "localhost") -> "Client":
        """Shake hands and go on under TLS; *name* is the host's."""
        self.socket = context.wrap_socket(self.socket, server_hostname=name)
        return self

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def send(self, data: bytes) -> "Client":
        self.socket.sendall(data)
        return self

    def get(self, path: str = "/", *fields: str, method: str = "GET") -> Answer:
        self.request(path, *fields, method=method)
        return self.answer(method)

    def request(self, path: str = "/", *fields: str, method: str = "GET") -> None:
        lines = [f"{method} {path} HTTP/1.1", "Host: localhost", *fields, "", ""]
        self.send("\r\n".join(lines).encode("latin-1"))

    def answer(self, method: str = "GET") -> Answer:
        """Read one answer; fails if it does not end as its framing says."""
        head = self._until(b"\r\n\r\n")
        status_line, *lines = head.decode("latin-1").split("\r\n")[:-2]
        headers = {
            name.lower(): value.strip()
            for name, _, value in (line.partition(":") for line in lines)
        }
        status = int(status_line.split(" ")[1])
        return Answer(status, headers, self._body(method, status, headers), head)

    def rest(self) -> bytes:
        """Everything up to the end of the connection."""
        while data := self.socket.recv(1 << 16):
            self._buffer += data
        rest, self._buffer = self._buffer, b""
        return rest

    def rest_of_chunks(self) -> bytes:
        """Everything up to the last chunk, as it is on the wire."""
        parts, tail = [self._take(len(self._buffer))], b""
        while not tail.endswith(b"0\r\n\r\n"):
            parts.append(self.socket.recv(1 << 16))
            assert parts[-1], "the connection ended before the last chunk"
            tail = (tail + parts[-1])[-5:]
        return b"".join(parts)

    def is_reset(self) -> bool:
        """Whether the connection ends with a reset instead of an orderly close."""
        try:
            self.rest()
        except ConnectionResetError:
            return True
        return False

    def half_close(self) -> None:
        self.socket.shutdown(socket.SHUT_WR)

    def close(self) -> None:
        self.socket.close()

    def reset(self) -> None:
        """Close so that the server's kernel sees a reset."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        self.socket.close()

    def _body(self, method: str, status: int, headers: dict[str, str]) -> bytes:
        if method == "HEAD" or status in (100, 204, 304):
            return b""
        if headers.get("transfer-encoding") == "chunked":
            return self._chunks()
        if "content-length" in headers:
            return self._exactly(int(headers["content-length"]))
        return self.rest()

    def _chunks(self) -> bytes:
        body = b""
        while size := int(self._until(b"\r\n"), 16):
            body += self._exactly(size)
            assert self._exactly(2) == b"\r\n"
        assert self._exactly(2) == b"\r\n"
        return body

    def _until(self, mark: bytes) -> bytes:
        while mark not in self._buffer:
            self._more()
        end = self._buffer.index(mark) + len(mark)
        return self._take(end)

    def _exactly(self, size: int) -> bytes:
        parts = [self._take(min(size, len(self._buffer)))]
        left = size - len(parts[0])
        while left:
            data = self.socket.recv(left)
            if not data:
                raise EOFError(f"the connection ended {left} bytes too early")
            parts.append(data)
            left -= len(data)
        return b"".join(parts)

    def _take(self, size: int) -> bytes:
        data, self._buffer = self._buffer[:size], self._buffer[size:]
        return data

    def _more(self) -> None:
        data = self.socket.recv(1 << 16)
        if not data:
            raise EOFError(f"the connection ended after {self._buffer!r}")
        self._buffer += data

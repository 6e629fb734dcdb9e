"""A request that is really made, to a server that runs, with the token that asks for a trace.

http.client of the standard library speaks with it, as any client would: nothing here knows the
server but by its answer.
"""

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from http.client import (
    HTTPConnection,
    HTTPException,
    HTTPResponse,
    HTTPSConnection,
    IncompleteRead,
)
from typing import Any
from urllib.parse import SplitResult, urlsplit

from enfilade.exceptions import DeveloperError
from enfilade.explain.line import Draft
from enfilade.reserved import link_to, page_of
from enfilade.secrecy import hide_target

FIELD = "Enfilade-Trace"
"""In a request it has the token, in the answer the span under which the request is kept."""

PATIENCE = 70.0
"""Seconds within which the server begins to answer; one of ours says 504 after 60."""


class LiveError(DeveloperError):
    """The server cannot be reached, or does not tell of the request."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back: ``size`` is the body's in bytes, ``span`` empty where the server has not told
    it; ``page`` is the path of the request's page, which the same server has in development."""

    status: int
    size: int
    span: str
    page: str


@dataclass(frozen=True, slots=True)
class Fetched:
    """What a profiler answers: ``kind`` is its Content-Type, ``wait`` its Retry-After."""

    status: int
    data: bytes
    kind: str
    wait: str


class Server:
    """The server at *address*: ``http://…``, ``https://…`` or ``unix:PATH``.

    Raises :exc:`LiveError` for what is no address.
    """

    def __init__(self, address: str) -> None:
        self.name = hide_target(address)
        self.path = address.removeprefix("unix:") if address.startswith("unix:") else ""
        parts = urlsplit("http://localhost" if self.path else address)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise LiveError(
                f"{self.name} is no address of a server.",
                hint="Write http://127.0.0.1:8000, https://example.org or unix:/run/site.sock",
            )
        if parts.path not in ("", "/") or parts.query or parts.fragment:
            raise LiveError(
                f"{self.name} has a path, and the address of a server has none.",
                hint="The path of the request stands behind its method, as in GET /articles/.",
            )
        self._parts: SplitResult = parts
        self.origin = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"

    def complete(self, draft: Draft) -> Draft:
        """*draft* with the whole address, as that of a request to this server."""
        own = draft.target.startswith("/")
        return replace(draft, target=f"{self.origin}{draft.target}") if own else draft

    def visit(self, draft: Draft, token: str = "") -> Reply:
        """Make the request of *draft*, and read its answer to the end; redirects are told, not
        followed. Raises :exc:`LiveError`."""
        with self._asked(self.complete(draft), [(FIELD, token)] if token else []) as response:
            size = 0
            while data := response.read(65536):
                size += len(data)
            span = response.headers.get(FIELD, "")
            links, page = ", ".join(response.headers.get_all("Link", [])), page_of(span)
            return Reply(response.status, size, span, page if link_to(page)[1] in links else "")

    def fetch(self, path: str, token: str = "", method: str = "GET") -> Fetched:
        """What is at *path*, for who shows *token*. Raises :exc:`LiveError`."""
        fields = [("Authorization", f"Bearer {token}")] if token else []
        with self._asked(Draft(method, f"{self.origin}{path}"), fields) as response:
            kind, wait = (
                response.headers.get(name, "") for name in ("Content-Type", "Retry-After")
            )
            return Fetched(response.status, response.read(), kind, wait)

    @contextmanager
    def _asked(self, draft: Draft, more: list[tuple[str, str]]) -> Iterator[HTTPResponse]:
        connection = self._connection()
        try:
            with self._explained():
                _send(connection, draft, more)
                yield connection.getresponse()
        finally:
            connection.close()

    def _connection(self) -> HTTPConnection:
        if self.path:
            return _UnixConnection(self.path)
        host, port = self._parts.hostname or "", self._parts.port
        if self._parts.scheme == "http":
            return HTTPConnection(host, port, timeout=PATIENCE)
        context = ssl.create_default_context()
        return HTTPSConnection(host, port, timeout=PATIENCE, context=context)

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """What goes wrong on the way becomes a :exc:`LiveError` that says what to do."""
        try:
            yield
        except ssl.SSLCertVerificationError as error:
            raise LiveError(
                f"The certificate of {self.name} is not trusted: {error.verify_message}.",
                hint="SSL_CERT_FILE names the certificate of who has issued it.",
            ) from None
        except ssl.SSLError as error:
            reason = error.reason or error
            raise LiveError(f"{self.name} does not speak TLS as it should: {reason}.") from None
        except TimeoutError:
            raise LiveError(f"{self.name} has not answered for {PATIENCE:g} seconds.") from None
        except (ConnectionResetError, BrokenPipeError, IncompleteRead):
            raise LiveError(
                f"{self.name} has closed the connection before the end of its answer.",
                hint="Its worker may have died of the request: its log and enfilade requests --why"
                " lost tell.",
            ) from None
        except OSError as error:
            raise LiveError(
                f"Nobody answers at {self.name}: {error.strerror or error}.",
                hint="Is it running, and is this one of its --bind?",
            ) from None
        except HTTPException as error:
            kind = type(error).__name__
            raise LiveError(f"{self.name} does not answer in HTTP: {kind}.") from None


def _send(connection: HTTPConnection, draft: Draft, more: list[tuple[str, str]]) -> None:
    named = {name.lower() for name, _ in draft.fields}
    connection.putrequest(
        draft.method.upper(), draft.sent_target(), skip_host=True, skip_accept_encoding=True
    )
    if "host" not in named:
        connection.putheader("Host", urlsplit(draft.target).netloc)
    if draft.body and "content-length" not in named:
        connection.putheader("Content-Length", str(len(draft.body)))
    for name, value in (*draft.fields, *more):
        connection.putheader(name, value.encode("iso-8859-1"))
    connection.endheaders(draft.body or None)


class _UnixConnection(HTTPConnection):
    def __init__(self, path: str) -> None:
        super().__init__("localhost", timeout=PATIENCE)
        self._path = path

    def connect(self) -> None:
        self.sock: Any = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(PATIENCE)
        self.sock.connect(self._path)

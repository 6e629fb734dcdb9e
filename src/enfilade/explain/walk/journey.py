"""The journey of one request: in as bytes, through the application, and out as bytes.

The server's parser, gateway and writer are the real ones, in the build that is chosen; only
sockets, threads and processes are missing.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from io import BytesIO
from time import monotonic, time
from typing import Any

from enfilade.exceptions import TransportLost
from enfilade.explain.entrance import PEER
from enfilade.explain.lifespan import Lifespan
from enfilade.explain.line import Draft
from enfilade.explain.walk.looks import Look, look_at_environ, look_at_scope
from enfilade.explain.walk.reader import Reader
from enfilade.explain.walk.wire import WatchedService, carry
from enfilade.explain.walk.witness import Witness
from enfilade.gateway.chosen import build_environ
from enfilade.gateway.environ import base_environ
from enfilade.gateway.file_range import FileBody, FileRange
from enfilade.gateway.forwarded import Proxies
from enfilade.gateway.wsgi import respond
from enfilade.protocol.error_response import error_response
from enfilade.protocol.errors import ProtocolError
from enfilade.protocol.head import RequestHead
from enfilade.protocol.receiver import RequestReceiver
from enfilade.protocol.response import ResponseWriter
from enfilade.server.access import AccessRecord, build_record
from enfilade.server.configuration import Configuration
from enfilade.server.health import open_health
from enfilade.server.loop.dates import HttpDate
from enfilade.server.loop.loop import build_policy
from enfilade.server.porter import Porters
from enfilade.server.scoreboard import private_block
from enfilade.server.static.site import open_static_files
from enfilade.trace.failure import described
from enfilade.types import Message, Receive, Scope, Send

PEER_PORT = 50000


@dataclass(frozen=True, slots=True)
class Venue:
    """Where a walk takes place: *application* as a server with *configuration* calls it;
    *interface* is "wsgi" or "asgi". An ASGI one has its own *lifespan* if none is given."""

    application: Callable[..., Any]
    interface: str
    configuration: Configuration
    lifespan: Lifespan | None = None

    @property
    def is_asgi(self) -> bool:
        return self.interface == "asgi"


@dataclass(slots=True)
class Journey:
    """What was there at each door.

    ``arrived`` and ``left`` are bytes, ``messages`` those of an ASGI application.
    ``head`` is ``None`` if it was ``refused``, which has the reason. ``greeted`` says that the
    server has answered itself, ``carrier`` is the environ or the scope as the application got it.
    ``failure`` tells the exception that an ASGI application has raised. ``enough`` says that the
    response was not read to its end, ``kept`` that the connection may be used again.
    """

    arrived: bytes
    draft: Draft
    witness: Witness = field(default_factory=Witness)
    head: RequestHead | None = None
    body: bytes = b""
    refused: str = ""
    greeted: bool = False
    carrier: Look = field(default_factory=dict)
    left: bytes = b""
    messages: list[Message] = field(default_factory=list)
    failure: str = ""
    framing: str = ""
    enough: bool = False
    kept: bool = False
    record: AccessRecord = field(default_factory=lambda: build_record(None, PEER, 0, 0, 0.0))

    @property
    def asked(self) -> bool:
        """Whether the application was asked."""
        return bool(self.carrier)


def take_walk(venue: Venue, draft: Draft) -> Journey:
    """Send *draft* to *venue*, and tell how it went. Raises
    :exc:`~enfilade.explain.line.RequestLineError` for what is no request, and
    :exc:`~enfilade.explain.lifespan.LifespanError` if the application does not start."""
    journey = Journey(draft.head() + draft.body, draft)
    _Walk(venue, journey).go()
    return journey


class _Walk:
    def __init__(self, venue: Venue, journey: Journey) -> None:
        self.venue = venue
        self.options = venue.configuration.options
        self.journey = journey
        self.began, self.time = monotonic(), time()
        self.peer = PEER
        self.reader = Reader()

    def go(self) -> None:
        journey = self.journey
        try:
            journey.head, journey.body = self.read(journey.arrived)
        except ProtocolError as error:
            journey.refused = f"{error.status} {error.reason}"
            journey.left = error_response(error.status, error.reason, date=HttpDate())
            self.end(error.status, len(journey.left.partition(b"\r\n\r\n")[2]))
            return
        if self.greet(journey.head):
            return
        if self.venue.is_asgi:
            asyncio.run(self.call_asgi())
        else:
            self.call_wsgi(journey.head)

    def read(self, data: bytes) -> tuple[RequestHead, bytes]:
        """Step 2. Raises :exc:`~enfilade.protocol.errors.ProtocolError`."""
        receiver = RequestReceiver(build_policy(self.options))
        receiver.feed(data)
        receiver.feed_eof()
        head = receiver.next_head()
        assert head is not None, "all of it is here"
        pieces = []
        while not receiver.body_complete:
            pieces.append(receiver.read_body())
        return head, b"".join(pieces)

    def greet(self, head: RequestHead) -> bool:
        """Whether the server answers by itself: a check of health, or a file."""
        health = open_health(self.options, private_block(1).server)
        files = open_static_files(self.options, self.venue.application)
        porters = [each for each in (health, files) if each is not None]
        answer = Porters(porters).answer(head, PEER) if porters else None
        if answer is None:
            return False
        writer = self.writer(head)
        with suppress(TransportLost):
            self.send(writer.start_prepared(answer.head, answer.length))
            for block in FileBody(answer.body, answer.length):
                self.send(writer.data(block))
            self.send(writer.end())
        self.journey.greeted = True
        self.finish(writer)
        return True

    # Steps 3 and 12 --------------------------------------------------------------------------

    def call_wsgi(self, head: RequestHead) -> None:
        journey = self.journey
        asked = journey.draft.environ()
        base = base_environ(
            server_name=asked["SERVER_NAME"],
            server_port=int(asked["SERVER_PORT"]),
            url_scheme=asked["wsgi.url_scheme"],
            multithread=self.options.threads > 1,
            multiprocess=self.options.workers > 1,
        )
        peer, body = (PEER, PEER_PORT), BytesIO(journey.body)
        environ = build_environ(base, head, peer, body, journey.witness)
        proxies = Proxies(self.options.trusted_proxies, self.options.forwarded)
        proxies.apply(environ, head.fields)
        self.peer = environ["REMOTE_ADDR"]
        journey.carrier = look_at_environ(environ)
        writer = self.writer(head)
        with suppress(TransportLost):
            respond(self.venue.application, environ, writer, self.send)
        self.finish(writer)

    def writer(self, head: RequestHead) -> ResponseWriter:
        return ResponseWriter(head, date=HttpDate(), keep_alive_allowed=True)

    def send(self, data: bytes | FileRange) -> None:
        for block in (data,) if isinstance(data, bytes) else data.copy():
            self.reader.read(len(block))
            self.journey.left += block

    def finish(self, writer: ResponseWriter) -> None:
        self.look_back(writer)
        self.end(writer.status, writer.body_sent)

    def look_back(self, writer: ResponseWriter) -> None:
        """How it has ended."""
        journey = self.journey
        journey.framing, journey.enough = str(writer.framing), self.reader.gone
        journey.kept = writer.keep_alive and not journey.enough

    async def call_asgi(self) -> None:
        journey, options = self.journey, self.options
        service = WatchedService(
            application=self.noted,
            options=options,
            policy=build_policy(options),
            block=private_block(1),
            proxies=Proxies(options.trusted_proxies, options.forwarded),
            access=self.told,
            witness=journey.witness,
        )
        asked = journey.draft.environ()
        ends = {
            "peername": (PEER, PEER_PORT),
            "sockname": (asked["SERVER_NAME"], int(asked["SERVER_PORT"])),
            "sslcontext": asked["wsgi.url_scheme"] == "https",
        }
        lifespan = self.venue.lifespan or Lifespan(self.venue.application, options.boot_timeout)
        async with lifespan.lived() as service.state:
            journey.left, writer = await carry(service, self.reader, journey.arrived, ends)
        if writer is not None:
            self.look_back(writer)

    async def noted(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The application, with what passes its door."""
        journey = self.journey
        journey.carrier = look_at_scope(scope)

        async def seen(message: Message) -> None:
            if not self.reader.gone:
                journey.messages.append(message)
            await send(message)

        try:
            await self.venue.application(scope, receive, seen)
        except Exception as error:
            journey.failure = described(error)
            raise

    def told(self, record: AccessRecord) -> None:
        """What the access log is told."""
        self.journey.record = record

    # Step 13 ---------------------------------------------------------------------------------

    def end(self, status: int, size: int) -> None:
        """The access log is told."""
        record = build_record(self.journey.head, self.peer, status, size, self.time)
        took = monotonic() - self.began
        record.note_times(duration=took, queued=0.0, first_byte=0.0, began=self.began, took=took)
        self.told(record)

"""The door in development for ASGI: an application around the site's."""

from collections.abc import Container
from time import perf_counter_ns

from enfilade.profiler.doors.companion import (
    HINTS,
    Companion,
    Fields,
    changed,
    declared_length,
    fitting,
)
from enfilade.profiler.doors.hosts import is_known
from enfilade.profiler.doors.insertion import Insertion
from enfilade.profiler.doors.policy import Origin
from enfilade.reserved import PROFILE, page_of
from enfilade.trace import KEY, Trace
from enfilade.types import ASGIApplication, Message, Receive, Scope, Send


def accompanied(application: ASGIApplication, hosts: Container[str] = ()) -> ASGIApplication:
    """*application*, whose answers to requests with a trace lead to their pages in the profiler,
    which is reached at addresses, at localhost and at the names of *hosts*."""

    async def answering(scope: Scope, receive: Receive, send: Send) -> None:
        trace = scope.get(KEY)
        if trace is None or scope["type"] != "http":
            await application(scope, receive, send)
            return
        scope[PROFILE] = page_of(trace.span)
        companion = _companion(scope, trace, hosts)
        await application(scope, receive, _Passage(companion, send).send)

    return answering


def _companion(scope: Scope, trace: Trace, hosts: Container[str]) -> Companion:
    fields = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    hints = {name: fields[name] for name in HINTS if name in fields}
    host = fields.get("host", "")
    origin = Origin(scope.get("scheme", "http"), host)
    now, known = perf_counter_ns(), is_known(host, hosts)
    return Companion(trace, scope["method"], origin, hints, now, known)


class _Passage:
    """One answer on its way: a page whose length is told waits for its end, one without for its
    first piece, everything else goes on at once."""

    def __init__(self, companion: Companion, send: Send) -> None:
        self._companion = companion
        self._send = send
        self._start: Message = {}
        self._fields: Fields = []
        self._insertion: Insertion | None = None
        self._held: list[bytes] | None = None

    async def send(self, message: Message) -> None:
        """What the application awaits."""
        if message["type"] == "http.response.start":
            await self._take_start(message)
        elif self._insertion is None:
            await self._send(message)
        elif message["type"] == "http.response.body":
            await self._take_body(message, self._insertion)
        else:  # an extension, which may have a body of its own
            await self._let_go()
            await self._send(message)

    async def _take_start(self, message: Message) -> None:
        given = [
            (bytes(name).decode("latin-1"), bytes(value).decode("latin-1"))
            for name, value in message.get("headers", ())
        ]
        self._start, self._fields = message, self._companion.announce(given)
        self._insertion = self._companion.toolbar(message["status"], given)
        if self._insertion is None:
            await self._begin(self._fields)
        else:
            self._held = []

    async def _take_body(self, message: Message, insertion: Insertion) -> None:
        data, more = message.get("body", b""), message.get("more_body", False)
        length = declared_length(self._fields)
        if self._held is not None:
            self._held.append(data)
            if more and length is not None and sum(map(len, self._held)) <= length:
                return
            if length is not None or not more:
                await self._send_page(b"".join(self._held), more, length, insertion)
                return
            self._held = None
            await self._begin(changed(self._fields, None))
        data = insertion.feed(data) + (b"" if more else insertion.end())
        if data or not more:
            await self._send({**message, "body": data})

    async def _send_page(
        self, body: bytes, more: bool, length: int | None, insertion: Insertion
    ) -> None:
        """Send *body*, which is all of the page unless the application has said too little."""
        page, fields = body, self._fields
        if length in (None, len(body)) and not more:
            page = insertion.feed(body) + insertion.end()
            fields = fitting(fields, body, page)
        self._insertion = self._held = None
        await self._begin(fields)
        await self._send({"type": "http.response.body", "body": page, "more_body": more})

    async def _let_go(self) -> None:
        """Send what was held, and leave alone what follows."""
        assert self._insertion is not None, "nothing is held of what is no page"
        if self._held is None:
            data = self._insertion.end()
        else:
            data = b"".join(self._held)
            await self._begin(self._fields)
        self._held = self._insertion = None
        if data:
            await self._send({"type": "http.response.body", "body": data, "more_body": True})

    async def _begin(self, fields: Fields) -> None:
        headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in fields]
        await self._send({**self._start, "headers": headers})

"""What is told of the requests of an ASGI application: to the access log, and to the recorder.

For WSGI the loop knows all that; uvicorn tells only what passes through the application's door.
Nobody waits for a thread there, so nothing is ever queued.
"""

from collections.abc import Mapping
from contextlib import nullcontext
from time import monotonic, time

from enfilade.server.access import Access, AccessRecord
from enfilade.server.loading.door import head_of, target_of
from enfilade.server.recorder import Recorder
from enfilade.server.recorder.choice import FIELD
from enfilade.trace import FAILURE, KEY, Trace, carrying, deliver, note_failure
from enfilade.trace.asked import fields_for
from enfilade.types import ASGIApplication, Message, Receive, Scope, Send

ACCOUNT = "enfilade.account"
"""Where the scope has the account of its request, until the application itself has it."""

_LOOKED_AT = frozenset((FIELD.encode(), b"traceparent", b"tracestate"))


def chosen(application: ASGIApplication, recorder: Recorder | None) -> ASGIApplication:
    """*application*, whose scopes have a trace if *recorder* chooses so. The client in the scope
    must still be whoever has connected."""
    if recorder is None:
        return application
    begin = recorder.choice.begin

    async def choosing(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            head = head_of(scope, _LOOKED_AT)
            trace = begin(head, scope["client"][0] if scope.get("client") else "")
            if trace is not None:
                scope = {**scope, KEY: trace, "headers": _without_token(scope, head.fields)}
        await application(scope, receive, send)

    return choosing


def _without_token(scope: Scope, kept: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
    """The fields of *scope*, of those that were looked at only what was *kept*."""
    return [pair for pair in scope["headers"] if pair[0] != FIELD.encode() or FIELD in kept]


def accounted(
    application: ASGIApplication, access: Access | None, recorder: Recorder | None
) -> ASGIApplication:
    """*application*, of whose every HTTP answer *access* and *recorder* are told; within it,
    :func:`begun` is around whatever is to count as the application."""
    if access is None and recorder is None:
        return application

    async def accounting(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await application(scope, receive, send)
            return
        account = _Account(scope, send)
        scope[ACCOUNT] = account
        try:
            await application(scope, receive, account.send)
        finally:
            account.close(access, recorder)

    return accounting


def begun(application: ASGIApplication) -> ASGIApplication:
    """*application*, of whose beginning and failure the account of each request is told."""

    async def beginning(scope: Scope, receive: Receive, send: Send) -> None:
        account: _Account | None = scope.pop(ACCOUNT, None)
        if account is not None:
            account.begin()
        trace = scope.get(KEY)
        try:
            with nullcontext() if trace is None else carrying(trace):
                await application(scope, receive, send)
        except Exception as error:
            note_failure(scope, error)
            raise

    return beginning


class _Account:
    """What becomes of the request of *scope*, whose answer passes through here to *send*."""

    __slots__ = ("_began", "_first", "_read", "_scope", "_send", "_time", "bytes_sent", "status")

    def __init__(self, scope: Scope, send: Send) -> None:
        self.status = 500  # what uvicorn answers for an application that fails before it starts
        self.bytes_sent = 0
        self._scope = scope
        self._send = send
        self._time, self._read = time(), monotonic()
        self._began = self._first = 0.0
        if trace := self._trace:
            trace.mark("read", scope["method"], target_of(scope))

    @property
    def _trace(self) -> Trace | None:
        return self._scope.get(KEY)

    def begin(self) -> None:
        """The application has the request."""
        self._began = monotonic()
        if trace := self._trace:
            trace.mark("gateway")

    async def send(self, message: Message) -> None:
        """Pass *message* on, and note it."""
        trace = self._trace
        if trace is not None and message["type"] == "http.response.start":
            message = _told(message, trace)
        await self._send(message)  # which refuses what is no status and no body
        self._first = self._first or monotonic()
        if message["type"] == "http.response.start":
            self.status = message["status"]
            if trace is not None:
                _note_start(message, trace)
        elif message["type"] == "http.response.body" and self._scope["method"] != "HEAD":
            self.bytes_sent += len(message.get("body", b""))

    def close(self, access: Access | None, recorder: Recorder | None) -> None:
        """The answer is over: tell *access* and *recorder* of it."""
        trace, took = self._trace, monotonic() - self._read
        if trace is not None:
            trace.mark("send", detail=f"{self.bytes_sent} bytes")
            deliver(trace)
        wanted = recorder is not None and (trace is not None or recorder.wants(self.status, took))
        if access is None and not wanted:
            return
        record = self._record(took)
        if recorder is not None:
            recorder.take(record)  # first, for the log keeps of the fields what it writes
        if access is not None:
            access(record)

    def _record(self, took: float) -> AccessRecord:
        scope = self._scope
        fields = {name.decode("latin-1"): text.decode("latin-1") for name, text in scope["headers"]}
        record = AccessRecord(
            time=self._time,
            peer=scope["client"][0] if scope.get("client") else "",
            method=scope["method"],
            target=target_of(scope),
            version=f"HTTP/{scope['http_version']}",
            status=self.status,
            bytes_sent=self.bytes_sent,
            user_agent=fields.get("user-agent", ""),
            referer=fields.get("referer", ""),
            fields=fields,
            trace=self._trace,
            error=scope.get(FAILURE, ""),
        )
        first = self._first - self._read if self._first else 0.0
        record.note_times(duration=took, queued=0.0, first_byte=first, began=self._began, took=took)
        return record


def _told(message: Message, trace: Trace) -> Message:
    """*message*, a response's start, with what that tells whoever has asked for *trace*."""
    more = [(name.lower().encode(), text.encode()) for name, text in fields_for(trace)]
    return {**message, "headers": [*message.get("headers", ()), *more]}


def _note_start(message: Message, trace: Trace) -> None:
    trace.fields = [
        (name.decode("latin-1"), text.decode("latin-1")) for name, text in message["headers"]
    ]
    trace.mark("write", detail=str(message["status"]))

"""The request's span as OpenTelemetry's current one, while an application answers.

So what a site has instrumented (httpx, SQLAlchemy) becomes spans within the request's, and hands
its context on. A thread serves one request after another, and a body may be sent after its
application has returned; so the context stays until the thread's next request takes its own.
"""

from collections.abc import Iterable

from opentelemetry.context import Context, attach, get_current
from opentelemetry.trace import (
    NonRecordingSpan,
    SpanContext,
    TraceFlags,
    TraceState,
    set_span_in_context,
)

from enfilade.trace.record import KEY, Trace
from enfilade.types import (
    ASGIApplication,
    Environ,
    Receive,
    Scope,
    Send,
    StartResponse,
    WSGIApplication,
)


def current_in_thread(application: WSGIApplication) -> WSGIApplication:
    """*application*, called in the context of each request that has a trace."""

    def in_context(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        _enter(environ.get(KEY))
        return application(environ, start_response)

    return in_context


def current_in_task(application: ASGIApplication) -> ASGIApplication:
    """The same for ASGI: every request has a task of its own."""

    async def in_context(scope: Scope, receive: Receive, send: Send) -> None:
        _enter(scope.get(KEY))
        await application(scope, receive, send)

    return in_context


def _enter(trace: Trace | None) -> None:
    if trace is not None:
        attach(set_span_in_context(_span_of(trace), Context()))
    elif get_current():
        attach(Context())


def _span_of(trace: Trace) -> NonRecordingSpan:
    flags, state = TraceFlags(TraceFlags.SAMPLED), TraceState.from_header([trace.tracestate])
    span_id = int(trace.span, 16)
    return NonRecordingSpan(SpanContext(int(trace.id, 16), span_id, False, flags, state))

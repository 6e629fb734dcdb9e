"""An application of a framework that nothing is known of: the server's part of its plan, and one
node for all that it does itself."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from enfilade.explain.facts import Facts, Line
from enfilade.explain.footsteps import Guide
from enfilade.explain.foresight import Answer
from enfilade.explain.line import Draft
from enfilade.explain.nodes import BODY, NUMBERS, Node
from enfilade.explain.request import RequestPlan
from enfilade.explain.rooms import Remark, Room, Tone, furnish
from enfilade.explain.source import Source, locate
from enfilade.foreign import route_of
from enfilade.lifecycle import Half, step
from enfilade.trace import KEY, carrying
from enfilade.types import Environ, Receive, Scope, Send, StartResponse

CLOSED = "only sites of Enfilade and Django are looked into"


def explain_stranger(application: Any, draft: Draft, interface: str) -> RequestPlan:
    """What is known of the request of *draft*, whose target has a host, to *application*."""
    environ = draft.environ()
    source = locate(application)
    facts = _facts(environ, source, interface)
    node = Node(NUMBERS["handler"], "handler", source.name, source, 0, certain=True)

    def walk(guide: Guide) -> list[Node]:
        guide.meet(node)
        if not guide.expects(BODY):
            return [node]
        body = Node(NUMBERS["write"], *BODY, None, 0, certain=True)
        guide.meet(body)
        return [node, body]

    rooms = tuple(_furnished(facts, source))
    return RequestPlan(facts, rooms, (node,), (node,), walk)


def observed_whole(application: Callable[..., Any], interface: str) -> Callable[..., Any]:
    """*application*, whose call is an event on the trace of its request, with the route that has
    won if that is known; the call of its lifespan has none."""
    name = locate(application).name

    def call(environ: Environ, start_response: StartResponse) -> Any:
        trace = environ[KEY]
        with trace.enter("handler", name) as entered, carrying(trace):
            try:
                return application(environ, start_response)
            finally:
                entered.detail = trace.route

    async def acall(scope: Scope, receive: Receive, send: Send) -> None:
        if KEY not in scope:
            await application(scope, receive, send)
            return
        with scope[KEY].enter("handler", name) as entered:
            try:
                await application(scope, receive, send)
            finally:
                entered.detail = route_of(scope)

    return acall if interface == "asgi" else call


def _facts(environ: Environ, source: Source, interface: str) -> Facts:
    answer = Answer(None, "", source.name)
    return Facts(
        line=Line(
            method=environ["REQUEST_METHOD"],
            scheme=environ["wsgi.url_scheme"],
            host=environ["HTTP_HOST"],
            path=environ["PATH_INFO"].encode("latin-1").decode(errors="replace"),
            query=environ["QUERY_STRING"],
        ),
        interface=interface.upper(),
        handler=source.name,
        debug=False,
        door="",
        visits=(),
        resolution=None,
        landing=None,
        error_page=None,
        hops=(),
        occasional_hops=(),
        made=answer,
        answer=answer,
        is_closed=True,
    )


def _furnished(facts: Facts, source: Source) -> Iterator[Room]:
    for room in furnish(facts):
        if step(room.event).half is Half.SERVER:
            yield room
        elif room.event == "handler":
            remarks = (Remark(source.name, Tone.WAY, more=source.place), Remark(CLOSED, Tone.ASIDE))
            yield replace(room, remarks=remarks)
        else:
            yield replace(room, entered=False, remarks=())

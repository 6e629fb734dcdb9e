"""The plan of one request: which rooms it will enter, and what it will meet in each.

Nothing of the site is executed but the converters of its routes: no view, no middleware of its
own. What only the site's code can know is said to be unknown.
"""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from typing import Any

from enfilade.conf import settings
from enfilade.explain.facts import Argument, Facts, Landing, Line, Resolution
from enfilade.explain.footsteps import Premises
from enfilade.explain.foresight import Answer, foresee_view
from enfilade.explain.foretold import foretell
from enfilade.explain.guards import foresee_refusals, foresee_strangers
from enfilade.explain.guides import Walk
from enfilade.explain.hops import (
    Hop,
    chain_hops,
    error_page_hops,
    occasional_hops,
    view_hook_hops,
    view_hop,
)
from enfilade.explain.line import Fields, build_request
from enfilade.explain.lints import find_lints_of
from enfilade.explain.nodes import Node
from enfilade.explain.passage import pass_through
from enfilade.explain.plan import ErrorPage, error_page
from enfilade.explain.rooms import Room, furnish
from enfilade.explain.server_nodes import server_nodes
from enfilade.explain.source import Source
from enfilade.explain.stops import find_stops
from enfilade.explain.view import ViewPlan, describe_view, locate_answer
from enfilade.handlers.base import BaseHandler
from enfilade.http import HttpRequest
from enfilade.middleware.chain import Chain
from enfilade.secrecy import HIDDEN, hide_query, hide_text, hide_tokens, is_secret
from enfilade.translation import get_language, override
from enfilade.urls import Resolver404, ResolverMatch, get_resolver
from enfilade.urls.explain import Candidate, Explanation

CANDIDATES = 3
"""How many of the routes that lose are told about, unless a number is asked for."""


@dataclass(frozen=True, slots=True)
class RequestPlan:
    """What is known of a request, the thirteen rooms furnished with it, and the nodes that it
    will or may meet, which are those of its trace. ``unhindered`` are those that it would meet if
    nothing stopped it before its view; with ``walk`` the course can be walked again.

    Whatever draws plans, or measures them, needs nothing else, so that a request of another
    framework can have one too."""

    facts: Facts
    rooms: tuple[Room, ...]
    nodes: tuple[Node, ...]
    unhindered: tuple[Node, ...]
    walk: Walk

    def to_dict(self) -> dict[str, Any]:
        """The plan in types that JSON has."""
        return {
            **asdict(self.facts),
            "rooms": [asdict(room) for room in self.rooms],
            "nodes": list(self._nodes()),
        }

    def _nodes(self) -> Iterator[dict[str, Any]]:
        """All of them, those of the server too if one is known."""
        entrance = self.facts.entrance
        if entrance is not None:
            yield from server_nodes(entrance, inward=True)
        yield from (node.to_dict() for node in self.nodes)
        if entrance is not None:
            yield from server_nodes(entrance, inward=False)


def explain_request(
    handler: BaseHandler,
    method: str,
    target: str,
    candidates: int | None = None,
    *,
    fields: Fields = (),
    body: bytes = b"",
) -> RequestPlan:
    """What *handler* would do with a request for *target*, a path or a whole address.

    *fields* are header fields, which are looked at where our own middleware would look.
    Without a host the first of ``ALLOWED_HOSTS`` is taken. Of the routes that lose the nearest
    *candidates* are told, without a number the nearest :data:`CANDIDATES`. Raises
    :exc:`~enfilade.explain.line.RequestLineError` for what cannot be a method or a target.
    """
    request = build_request(method, target, fields, body)
    walk = _Walk(handler, request, candidates)
    facts, premises = walk.facts(), walk.premises()
    return RequestPlan(facts, furnish(facts), *foretell(premises, facts))


class _Walk:
    """One request on its way; a method for each stretch that it may not come to."""

    def __init__(self, handler: BaseHandler, request: HttpRequest, candidates: int | None) -> None:
        self.handler = handler
        self.candidates = candidates
        self.chain: Chain = handler.chain
        self.request = request
        self.view: Any = None
        self.explanation: Explanation | None = None
        self.resolution: Resolution | None = None
        self.landing: Landing | None = None
        self.error_page: ErrorPage | None = None

    def facts(self) -> Facts:
        with override(get_language()):  # LocaleMiddleware activates that of the path
            visits, made, answer = pass_through(self.chain, self.request, self.core)
        facts = Facts(
            line=_line(self.request),
            interface="ASGI" if self.chain.is_async else "WSGI",
            handler=type(self.handler).__name__,
            debug=bool(settings.DEBUG),
            door=self.chain.door,
            visits=visits,
            resolution=self.resolution,
            landing=self.landing,
            error_page=self.error_page,
            hops=self.hops(),
            occasional_hops=self.occasional_hops(),
            made=made,
            answer=answer,
        )
        stops = find_stops(self.chain.layers, facts, self.request, self.view)
        return replace(facts, stops=stops, lints=find_lints_of(self.chain, self.explanation))

    def premises(self) -> Premises:
        """What the course leads through; to be asked after the facts."""
        line = f"{self.request.method} {self.request.path}"
        name, path = type(self.handler).__name__, self.request.path_info
        if self.resolution is None:  # it does not come so far, but where would it go?
            with suppress(Exception):
                self.view = get_resolver().resolve(path).func
        premises = Premises(self.chain, name, line, path, self.view)
        winner = self.explanation and self.explanation.winner
        if winner and winner.file:
            premises.route = Source(winner.route, winner.file, winner.line)
        return premises

    def core(self) -> Answer:
        """Steps 7 to 10."""
        try:
            match = self.resolve()
        except Exception as error:  # of a converter of the site
            return self.failed(error)
        if match is None:
            return self.not_found()
        self.view = match.func
        self.landing = landing = self.land(match)
        if landing.refusal:
            return landing.refusal
        by = landing.view.source.short
        if landing.accepted:
            return Answer(None, "", by)
        return Answer(405, "Method Not Allowed", by)

    def resolve(self) -> ResolverMatch | None:
        resolver, path = get_resolver(), self.request.path_info
        self.explanation = explanation = resolver.explain(path)
        try:
            match = resolver.resolve(path)
        except Resolver404:
            match = None
        others = choose_losers(explanation, self.candidates)
        routes, winner = len(explanation.candidates), explanation.winner
        self.resolution = Resolution(
            winner=winner,
            arguments=describe_arguments(match) if match else (),
            others=others,
            routes=routes,
            more=routes - len(others) - (winner is not None),
        )
        return match

    def not_found(self) -> Answer:
        self.error_page = error_page(404)
        return Answer(404, "Not Found", self.error_page.source.short)

    def failed(self, error: Exception) -> Answer:
        self.error_page = error_page(500)
        failure = hide_text(f"{type(error).__name__}: {error}")
        self.resolution = Resolution(None, (), (), len(get_resolver().routes()), failure=failure)
        return Answer(500, failure, self.error_page.source.short)

    def land(self, match: ResolverMatch) -> Landing:
        method = self.request.method or ""
        view: ViewPlan = describe_view(match.func, method)
        return Landing(
            view=view,
            accepted=view.accepts(method),
            refusal=foresee_view(self.chain.layers, self.request, match.func),
            code=locate_answer(match.func, method),
            hop=view_hop(self.chain, view.is_async),
            view_hooks=tuple(hook.name for hook in self.chain.plain.hooks.view),
            template_hooks=tuple(hook.name for hook in self.chain.plain.hooks.template_response),
            exception_hooks=tuple(hook.name for hook in self.chain.plain.hooks.exception),
            strangers=foresee_strangers(self.chain.layers, self.request, match.func),
            kept_out=foresee_refusals(self.request, match.func),
        )

    def hops(self) -> tuple[Hop, ...]:
        hops = chain_hops(self.chain)
        if self.error_page is not None:
            return hops + error_page_hops(self.chain)
        if self.landing is None:
            return hops
        hops += view_hook_hops(self.chain, self.landing.view.is_async)
        return (*hops, self.landing.hop) if self.landing.hop else hops

    def occasional_hops(self) -> tuple[Hop, ...]:
        """Those that a view may bring about; one that runs in a thread waits there itself."""
        if self.landing is None:
            return ()
        ways = ("view", "out") if self.landing.view.is_async else ("out",)
        return tuple(hop for hop in occasional_hops(self.chain) if hop.way in ways)


def _line(request: HttpRequest) -> Line:
    return Line(
        method=request.method or "",
        scheme=request.scheme,
        host=request._get_raw_host(),
        path=hide_tokens(request.path_info),
        query=hide_query(request.META["QUERY_STRING"]),
    )


def describe_arguments(match: ResolverMatch) -> tuple[Argument, ...]:
    numbered = ((str(number), value) for number, value in enumerate(match.args, start=1))
    pairs = (*numbered, *match.kwargs.items())
    return tuple(Argument(name, _shown(name, value), type(value).__name__) for name, value in pairs)


def _shown(name: str, value: Any) -> str:
    return HIDDEN if is_secret(name) else hide_tokens(repr(value))


def choose_losers(explanation: Explanation, count: int | None) -> tuple[Candidate, ...]:
    """The losers to be told of: the nearest *count*, or as many as are told unless somebody asks
    for a number."""
    nearest = explanation.nearest(len(explanation.candidates))
    losers = [
        replace(each, reason=hide_tokens(each.reason))
        for each in nearest
        if each is not explanation.winner
    ]
    return tuple(losers[: CANDIDATES if count is None else max(count, 0)])

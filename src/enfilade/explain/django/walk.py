"""What is known of one request to a Django site, stretch by stretch."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from typing import Any

from enfilade.explain.django.chain import (
    Link,
    chain_hops,
    describe_links,
    error_page_hops,
    links_of,
    view_hook_hops,
    view_hop,
)
from enfilade.explain.django.course import Grounds
from enfilade.explain.django.foresight import (
    answer_to,
    foresee_inward,
    foresee_outward,
    foresee_view,
)
from enfilade.explain.django.lints import find_lints_of
from enfilade.explain.django.plan import error_page
from enfilade.explain.django.routes import endpoints_of
from enfilade.explain.django.stops import find_stops
from enfilade.explain.django.view import (
    describe_view,
    foresee_refusals,
    foresee_strangers,
    locate_answer,
)
from enfilade.explain.facts import Facts, Landing, Line, Resolution, Visit
from enfilade.explain.foresight import Answer
from enfilade.explain.hops import Hop
from enfilade.explain.nodes import Key
from enfilade.explain.plan import ErrorPage
from enfilade.explain.request import choose_losers, describe_arguments
from enfilade.foreign.django.loading import Site
from enfilade.trace import ANSWERED, RAISED
from enfilade.urls.explain import Explanation, explain


class DjangoWalk:
    """One request on its way; a method for each stretch that it may not come to. ``outcomes`` are
    the nodes that are known to end the way in."""

    def __init__(self, handler: Any, site: Site, request: Any, candidates: int | None) -> None:
        from django.urls import get_resolver

        self.handler = handler
        self.links = links_of(site)
        self.request = request
        self.candidates = candidates
        self.resolver = get_resolver()
        self.view: Any = None
        self.explanation: Explanation | None = None
        self.resolution: Resolution | None = None
        self.landing: Landing | None = None
        self.error_page: ErrorPage | None = None
        self.outcomes: dict[Key, str] = {}

    def facts(self) -> Facts:
        from django.conf import settings

        visits, made, answer = self.pass_through()
        facts = Facts(
            line=_line(self.request),
            interface="ASGI" if self.links.is_async else "WSGI",
            handler=type(self.handler).__name__,
            debug=bool(settings.DEBUG),
            door=self.links.door,
            visits=visits,
            resolution=self.resolution,
            landing=self.landing,
            error_page=self.error_page,
            hops=tuple(self.hops()),
            occasional_hops=(),
            made=made,
            answer=answer,
        )
        return replace(
            facts,
            stops=find_stops(self.links, facts, self.request, self.view),
            lints=find_lints_of(self.links, self.explanation),
        )

    def grounds(self) -> Grounds:
        """What the course leads through; to be asked after the facts."""
        if self.resolution is None:  # it does not come so far, but where would it go?
            with suppress(Exception):
                self.view = self.resolver.resolve(self.request.path_info).func
        line = f"{self.request.method} {self.request.path}"
        name, path = type(self.handler).__name__, self.request.path_info
        return Grounds(self.links, name, line, path, self.view)

    # Steps 6 and 11

    def pass_through(self) -> tuple[tuple[Visit, ...], Answer, Answer]:
        """The visits, the answer made innermost, and the one that comes out."""
        links = self.links.layers
        depth, stop = self.inward(links)
        made = stop or self.core()
        leaving = depth + (stop is not None and not stop.failed)
        answers, answer = self.outward(links[:leaving], made)
        if stop is not None:
            answers.setdefault(depth, stop)
        visits = [
            Visit(layer, place <= depth, place < leaving, answers.get(place))
            for place, layer in enumerate(describe_links(self.links))
        ]
        return tuple(visits), made, answer

    def inward(self, links: tuple[Link, ...]) -> tuple[int, Answer | None]:
        """How many layers let the request pass, and the answer of the one that does not."""
        for depth, link in enumerate(links):
            if stop := foresee_inward(link, self.request):
                self.outcomes["middleware.in", link.name] = RAISED if stop.failed else ANSWERED
                if stop.failed:
                    self.error_page = self.page(stop)
                return depth, stop
        return len(links), None

    def outward(self, links: tuple[Link, ...], answer: Answer) -> tuple[dict[int, Answer], Answer]:
        """The answers that layers put in the place of another, by depth, and the last of them."""
        answers = {}
        for place, link in reversed(list(enumerate(links))):
            if replaced := foresee_outward(link, self.request, answer):
                answers[place] = answer = replaced
        return answers, answer

    # Steps 7 to 10

    def core(self) -> Answer:
        """What the chain surrounds."""
        path = self.request.path_info
        failure, match = None, None
        try:
            self.explanation = explain(endpoints_of(self.resolver), path)
            match = self.resolver.resolve(path)
        except Exception as error:  # Resolver404, or one of a converter
            failure = error
        if match is None:
            return self.lost(failure)
        self.view = match.func
        self.resolution = _resolution(self.explanation, match, self.candidates)
        return self.land(match.func)

    def lost(self, failure: Any) -> Answer:
        """No view."""
        answer = replace(answer_to(failure, ""), failed=False)
        self.error_page = page = self.page(answer)
        if answer.status == 404 and self.explanation is not None:
            self.resolution = _resolution(self.explanation, None, self.candidates)
            return Answer(404, "Not Found", page.source.short)
        routes = len(endpoints_of(self.resolver))
        self.resolution = Resolution(None, (), (), routes, failure=answer.text)
        return Answer(answer.status, answer.text, page.source.short)

    def land(self, view: Any) -> Answer:
        """At a view."""
        method, links, request = self.request.method, self.links, self.request
        plan = describe_view(view, method)
        refusal = self.refusal(view)
        strangers = (foresee_strangers(link.middleware, view, request) for link in links.layers)
        code = locate_answer(view, method)
        self.landing = Landing(
            view=plan,
            accepted=plan.accepts(method),
            refusal=refusal,
            code=code,
            hop=view_hop(links, plan.is_async),
            view_hooks=_hooks(links.having("process_view"), "process_view"),
            template_hooks=_hooks(
                links.having("process_template_response")[::-1], "process_template_response"
            ),
            exception_hooks=_hooks(links.having("process_exception")[::-1], "process_exception"),
            strangers=tuple(filter(None, strangers)),
            kept_out=foresee_refusals(view, request),
        )
        if refusal is not None:
            return refusal
        by = plan.source.short
        if plan.accepts(method):
            return Answer(None, "", by)
        return Answer(405, "Method Not Allowed", by)

    def refusal(self, view: Any) -> Answer | None:
        """The answer of a ``process_view`` hook that keeps the request from *view*."""
        found = foresee_view(self.links.layers, self.request, view)
        if found is None:
            return None
        link, answer = found
        self.outcomes["middleware.view", f"{link.name}.process_view"] = ANSWERED
        return answer

    def page(self, answer: Answer) -> ErrorPage:
        """Who makes the page of an error."""
        return error_page(answer.status if answer.status in (400, 403, 404) else 500)

    def hops(self) -> Iterator[Hop]:
        yield from chain_hops(self.links)
        if self.error_page is not None:
            yield from error_page_hops(self.links)
        if self.landing is not None:
            yield from view_hook_hops(self.links)
            if self.landing.hop and not self.landing.refusal:
                yield self.landing.hop


def _line(request: Any) -> Line:
    return Line(
        method=request.method,
        scheme=request.scheme,
        host=request.META["HTTP_HOST"],
        path=request.path_info,
        query=request.META["QUERY_STRING"],
    )


def _resolution(explanation: Any, match: Any, count: int | None) -> Resolution:
    others = choose_losers(explanation, count)
    routes, winner = len(explanation.candidates), explanation.winner
    return Resolution(
        winner=winner,
        arguments=describe_arguments(match) if match else (),
        others=others,
        routes=routes,
        more=routes - len(others) - (winner is not None),
    )


def _hooks(links: list[Link], name: str) -> tuple[str, ...]:
    return tuple(f"{link.short}.{name}" for link in links)

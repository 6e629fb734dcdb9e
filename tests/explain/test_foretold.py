"""The plan of a request against its trace, on sites that nobody has thought of."""

import asyncio
from types import ModuleType
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

import enfilade.http
import enfilade.middleware
from enfilade.explain import RequestPlan, explain_request
from enfilade.explain.guides import follow
from enfilade.handlers.asgi import ASGIHandler
from enfilade.handlers.base import BaseHandler
from enfilade.handlers.wsgi import WSGIHandler
from enfilade.http import HttpResponse
from enfilade.middleware import MiddlewareMixin
from enfilade.test import RequestFactory, override_settings
from enfilade.trace import Trace
from enfilade.urls import path
from foretold import keys, meets_what_is_certain, nobody_of_the_site_stops
from made_up import DOES, Maker, called_as_a_whole, views

OURS = (
    "enfilade.middleware.security.SecurityMiddleware",
    "enfilade.middleware.common.CommonMiddleware",
    "enfilade.middleware.csrf.CsrfViewMiddleware",
    "enfilade.middleware.clickjacking.XFrameOptionsMiddleware",
    "enfilade.middleware.http.ConditionalGetMiddleware",
    "enfilade.contrib.sessions.middleware.SessionMiddleware",
)
MAKER = Maker(enfilade.http, enfilade.middleware)


@st.composite
def made_of_hooks(draw: st.DrawFn) -> Any:
    """A middleware with some of the hooks, of which some have a twin or are coroutines."""
    names = draw(st.lists(st.sampled_from(sorted(DOES)), unique=True))
    members: dict[str, Any] = {"blocking": draw(st.booleans())}
    for name in names:
        what = draw(st.sampled_from(DOES[name]))
        kind = draw(st.sampled_from(("plain", "plain", "plain", "twin", "coroutine")))
        outer = name in ("process_request", "process_response")
        members[name] = MAKER.hook_of(what, kind == "coroutine" and not outer)
        if kind == "twin":
            members[f"a{name}"] = MAKER.hook_of(what, True)
    label = draw(st.sampled_from(("North", "East", "South", "West")))
    return type(label, (MiddlewareMixin,), members)


CHAINS = st.lists(
    st.one_of(st.sampled_from(OURS), made_of_hooks(), called_as_a_whole(MAKER)), max_size=5
)
SITES = st.tuples(CHAINS, views(MAKER))
REQUESTS = st.tuples(
    st.sampled_from(("GET", "GET", "HEAD", "POST")),
    st.sampled_from(("/page/", "/page/", "/page", "/nowhere/")),
)


def visit(handler: BaseHandler, method: str, target: str) -> Trace:
    record = Trace()
    environ = RequestFactory().build_environ(
        REQUEST_METHOD=method, PATH_INFO=target, **{"enfilade.trace": record}
    )
    if isinstance(handler, WSGIHandler):
        body: Any = handler(environ, lambda *args: print)
        list(body)
        getattr(body, "close", lambda: None)()
    else:
        asyncio.run(visit_async(handler, method, target, record))
    return record


async def visit_async(handler: Any, method: str, target: str, record: Trace) -> None:
    bodies = [{"type": "http.request", "body": b""}]

    async def receive() -> Any:
        return bodies.pop() if bodies else await asyncio.Event().wait()

    async def send(message: Any) -> None:
        pass

    scope = {
        "type": "http", "method": method, "path": target, "query_string": b"",
        "headers": [(b"host", b"testserver")], "enfilade.trace": record,
    }  # fmt: skip
    await handler(scope, receive, send)


def explained(site: Any, request: Any, asgi: bool) -> tuple[RequestPlan, Trace]:
    middleware, view = site
    urlconf = ModuleType("urlconf_that_nobody_thought_of")
    urlconf.urlpatterns = [path("page/", view)]  # type: ignore[attr-defined]
    with override_settings(
        ROOT_URLCONF=urlconf, MIDDLEWARE=middleware, ALLOWED_HOSTS=["testserver"]
    ):
        handler: BaseHandler = ASGIHandler() if asgi else WSGIHandler()
        plan = explain_request(handler, *request)
        return plan, visit(handler, *request)


@settings(max_examples=200, deadline=None)
@given(SITES, REQUESTS, st.booleans())
def test_a_request_meets_the_nodes_of_its_plan_in_their_order(site, request, asgi) -> None:
    plan, record = explained(site, request, asgi)
    goes_one_of_the_ways_that_are_foretold(plan, record)
    meets_what_is_certain(plan, record)
    if nobody_of_the_site_stops(record, "enfilade"):
        meets_the_plan_and_nothing_else(plan, record)


def goes_one_of_the_ways_that_are_foretold(plan: RequestPlan, record: Trace) -> None:
    assert keys(follow(plan.walk, record)) == keys(record.events)


def meets_the_plan_and_nothing_else(plan: RequestPlan, record: Trace) -> None:
    happened = keys(record.events)
    usual = [node.key for node in plan.nodes if not node.when]
    # Nor has the view given a stream, a late response, or nothing at all.
    beside = {("write", "body"), ("render", "error page"), *(node.key for node in plan.nodes)}
    late = any(event.detail == "Late" for event in record.events)
    if not late and not (beside - set(usual)).intersection(happened):
        assert happened == usual


def test_the_plan_says_may_behind_a_middleware_of_the_site_and_will_outside_of_it(site) -> None:
    class Porter(MiddlewareMixin):
        def process_request(self, request: Any) -> Any:
            return HttpResponse("closed")

        def process_response(self, request: Any, response: Any) -> Any:
            return response

    def view(request: Any) -> Any:
        return HttpResponse("open")

    handler = site(path("", view), MIDDLEWARE=[OURS[0], Porter, OURS[3]])
    nodes = {node.label: node.certain for node in explain_request(handler, "GET", "/").nodes}
    assert nodes["SecurityMiddleware.process_request"]
    assert nodes["Porter.process_request"]
    assert not nodes["view"]
    assert not nodes["XFrameOptionsMiddleware.process_response"]
    assert not nodes["Porter.process_response"]
    assert nodes["SecurityMiddleware.process_response"]


def test_what_may_come_beside_the_way_says_when(site) -> None:
    class Porter(MiddlewareMixin):
        def process_exception(self, request: Any, exception: Exception) -> Any:
            return None

        def process_template_response(self, request: Any, response: Any) -> Any:
            return response

    handler = site(path("", lambda request: HttpResponse()), MIDDLEWARE=[Porter])
    nodes = {node.label: node.when for node in explain_request(handler, "GET", "/").nodes}
    assert nodes["Porter.process_exception"] == "if the view raises"
    assert nodes["Porter.process_template_response"] == "if it renders late"
    assert nodes["response"] == ""


def test_every_node_has_its_step_and_what_is_written_has_its_place(site) -> None:
    def view(request: Any) -> Any:
        return HttpResponse()

    nodes = explain_request(site(path("", view), MIDDLEWARE=OURS[:2]), "GET", "/").nodes
    assert [node.step for node in nodes if not node.when] == [4, 5, 6, 6, 7, 9, 10, 11, 11]
    (found,) = (node.to_dict() for node in nodes if node.event == "view")
    assert found["file"] == __file__
    assert found["line"] == view.__code__.co_firstlineno


def test_a_middleware_without_outer_hooks_makes_no_hop_between_its_neighbours(site) -> None:
    class Silent(MiddlewareMixin):
        pass

    def plain(get_response: Any) -> Any:
        return lambda request: get_response(request)

    def view(request: Any) -> Any:
        return HttpResponse()

    handler = site(path("page/", view), MIDDLEWARE=[plain, Silent], asgi=True)
    plan = explain_request(handler, "GET", "/page/")
    record = visit(handler, "GET", "/page/")
    assert [node.key for node in plan.nodes if not node.when] == keys(record.events)
    assert [node.name for node in plan.nodes if node.event == "hop" and not node.when] == [
        "to thread"
    ]

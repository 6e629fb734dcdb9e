"""The static plan against what the handler does: a plan that is not obeyed would be a lie."""

import asyncio
import json
from pathlib import Path

import pytest

from enfilade.exceptions import MiddlewareNotUsed
from enfilade.explain import explain_request, make_plan
from enfilade.http import HttpResponse
from enfilade.middleware import MiddlewareMixin, async_only_middleware, sync_only_middleware
from enfilade.test import AsyncClient, Client
from enfilade.urls import i18n_patterns, path

COMMON = "enfilade.middleware.common.CommonMiddleware"
SECURITY = "enfilade.middleware.security.SecurityMiddleware"


def view(request):
    return HttpResponse("x")


async def async_view(request):
    return HttpResponse("x")


ROUTES = (path("", view, name="front"), path("async/", async_view))


def witness(name, calls, *hooks, **attributes):
    """A middleware class that notes in *calls* when its hooks run."""

    def noting(hook, result_index):
        def method(self, *args):
            calls.append(f"{name}.{hook}")
            return args[result_index] if result_index is not None else None

        return method

    returns = {"process_response": 1, "process_template_response": 1}
    methods = {hook: noting(hook, returns.get(hook)) for hook in hooks}
    return type(name, (MiddlewareMixin,), {**methods, **attributes})


def order(plan, name):
    return next(each.order for each in plan.hook_lists if each.name == name)


def test_names_the_five_lists_of_hooks_in_the_order_of_the_walk(site):
    plan = make_plan(site(*ROUTES))
    assert [hooks.name for hooks in plan.hook_lists] == [
        "process_request",
        "process_view",
        "process_exception",
        "process_template_response",
        "process_response",
    ]


@pytest.mark.parametrize("asgi", [False, True], ids=["wsgi", "asgi"])
def test_hooks_are_called_in_the_order_that_the_plan_says(site, asgi):
    calls = []
    hooks = ("process_request", "process_view", "process_response")
    chain = [witness(name, calls, *hooks) for name in ("Outer", "Middle", "Inner")]
    plan = make_plan(site(*ROUTES, MIDDLEWARE=chain, asgi=asgi))
    asyncio.run(AsyncClient().get("/")) if asgi else Client().get("/")
    assert calls == [call for hook in hooks for call in order(plan, hook)]


def test_exception_hooks_are_called_in_the_order_that_the_plan_says(site):
    calls = []
    chain = [witness(name, calls, "process_exception") for name in ("Outer", "Inner")]

    def failing(request):
        raise RuntimeError("on purpose")

    plan = make_plan(site(path("", failing), MIDDLEWARE=chain))
    Client(raise_request_exception=False).get("/")
    assert (
        calls
        == list(order(plan, "process_exception"))
        == [
            "Inner.process_exception",
            "Outer.process_exception",
        ]
    )


def test_a_plain_factory_is_called_where_the_others_have_hooks(site):
    plan = make_plan(site(*ROUTES, MIDDLEWARE=[f"{__name__}.plain", SECURITY]))
    assert order(plan, "process_request") == (
        "plain.__call__",
        "SecurityMiddleware.process_request",
    )
    assert plan.layers[0].source.name == f"{__name__}.plain"
    assert plan.layers[0].source.file == __file__


def test_middleware_that_declines_is_listed_as_left_out(site):
    plan = make_plan(site(*ROUTES, MIDDLEWARE=[f"{__name__}.declining", SECURITY]))
    assert plan.left_out == (f"{__name__}.declining",)
    assert [layer.source.short for layer in plan.layers] == ["SecurityMiddleware"]


def test_built_in_middleware_makes_no_hop_in_either_interface(site):
    for asgi in (False, True):
        assert make_plan(site(*ROUTES, MIDDLEWARE=[SECURITY, COMMON], asgi=asgi)).hops == ()


def test_neighbours_that_may_block_share_one_hop_each_way(site):
    both = ("process_request", "process_response")
    a, b = witness("A", [], *both), witness("B", [], *both)
    plan = make_plan(site(*ROUTES, MIDDLEWARE=[SECURITY, a, b, COMMON], asgi=True))
    assert [layer.hop for layer in plan.layers] == [None, 1, 1, None]
    assert [(hop.to, hop.way) for hop in plan.hops] == [("thread", "in"), ("thread", "out")]
    assert all(name.endswith(("A", "B")) for hop in plan.hops for name in hop.middleware)


def test_blocking_layers_apart_from_each_other_hop_by_themselves(site):
    a, b = witness("A", [], "process_request"), witness("B", [], "process_response")
    plan = make_plan(site(*ROUTES, MIDDLEWARE=[a, COMMON, b], asgi=True))
    assert [layer.hop for layer in plan.layers] == [1, None, 2]
    assert [hop.way for hop in plan.hops] == ["in", "out"]


def test_under_wsgi_hooks_that_may_block_make_no_hop(site):
    a = witness("A", [], "process_request", "process_response")
    plan = make_plan(site(*ROUTES, MIDDLEWARE=[a]))
    assert plan.hops == ()
    assert plan.layers[0].hop is None


def test_a_sync_only_middleware_under_asgi_opens_a_door_to_a_thread(site):
    plan = make_plan(site(*ROUTES, MIDDLEWARE=[f"{__name__}.sync_only"], asgi=True))
    assert plan.door == "to thread"
    assert plan.layers[0].mode == "sync"
    assert [(hop.to, hop.way) for hop in plan.hops] == [("thread", "both")]
    assert plan.sync_view_hop is None
    assert plan.async_view_hop.to == "loop"


def test_an_async_only_middleware_under_wsgi_opens_a_door_to_a_loop(site):
    plan = make_plan(site(*ROUTES, MIDDLEWARE=[f"{__name__}.async_only"]))
    assert plan.door == "to loop"
    assert plan.layers[0].mode == "async"


def test_an_async_middleware_around_a_sync_one_has_a_door_on_its_inner_side(site):
    chain = [f"{__name__}.async_only", f"{__name__}.sync_only"]
    plan = make_plan(site(*ROUTES, MIDDLEWARE=chain, asgi=True))
    assert [layer.door for layer in plan.layers] == ["to thread", ""]
    assert plan.hops[0].middleware == (f"{__name__}.async_only",)


def test_views_of_the_other_kind_have_a_hop(site):
    wsgi = make_plan(site(*ROUTES))
    assert (wsgi.sync_view_hop, wsgi.async_view_hop.to) == (None, "loop")
    asgi = make_plan(site(*ROUTES, asgi=True))
    assert (asgi.sync_view_hop.to, asgi.async_view_hop) == ("thread", None)


def test_error_pages_name_the_sites_own_handlers(site):
    plan = make_plan(site(*ROUTES, handlers={"handler404": f"{__name__}.view"}))
    pages = {page.status: page for page in plan.error_pages}
    assert set(pages) == {400, 403, 404, 500}
    assert (pages[404].source.name, pages[404].own) == (f"{__name__}.view", True)
    assert (pages[500].source.short, pages[500].own) == ("server_error", False)


def test_the_plan_is_json(site):
    plan = make_plan(site(*ROUTES, MIDDLEWARE=[SECURITY]))
    read = json.loads(json.dumps(plan.to_dict()))
    assert read["interface"] == "WSGI"
    assert read["layers"][0]["source"]["name"] == SECURITY
    assert read["routes"][0]["name"] == "front"


# Middleware named by path ----------------------------------------------------------------------


def plain(get_response):
    def middleware(request):
        return get_response(request)

    return middleware


def declining(get_response):
    raise MiddlewareNotUsed("not today")


@sync_only_middleware
def sync_only(get_response):
    def middleware(request):
        return get_response(request)

    return middleware


@async_only_middleware
def async_only(get_response):
    async def middleware(request):
        return await get_response(request)

    return middleware


# Hops of some requests -------------------------------------------------------------------------

SESSIONS = "enfilade.contrib.sessions.middleware.SessionMiddleware"
BACKENDS = "enfilade.contrib.sessions.backends"


def ways(hops):
    return [(hop.way, hop.middleware) for hop in hops]


def test_a_session_that_is_loaded_or_saved_may_hop_under_asgi(site):
    kept = {"MIDDLEWARE": [SESSIONS], "SESSION_ENGINE": f"{BACKENDS}.cache"}
    plan = make_plan(site(asgi=True, **kept))
    assert plan.hops == ()
    assert ways(plan.occasional_hops) == [("view", (SESSIONS,)), ("out", (SESSIONS,))]
    assert make_plan(site(**kept)).occasional_hops == ()


def test_a_session_in_a_cookie_hops_never(site):
    kept = {"MIDDLEWARE": [SESSIONS], "SESSION_ENGINE": f"{BACKENDS}.signed_cookies"}
    assert make_plan(site(asgi=True, **kept)).occasional_hops == ()


def test_a_synchronous_view_loads_the_session_in_its_own_thread(site):
    async def aview(request): ...

    kept = {"MIDDLEWARE": [SESSIONS], "SESSION_ENGINE": f"{BACKENDS}.cache"}
    handler = site(path("sync/", view), path("async/", aview), asgi=True, **kept)

    def occasional(target):
        return ways(explain_request(handler, "GET", target).facts.occasional_hops)

    assert occasional("/sync/") == [("out", (SESSIONS,))]
    assert occasional("/async/") == [("view", (SESSIONS,)), ("out", (SESSIONS,))]
    assert occasional("/nowhere/") == []


@pytest.mark.parametrize("asgi", [False, True], ids=["wsgi", "asgi"])
def test_every_node_of_a_plan_says_where_it_is_written(site, asgi):
    async def awaited(request):
        return HttpResponse()

    handler = site(path("", view), path("a/", awaited), MIDDLEWARE=[SECURITY], asgi=asgi)
    for target in ("/", "/a/", "/nowhere/"):
        for node in explain_request(handler, "GET", target).to_dict()["nodes"]:
            assert node["file"], node
            assert node["line"], node


def test_a_route_says_where_it_is_written(site):
    handler = site(path("a/", view), path("b/", view))
    plan = explain_request(handler, "GET", "/a/", candidates=1)
    (resolve,) = (node for node in plan.nodes if node.event == "resolve")
    assert resolve.source.file == __file__
    lines = Path(__file__).read_text().splitlines()
    assert 'path("a/", view)' in lines[resolve.source.line - 1]
    (other,) = plan.facts.resolution.others
    assert (other.file, other.line) == (__file__, resolve.source.line)


def test_a_route_behind_a_language_says_where_it_is_written_too(site):
    locale = "enfilade.middleware.locale.LocaleMiddleware"
    handler = site(*i18n_patterns(path("about/", view)), MIDDLEWARE=[locale], USE_I18N=True)
    winner = explain_request(handler, "GET", "/en-us/about/").facts.resolution.winner
    assert winner.file == __file__

"""What is said of a request before it is made, against what happens when it is made."""

import asyncio
import json

import pytest

from enfilade import lifecycle
from enfilade.explain import explain_request
from enfilade.explain.line import RequestLineError
from enfilade.http import Http404, HttpResponse
from enfilade.middleware import MiddlewareMixin
from enfilade.test import AsyncClient, Client
from enfilade.translation import get_language, override
from enfilade.urls import (
    get_converters,
    i18n_patterns,
    include,
    path,
    re_path,
    register_converter,
)
from enfilade.views import View
from enfilade.views.decorators.common import no_append_slash
from enfilade.views.decorators.http import require_http_methods, require_POST

SECURITY = "enfilade.middleware.security.SecurityMiddleware"
COMMON = "enfilade.middleware.common.CommonMiddleware"
FRAMES = "enfilade.middleware.clickjacking.XFrameOptionsMiddleware"
THREE = [SECURITY, COMMON, FRAMES]


def view(request, **kwargs):
    return HttpResponse("made")


async def async_view(request):
    return HttpResponse("made")


class Page(View):
    def get(self, request):
        return HttpResponse("made")

    def post(self, request):
        return HttpResponse("made", status=201)


class AsyncPage(View):
    async def get(self, request):
        return HttpResponse("made")


def lost(request):
    raise Http404("no such thing")


ROUTES = (
    path("", view, name="front"),
    path("articles/<int:year>/<slug:slug>/", view, name="article"),
    path("archive/", include(([path("<int:year>/", view, name="year")], "archive"))),
    path("page/", Page.as_view()),
    path("async-page/", AsyncPage.as_view()),
    path("async/", async_view),
    path("post/", require_POST(view)),
    path("both/", require_http_methods(["GET", "POST"])(require_POST(view))),
    path("bare/", no_append_slash(view)),
    path("lost/", lost),
    re_path(r"^old/([0-9]+)/$", view),
)


def facts(handler, method, target):
    return explain_request(handler, method, target).facts


def room(plan, event):
    return plan.rooms[lifecycle.step(event).number - 1]


# The answer ------------------------------------------------------------------------------------

ASKED = [
    ("GET", "/"),
    ("HEAD", "/page/"),
    ("POST", "/page/"),
    ("DELETE", "/page/"),
    ("OPTIONS", "/page/"),
    ("POST", "/async-page/"),
    ("GET", "/post/"),
    ("POST", "/post/"),
    ("GET", "/both/"),
    ("POST", "/both/"),
    ("GET", "/articles/2026/some-article/"),
    ("GET", "/articles/2026/some-article"),
    ("GET", "/articles/2026/some-article?page=2"),
    ("POST", "/articles/2026/some-article"),
    ("GET", "/articles/next/some-article/"),
    ("GET", "/archive/2026/"),
    ("GET", "/archive/2026"),
    ("GET", "/bare"),
    ("GET", "/nowhere"),
    ("GET", "/caf%C3%A9/"),
    ("GET", "//evil.example/page"),
]


@pytest.mark.parametrize("asgi", [False, True], ids=["wsgi", "asgi"])
@pytest.mark.parametrize(("method", "target"), ASKED)
def test_foretells_status_and_location(site, method, target, asgi):
    handler = site(*ROUTES, MIDDLEWARE=THREE, asgi=asgi)
    answer = facts(handler, method, target).answer
    response = ask(method, target, asgi)
    if answer.status is None:
        assert response.status_code in (200, 201)
    else:
        assert (answer.status, answer.location) == (
            response.status_code,
            response.headers.get("Location"),
        )


def ask(method, target, asgi=False, **options):
    if not asgi:
        return Client(raise_request_exception=False).generic(method, target, **options)
    client = AsyncClient(raise_request_exception=False)
    return asyncio.run(client.generic(method, target, **options))


def test_foretells_the_redirect_to_https(site):
    handler = site(*ROUTES, MIDDLEWARE=THREE, SECURE_SSL_REDIRECT=True)
    found = facts(handler, "GET", "http://testserver/page/?x=1")
    response = ask("GET", "/page/?x=1")
    assert found.answer.status == response.status_code == 301
    assert found.answer.location == response.headers["Location"]
    assert found.answer.by == "SecurityMiddleware"
    assert found.resolution is None


def test_a_path_is_taken_to_be_asked_for_over_https_where_that_is_demanded(site):
    handler = site(*ROUTES, MIDDLEWARE=THREE, SECURE_SSL_REDIRECT=True)
    found = facts(handler, "GET", "/page/")
    assert found.line.scheme == "https"
    assert found.landing is not None


@pytest.mark.parametrize("target", ["/de/page/", "/en/page/", "/page/", "/page", "/de/nowhere/"])
def test_foretells_where_a_language_leads(site, target):
    handler = site(
        *i18n_patterns(path("page/", view)),
        MIDDLEWARE=["enfilade.middleware.locale.LocaleMiddleware", COMMON],
        LANGUAGES=[("en", "English"), ("de", "German")],
        LANGUAGE_CODE="en",
    )
    with override(None):  # whatever is active here
        answer, response = facts(handler, "GET", target).answer, ask("GET", target)
    assert (answer.status or 200, answer.location) == (
        response.status_code,
        response.headers.get("Location"),
    )


def test_leaves_the_language_as_it_is(site):
    site_of_one = {"MIDDLEWARE": ["enfilade.middleware.locale.LocaleMiddleware"]}
    handler = site(*ROUTES, **site_of_one, LANGUAGES=[("de", "German")])
    with override("pl"):
        facts(handler, "GET", "/")
        assert get_language() == "pl"


def test_foretells_the_redirect_to_www(site):
    handler = site(*ROUTES, MIDDLEWARE=THREE, PREPEND_WWW=True, ALLOWED_HOSTS=[".example.org"])
    found = facts(handler, "GET", "/page")
    assert (found.answer.status, found.answer.location) == (301, "http://www.example.org/page/")


def test_foretells_that_a_host_is_refused(site):
    handler = site(*ROUTES, MIDDLEWARE=THREE)
    found = facts(handler, "GET", "http://evil.example/page/")
    assert found.answer.status == ask("GET", "/page/", HTTP_HOST="evil.example").status_code == 400
    assert found.answer.text.startswith("DisallowedHost")


def test_a_redirect_that_would_lose_a_body_is_an_error_while_debugging(site):
    handler = site(*ROUTES, MIDDLEWARE=THREE, DEBUG=True)
    found = facts(handler, "POST", "/page")
    assert found.answer.status == ask("POST", "/page").status_code == 500
    assert "doesn't end in a slash" in found.answer.text


def test_without_common_middleware_nothing_is_redirected(site):
    assert facts(site(*ROUTES), "GET", "/page").answer.status == 404


def test_the_answer_of_a_view_is_said_to_be_its_own(site):
    answer = facts(site(*ROUTES, MIDDLEWARE=THREE), "GET", "/lost/").answer
    assert (answer.status, answer.by) == (None, "lost")


def test_a_converter_that_fails_is_foretold(site):
    class Failing:
        regex = "[a-z]+"

        def to_python(self, value):
            raise LookupError("no catalogue")

        def to_url(self, value):
            return value

    if "explain-failing" not in get_converters():
        register_converter(Failing, "explain-failing")
    handler = site(path("<explain-failing:x>/", view), MIDDLEWARE=THREE)
    plan = explain_request(handler, "GET", "/abc/")
    assert plan.facts.answer.status == ask("GET", "/abc/").status_code == 500
    assert room(plan, "resolve").remarks[0].text == (
        "a converter fails with LookupError: no catalogue"
    )


def test_no_view_and_no_middleware_of_the_site_is_called(site):
    calls = []

    class Own(MiddlewareMixin):
        def process_request(self, request):
            calls.append("process_request")

    def noting(request):
        calls.append("view")

    handler = site(path("", noting), MIDDLEWARE=[Own])
    explain_request(handler, "GET", "/")
    assert calls == []


# The middleware --------------------------------------------------------------------------------


def visits(found):
    return [(v.layer.source.short, v.enters, v.leaves) for v in found.visits]


def test_every_middleware_is_passed_both_ways_when_the_view_is_reached(site):
    found = facts(site(*ROUTES, MIDDLEWARE=THREE), "GET", "/page/")
    assert all(enters and leaves for _, enters, leaves in visits(found))


def test_a_middleware_that_answers_hides_the_inner_ones(site):
    handler = site(*ROUTES, MIDDLEWARE=THREE, PREPEND_WWW=True)
    assert visits(facts(handler, "GET", "http://testserver/page/")) == [
        ("SecurityMiddleware", True, True),
        ("CommonMiddleware", True, True),
        ("XFrameOptionsMiddleware", False, False),
    ]


def test_a_middleware_that_fails_on_the_way_in_is_not_left_by_its_own_hook(site):
    found = facts(site(*ROUTES, MIDDLEWARE=THREE), "GET", "http://evil.example/")
    assert visits(found) == [
        ("SecurityMiddleware", True, True),
        ("CommonMiddleware", True, False),
        ("XFrameOptionsMiddleware", False, False),
    ]
    response = ask("GET", "/", HTTP_HOST="evil.example")
    assert "X-Frame-Options" not in response.headers
    assert "X-Content-Type-Options" in response.headers


def test_the_middleware_that_replaces_a_response_says_so(site):
    found = facts(site(*ROUTES, MIDDLEWARE=THREE), "GET", "/page")
    assert [v.answer.status if v.answer else None for v in found.visits] == [None, 301, None]
    assert (found.made.status, found.answer.status) == (404, 301)


# Route and view --------------------------------------------------------------------------------


def test_shows_the_route_and_its_converted_arguments(site):
    found = facts(site(*ROUTES), "GET", "/articles/2026/some-article/").resolution
    assert (found.winner.route, found.winner.name) == (
        "articles/<int:year>/<slug:slug>/",
        "article",
    )
    assert [(a.name, a.value, a.type) for a in found.arguments] == [
        ("year", "2026", "int"),
        ("slug", "'some-article'", "str"),
    ]


def test_positional_arguments_are_numbered(site):
    found = facts(site(*ROUTES), "GET", "/old/12/").resolution
    assert [(a.name, a.value) for a in found.arguments] == [("1", "'12'")]


def test_says_why_near_routes_lose(site):
    found = facts(site(*ROUTES), "GET", "/articles/next/some-article/").resolution
    assert found.winner is None
    assert found.routes == len(ROUTES)
    nearest = found.others[0]
    assert nearest.route == "articles/<int:year>/<slug:slug>/"
    assert "not an int" in nearest.reason


def test_tells_as_many_losing_routes_as_asked_for(site):
    routes = [path(f"article{n}/", view) for n in range(9)]
    plan = explain_request(site(*routes), "GET", "/article0/", candidates=5)
    assert len(plan.facts.resolution.others) == 5


def test_shows_where_the_code_for_the_method_is(site):
    handler = site(*ROUTES)
    for method, name in (("GET", "Page.get"), ("HEAD", "Page.get"), ("POST", "Page.post")):
        code = facts(handler, method, "/page/").landing.code
        assert (code.name, code.file) == (f"{__name__}.{name}", __file__)


def test_knows_which_methods_a_view_answers(site):
    handler = site(*ROUTES)
    answered = {
        target: facts(handler, "GET", target).landing.view.methods
        for target in ("/", "/page/", "/post/", "/both/")
    }
    assert answered == {
        "/": None,
        "/page/": ("GET", "POST", "HEAD", "OPTIONS"),
        "/post/": ("POST",),
        "/both/": ("POST",),
    }


def test_the_path_is_decoded_as_the_server_does(site):
    found = facts(site(path("café/", view)), "GET", "/caf%C3%A9/?q=%C3%A9")
    assert (found.line.path, found.line.query) == ("/café/", "q=%C3%A9")
    assert found.landing is not None


# Hops ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("target", "asgi", "hops"),
    [
        ("/page/", False, []),
        ("/async/", False, ["loop"]),
        ("/page/", True, ["thread"]),
        ("/async/", True, []),
        ("/nowhere/", True, ["thread"]),
        ("/nowhere/", False, []),
    ],
)
def test_a_view_of_the_other_kind_and_an_error_page_have_a_hop(site, target, asgi, hops):
    found = facts(site(*ROUTES, MIDDLEWARE=THREE, asgi=asgi), "GET", target)
    assert [hop.to for hop in found.hops] == hops


def test_a_view_hook_that_may_block_hops_only_before_an_async_view(site):
    class Hooked(MiddlewareMixin):
        def process_view(self, request, view, args, kwargs):
            return None

    handler = site(*ROUTES, MIDDLEWARE=[Hooked], asgi=True)
    assert [hop.why for hop in facts(handler, "GET", "/async/").hops] == ["process_view may block"]
    assert len(facts(handler, "GET", "/page/").hops) == 1


# The rooms -------------------------------------------------------------------------------------


def test_there_is_a_room_for_each_of_the_thirteen_steps(site):
    plan = explain_request(site(*ROUTES), "GET", "/")
    assert [(r.number, r.event, r.module) for r in plan.rooms] == [
        (step.number, step.event, step.module) for step in lifecycle.STEPS
    ]


def entered(plan):
    return [r.number for r in plan.rooms if r.entered]


def test_all_rooms_are_entered_on_the_way_to_a_view(site):
    assert entered(explain_request(site(*ROUTES), "GET", "/")) == list(range(1, 14))


def test_view_and_view_hooks_are_not_entered_without_a_route(site):
    plan = explain_request(site(*ROUTES), "GET", "/nowhere/")
    assert set(range(1, 14)) - set(entered(plan)) == {8, 9}


def test_nothing_behind_the_middleware_is_entered_when_one_answers(site):
    plan = explain_request(site(*ROUTES, MIDDLEWARE=THREE), "GET", "http://evil.example/")
    assert set(range(1, 14)) - set(entered(plan)) == {7, 8, 9, 10}


def test_the_room_of_the_error_page_names_who_makes_it(site):
    handler = site(*ROUTES, handlers={"handler404": f"{__name__}.lost"})
    remarks = room(explain_request(handler, "GET", "/nowhere/"), "render").remarks
    assert ("handler404", f"{__name__}.lost") in [(r.label, r.text) for r in remarks]


def test_the_way_out_names_the_hooks_in_reverse(site):
    plan = explain_request(site(*ROUTES, MIDDLEWARE=THREE), "GET", "/page/")
    assert room(plan, "middleware.out").remarks[0].text == (
        "XFrameOptionsMiddleware.process_response, then CommonMiddleware.process_response, "
        "then SecurityMiddleware.process_response"
    )


def test_the_plan_of_a_request_is_json(site):
    plan = explain_request(site(*ROUTES, MIDDLEWARE=THREE), "GET", "/page")
    read = json.loads(json.dumps(plan.to_dict()))
    assert read["answer"]["location"] == "/page/"
    assert [each["event"] for each in read["rooms"]] == list(lifecycle.EVENTS)


# What is no request ----------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["", "GE T", "/page/", "GÉT"])
def test_refuses_what_is_no_method(site, method):
    with pytest.raises(RequestLineError, match="not a method"):
        explain_request(site(*ROUTES), method, "/")


@pytest.mark.parametrize("target", ["page/", "", "ftp://testserver/", "https:///page/"])
def test_refuses_what_is_neither_path_nor_address(site, target):
    with pytest.raises(RequestLineError, match="neither a path nor an address"):
        explain_request(site(*ROUTES), "GET", target)


@pytest.mark.parametrize(
    ("allowed", "host"),
    [([], "localhost"), (["*"], "localhost"), ([".example.org"], "example.org"), (["a.b"], "a.b")],
)
def test_a_path_alone_is_asked_of_the_first_allowed_host(site, allowed, host):
    assert facts(site(*ROUTES, ALLOWED_HOSTS=allowed), "GET", "/").line.host == host


# Files and preflights that a middleware answers -----------------------------------------------

STATIC = "enfilade.contrib.staticfiles.serving.StaticFilesMiddleware"
CORS = "enfilade.middleware.cors.CorsMiddleware"


@pytest.mark.parametrize("asgi", [False, True], ids=["wsgi", "asgi"])
def test_a_file_of_the_site_is_foreseen_with_its_name(site, tmp_path, asgi) -> None:
    (tmp_path / "site.css").write_text("body {}")
    handler = site(
        path("", view),
        MIDDLEWARE=[SECURITY, STATIC, COMMON],
        STATIC_URL="/static/",
        STATICFILES_DIRS=[tmp_path],
        asgi=asgi,
    )
    plan = explain_request(handler, "GET", "/static/site.css")
    assert (plan.facts.answer.status, plan.facts.answer.by) == (200, "StaticFilesMiddleware")
    assert plan.facts.answer.text.endswith("site.css")
    assert [node.name for node in plan.nodes if "Common" in node.name] == []
    assert explain_request(handler, "GET", "/static/none.css").facts.answer.status == 404
    assert explain_request(handler, "POST", "/static/site.css").facts.answer.status == 405


def test_a_preflight_is_foreseen(site) -> None:
    handler = site(
        path("", view), MIDDLEWARE=[CORS, COMMON], CORS_ALLOWED_ORIGINS=["https://a.example"]
    )
    fields = [("Origin", "https://a.example"), ("Access-Control-Request-Method", "PUT")]
    assert explain_request(handler, "OPTIONS", "/", fields=fields).facts.answer.status == 204
    fields[0] = ("Origin", "https://b.example")
    assert explain_request(handler, "OPTIONS", "/", fields=fields).facts.answer.status == 403
    assert explain_request(handler, "OPTIONS", "/").facts.answer.status is None

"""What is known of a request to a Django site before it is made."""

from typing import Any

import pytest
from django.conf.urls.i18n import i18n_patterns
from django.http import HttpResponse
from django.urls import include, path, re_path, register_converter
from django.utils.deprecation import MiddlewareMixin
from django.views import View
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods

from enfilade.explain.django.request import explain_django_request
from enfilade.explain.line import Draft
from enfilade.explain.measured import measure
from enfilade.explain.rehearsal import rehearse

SECURITY = "django.middleware.security.SecurityMiddleware"
COMMON = "django.middleware.common.CommonMiddleware"
CSRF = "django.middleware.csrf.CsrfViewMiddleware"
LOCALE = "django.middleware.locale.LocaleMiddleware"
NAME = "django_urlconf_to_be_explained"


def front(request: Any) -> HttpResponse:
    raise AssertionError("no view is run")


def greet(request: Any) -> HttpResponse:
    return HttpResponse("hello")


class Door(View):
    def get(self, request: Any) -> HttpResponse:
        raise AssertionError("no view is run")

    def put(self, request: Any) -> HttpResponse:
        raise AssertionError("no view is run")


class Porter(MiddlewareMixin):
    def process_request(self, request: Any) -> None:
        raise AssertionError("no middleware of the site is called")

    def process_view(self, request: Any, *args: Any) -> None:
        raise AssertionError("no middleware of the site is called")

    def process_response(self, request: Any, response: Any) -> Any:
        raise AssertionError("no middleware of the site is called")


def facts(handler: Any, method: str = "GET", target: str = "/", **asked: Any) -> Any:
    return explain_django_request(handler, Draft(method, target, **asked)).facts


# Step 7 --------------------------------------------------------------------------------------


def test_the_pattern_that_wins_has_its_arguments_and_its_name(site) -> None:
    inner = ([path("<int:number>/", front, name="one")], "shop")
    handler = site(path("", front), path("orders/", include(inner, namespace="eu")))
    resolution = facts(handler, target="/orders/7/").resolution
    assert (resolution.winner.route, resolution.winner.name) == ("orders/<int:number>/", "eu:one")
    (argument,) = resolution.arguments
    assert (argument.name, argument.value, argument.type) == ("number", "7", "int")


@pytest.mark.parametrize(
    ("pattern", "reason"),
    [
        (path("orders/<int:n>/", front), "segment 2 'seven' is not an int"),
        (path("order/seven/", front), "literal 'order' expected where 'orders' stands (segment 1)"),
        (path("orders/seven", front), "the path has a trailing slash, the route has none"),
        (path("orders/", include([path("<uuid:n>/", front)])), "segment 2 'seven' is not a uuid"),
        (
            re_path("^orders/([0-9]+)/$", front),
            "the regular expression '^orders/([0-9]+)/$' does not match 'orders/seven/'",
        ),
        (path("orders/seven/", front, name="late"), "shadowed: #1 'orders/<n>/' matches first"),
    ],
    ids=["converter", "literal", "slash", "include", "expression", "shadowed"],
)
def test_a_pattern_that_loses_says_why(site, pattern, reason) -> None:
    handler = site(path("orders/<n>/", front), pattern)
    (other,) = facts(handler, target="/orders/seven/").resolution.others
    assert other.reason == reason


def test_a_converter_of_the_site_is_asked(site) -> None:
    class Year:
        regex = "[0-9]{4}"

        def to_python(self, text: str) -> int:
            if text == "0000":
                raise ValueError("there was no such year")
            return int(text)

    register_converter(Year, "year_to_be_explained")
    handler = site(path("<year_to_be_explained:year>/", front))
    assert facts(handler, target="/1999/").resolution.arguments[0].value == "1999"
    (other,) = facts(handler, target="/0000/").resolution.others
    assert "is refused by <year_to_be_explained:year>: there was no such year" in other.reason


def test_a_converter_that_fails_is_foretold(site) -> None:
    class Broken:
        regex = "[0-9]+"

        def to_python(self, text: str) -> int:
            raise KeyError(text)

    register_converter(Broken, "broken_to_be_explained")
    handler = site(path("<broken_to_be_explained:n>/", front))
    known = facts(handler, target="/7/")
    assert known.resolution.failure == "KeyError: '7'"
    assert known.answer.status == 500


def test_a_path_that_nothing_matches_is_answered_by_the_page_of_the_site(site) -> None:
    def lost(request: Any, exception: Any) -> HttpResponse:
        return HttpResponse(status=404)

    known = facts(site(path("here/", front), names={"handler404": lost}), target="/there/")
    assert (known.answer.status, known.answer.by) == (404, "lost")
    assert known.error_page.own
    assert known.landing is None


@pytest.mark.parametrize(
    ("target", "status", "location"),
    [("/de/page/", None, None), ("/page/", 302, "/en/page/"), ("/nowhere/", 404, None)],
)
def test_foretells_where_a_language_leads(site, target, status, location) -> None:
    handler = site(
        *i18n_patterns(path("page/", front)),
        MIDDLEWARE=[LOCALE],
        LANGUAGE_CODE="en",
        LANGUAGES=[("en", "English"), ("de", "German")],
        USE_I18N=True,
    )
    answer = facts(handler, target=target).answer
    assert (answer.status, answer.location) == (status, location)


# Steps 6 and 8 -------------------------------------------------------------------------------


@pytest.mark.parametrize("asgi", [False, True], ids=["WSGI", "ASGI"])
@pytest.mark.parametrize(
    ("method", "target", "values", "status", "location"),
    [
        ("GET", "/page", {}, 301, "/page/"),
        ("GET", "http://elsewhere.example/page/", {}, 400, None),
        ("GET", "http://testserver/page/", {"SECURE_SSL_REDIRECT": True}, 301,
         "https://testserver/page/"),
        ("GET", "/page/", {"PREPEND_WWW": True}, 301, "http://www.testserver/page/"),
        ("POST", "/page/", {}, 403, None),
        ("POST", "/free/", {}, None, None),
        ("GET", "/page/", {}, None, None),
        ("GET", "/nowhere/", {}, 404, None),
    ],
    ids=["slash", "host", "https", "www", "csrf", "exempt", "view", "404"],
)  # fmt: skip
def test_foretells_what_django_itself_answers(
    site, method, target, values, status, location, asgi
) -> None:
    patterns = (path("page/", front), path("free/", csrf_exempt(front)))
    handler = site(*patterns, asgi=asgi, MIDDLEWARE=[SECURITY, COMMON, CSRF], **values)
    answer = facts(handler, method, target).answer
    assert (answer.status, answer.location) == (status, location)


def test_a_form_with_cookie_and_token_is_let_pass(site) -> None:
    token = "a" * 32
    handler = site(path("", front), MIDDLEWARE=[CSRF])
    fields = (("Cookie", f"csrftoken={token}"), ("X-CSRFToken", token))
    assert facts(handler, "POST", "/", fields=fields).landing.refusal is None
    refusal = facts(handler, "POST", "/", fields=fields[:1]).landing.refusal
    assert refusal.text == "Forbidden: CSRF token missing."


def test_middleware_of_the_site_is_never_called(site) -> None:
    handler = site(path("", front), MIDDLEWARE=[f"{NAME}.Porter"], names={"Porter": Porter})
    known = facts(handler)
    (visit,) = known.visits
    assert (visit.layer.inward, visit.layer.outward) == ("process_request", "process_response")
    assert visit.layer.source.file == __file__
    stops = [(stop.event, stop.happens) for stop in known.stops]
    assert stops == [("middleware.in", "perhaps"), ("middleware.view", "perhaps")]


def test_what_inherits_from_djangos_and_has_its_own_hook_is_not_asked(site) -> None:
    from django.middleware.common import CommonMiddleware

    class Own(CommonMiddleware):
        process_request = Porter.process_request

    handler = site(path("", front), MIDDLEWARE=[f"{NAME}.Own"], names={"Own": Own})
    assert facts(handler, target="http://elsewhere.example/").answer.status is None


def test_the_hops_of_an_async_site_are_told(site) -> None:
    handler = site(
        path("", front), asgi=True, MIDDLEWARE=[CSRF, f"{NAME}.Porter"], names={"Porter": Porter}
    )
    hops = [(hop.to, hop.way, hop.middleware) for hop in facts(handler).hops]
    porter = f"{NAME}.Porter"
    assert hops == [
        ("thread", "in", (CSRF,)),
        ("thread", "out", (CSRF,)),
        ("thread", "in", (porter,)),
        ("thread", "out", (porter,)),
        ("thread", "in", (CSRF,)),
        ("thread", "in", (porter,)),
        ("thread", "both", ()),
    ]


def test_a_middleware_of_the_other_kind_stands_before_a_door(site) -> None:
    def plain(get_response: Any) -> Any:
        return lambda request: get_response(request)

    handler = site(path("", front), asgi=True, MIDDLEWARE=[f"{NAME}.plain"], names={"plain": plain})
    known = facts(handler)
    assert known.door == "to thread"
    assert [visit.layer.door for visit in known.visits] == ["to loop"]


# Step 9 --------------------------------------------------------------------------------------


def test_a_class_says_which_methods_it_answers_and_where(site) -> None:
    handler = site(path("", Door.as_view()))
    landing = facts(handler, "PUT").landing
    assert (landing.view.kind, landing.view.methods) == ("class", ("GET", "PUT", "HEAD", "OPTIONS"))
    assert landing.code.short == "put"
    assert landing.code.line == Door.put.__code__.co_firstlineno
    assert facts(handler, "DELETE").answer.status == 405


def test_decorators_are_told_and_those_that_choose_methods_are_believed(site) -> None:
    view = require_GET(require_http_methods(["GET", "POST"])(front))
    landing = facts(site(path("", view)), "POST").landing
    assert [each.short for each in landing.view.decorators] == ["require_http_methods"] * 2
    assert landing.view.methods == ("GET",)
    assert landing.code.line == front.__code__.co_firstlineno
    assert not landing.accepted


# The nodes -----------------------------------------------------------------------------------


def test_a_middleware_stands_at_the_hook_that_it_is_asked_for(site) -> None:
    class Deaf(MiddlewareMixin):
        pass

    class Own(MiddlewareMixin):
        def __init__(self, get_response: Any) -> None:
            super().__init__(get_response)
            self.process_response = self.mark

        def mark(self, request: Any, response: Any) -> Any:
            raise AssertionError("no middleware of the site is called")

    globals().update(Deaf=Deaf, Own=Own)
    names = [f"{__name__}.{name}" for name in ("Porter", "Deaf", "Own")]
    handler = site(path("", front), MIDDLEWARE=names)
    nodes = explain_django_request(handler, Draft("GET", "/")).unhindered
    lines = {(node.event, node.label): node.source.line for node in nodes if node.source}
    first, last = Porter.process_request, Porter.process_response
    assert lines["middleware.in", "Porter"] == first.__code__.co_firstlineno
    assert lines["middleware.out", "Porter"] == last.__code__.co_firstlineno
    assert lines["middleware.out", "Own"] == Own.mark.__code__.co_firstlineno
    assert lines["middleware.in", "Deaf"] == lines["middleware.out", "Deaf"]


def test_every_node_has_its_step_and_what_is_written_has_its_place(site) -> None:
    handler = site(path("", front), MIDDLEWARE=[SECURITY, CSRF])
    nodes = explain_django_request(handler, Draft("GET", "/")).nodes
    assert [node.step for node in nodes if not node.when] == [4, 5, 6, 6, 7, 8, 9, 10, 11, 11]
    (view,) = (node for node in nodes if node.event == "view")
    assert (view.label, view.source.file) == ("front", __file__)
    assert [node.label for node in nodes if node.step == 8] == ["CsrfViewMiddleware.process_view"]


def test_a_short_circuit_leaves_the_inner_nodes_to_the_unhindered_way(site) -> None:
    handler = site(path("", front), MIDDLEWARE=[SECURITY, COMMON, CSRF])
    plan = explain_django_request(handler, Draft("GET", "http://elsewhere.example/"))
    assert [node.label for node in plan.nodes if node.event == "middleware.in"] == [
        "SecurityMiddleware",
        "CommonMiddleware",
    ]
    assert "front" in [node.label for node in plan.unhindered]


# What would stop it --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "listed"),
    [
        (("GET", "/a"), True),
        (("GET", "/a/"), False),
        (("GET", "/known"), False),
        (("POST", "/a/"), False),
        (("GET", "http://evil.example/a"), False),
    ],
)
def test_a_slash_is_put_only_behind_what_leads_nowhere_without(site, asked, listed) -> None:
    patterns = path("a/", front), path("known", front)
    handler = site(*patterns, MIDDLEWARE=[COMMON, CSRF], ALLOWED_HOSTS=["testserver"])
    settings = [stop.setting for stop in facts(handler, *asked).stops]
    assert ("APPEND_SLASH" in settings) is listed


@pytest.mark.parametrize("host", ["localhost", "x.localhost", "127.0.0.1", "[::1]"])
def test_without_a_host_in_the_settings_debug_allows_those_of_this_machine(site, host) -> None:
    handler = site(path("", front), MIDDLEWARE=[COMMON], ALLOWED_HOSTS=[], DEBUG=True)
    (stop,) = facts(handler, "GET", f"http://{host}/").stops
    assert stop.happens == "no"
    assert stop.when == "if its host is not localhost, below it, 127.0.0.1 or [::1]"


# What it took --------------------------------------------------------------------------------


def test_a_hop_that_comes_last_belongs_to_the_last_step(site) -> None:
    handler = site(path("", greet), asgi=True, MIDDLEWARE=[SECURITY, COMMON])
    plan = explain_django_request(handler, Draft("GET", "/"))
    nodes = measure(plan, rehearse(handler, Draft("GET", "/"))).nodes
    steps = [each.node.step for each in nodes]
    assert nodes[-1].node.event == "hop"
    assert steps == sorted(steps)
    assert steps[-1] == 11

"""What would end a request early, whether it happens to this one or not."""

from typing import Any

import pytest

from enfilade.contrib.auth.decorators import login_required
from enfilade.explain import explain_request
from enfilade.explain.admission import admit
from enfilade.explain.entrance import Reception
from enfilade.explain.line import Draft
from enfilade.http import HttpResponse
from enfilade.middleware import MiddlewareMixin
from enfilade.server.configuration import configure
from enfilade.urls import path
from enfilade.views import View
from enfilade.views.decorators.cache import cache_page, never_cache
from enfilade.views.decorators.csrf import csrf_exempt
from enfilade.views.decorators.http import condition, require_POST, require_safe
from enfilade.views.decorators.method import method_decorator

OURS = "enfilade.middleware."
SECURITY, COMMON = OURS + "security.SecurityMiddleware", OURS + "common.CommonMiddleware"
CSRF, CORS = OURS + "csrf.CsrfViewMiddleware", OURS + "cors.CorsMiddleware"
UPDATE = OURS + "cache.UpdateCacheMiddleware"
FETCH = OURS + "cache.FetchFromCacheMiddleware"
CONDITIONAL = OURS + "http.ConditionalGetMiddleware"
LOGIN = "enfilade.contrib.auth.middleware.LoginRequiredMiddleware"
SESSIONS = "enfilade.contrib.sessions.middleware.SessionMiddleware"
AUTH = "enfilade.contrib.auth.middleware.AuthenticationMiddleware"


class Porter(MiddlewareMixin):
    def process_request(self, request: Any) -> Any:
        return None


class Watcher(MiddlewareMixin):
    answers = False

    def process_request(self, request: Any) -> Any:
        return None


def guard(get_response: Any) -> Any:
    return lambda request: get_response(request)


def view(request: Any) -> Any:
    return HttpResponse()


def told(handler: Any, method: str = "GET", target: str = "/", **more: Any) -> dict[str, Any]:
    stops = explain_request(handler, method, target, **more).facts.stops
    return {f"{stop.by} {stop.status or '?'}": stop for stop in stops}


def happens(handler: Any, *asked: Any, **more: Any) -> dict[str, str]:
    return {name: stop.happens for name, stop in told(handler, *asked, **more).items()}


def test_every_one_of_ours_says_in_which_case_it_answers(site) -> None:
    handler = site(
        path("", view),
        MIDDLEWARE=[SECURITY, CORS, UPDATE, COMMON, CONDITIONAL, FETCH, CSRF],
        SECURE_SSL_REDIRECT=True,
        PREPEND_WWW=False,
        ALLOWED_HOSTS=["shop.example"],
    )
    stops = told(handler)
    assert list(stops) == [
        "SecurityMiddleware 301", "CorsMiddleware 204", "CommonMiddleware 400",
        "FetchFromCacheMiddleware 200", "CsrfViewMiddleware 403", "ConditionalGetMiddleware 304",
    ]  # fmt: skip
    assert {stop.happens for stop in stops.values()} == {"no", "perhaps"}
    assert stops["CommonMiddleware 400"].when == "if its host is not shop.example"
    assert stops["CommonMiddleware 400"].setting == "ALLOWED_HOSTS"
    steps = [stop.step for stop in stops.values()]
    assert steps == sorted(steps)
    for stop in stops.values():
        assert stop.source is not None
        assert stop.source.line


def test_what_is_switched_off_cannot_stop_anything(site) -> None:
    handler = site(path("", view), MIDDLEWARE=[SECURITY, COMMON], APPEND_SLASH=False,
                   ALLOWED_HOSTS=["*"])  # fmt: skip
    assert not told(handler)


@pytest.mark.parametrize(
    ("asked", "settings", "name"),
    [
        (("GET", "http://testserver/"), {"SECURE_SSL_REDIRECT": True}, "SecurityMiddleware 301"),
        (("GET", "http://evil.example/"), {}, "CommonMiddleware 400"),
        (("GET", "http://testserver/a"), {}, "CommonMiddleware 301"),
        (("POST", "http://testserver/"), {}, "CsrfViewMiddleware 403"),
    ],
)
def test_what_stops_this_request_is_known(site, asked, settings, name) -> None:
    hosts = {"ALLOWED_HOSTS": ["testserver"]}
    middleware = [SECURITY, COMMON, CSRF]
    handler = site(path("", view), path("a/", view), MIDDLEWARE=middleware, **hosts, **settings)
    known = happens(handler, *asked)
    assert [stop for stop, what in known.items() if what == "yes"] == [name]


@pytest.mark.parametrize(
    ("asked", "listed"),
    [
        (("GET", "/b"), True),
        (("GET", "/a/"), False),
        (("GET", "/nowhere/"), False),
        (("GET", "/known"), False),
        (("POST", "/a/"), False),
        (("GET", "http://evil.example/a"), False),
    ],
)
def test_a_slash_is_put_only_behind_what_leads_nowhere_without(site, asked, listed) -> None:
    routes = path("a/", view), path("known", view)
    handler = site(*routes, MIDDLEWARE=[COMMON, CSRF], ALLOWED_HOSTS=["testserver"])
    assert ("CommonMiddleware 301" in told(handler, *asked)) is listed


@pytest.mark.parametrize("host", ["localhost", "x.localhost", "127.0.0.1", "[::1]"])
def test_without_a_host_in_the_settings_debug_allows_those_of_this_machine(site, host) -> None:
    handler = site(path("", view), MIDDLEWARE=[COMMON], ALLOWED_HOSTS=[], DEBUG=True)
    stop = told(handler, "GET", f"http://{host}/")["CommonMiddleware 400"]
    assert stop.happens == "no"
    assert stop.when == "if its host is not localhost, below it, 127.0.0.1 or [::1]"
    assert happens(handler, "GET", "http://evil.example/")["CommonMiddleware 400"] == "yes"


def test_what_the_moment_decides_is_perhaps(site) -> None:
    handler = site(path("", view), MIDDLEWARE=[UPDATE, COMMON, CONDITIONAL, FETCH])
    assert happens(handler)["FetchFromCacheMiddleware 200"] == "perhaps"
    assert happens(handler)["ConditionalGetMiddleware 304"] == "no"
    fields = [("If-None-Match", '"abc"')]
    assert happens(handler, fields=fields)["ConditionalGetMiddleware 304"] == "perhaps"
    assert "FetchFromCacheMiddleware 200" not in happens(handler, "POST")


def test_of_a_middleware_of_the_site_only_its_code_knows(site) -> None:
    stops = told(site(path("", view), MIDDLEWARE=[guard, Porter, Watcher]))
    assert {name: stop.happens for name, stop in stops.items()} == {
        "guard ?": "perhaps",
        "Porter ?": "perhaps",
    }


def test_a_view_has_stops_of_its_own(site) -> None:
    handler = site(
        path("post/", require_POST(csrf_exempt(view))),
        path("cached/", cache_page(60)(view)),
        path("known/", condition(lambda request: "a")(view)),
        path("login/", login_required(view)),
        MIDDLEWARE=[CSRF],
        LOGIN_URL="/login/",
    )
    assert happens(handler, "POST", "/post/") == {"view 405": "no"}
    assert happens(handler, "GET", "/post/") == {"view 405": "yes"}
    assert happens(handler, "GET", "/cached/")["cache_page 200"] == "perhaps"
    assert happens(handler, "GET", "/known/")["condition 304"] == "no"
    assert told(handler, "GET", "/login/")["login_required 302"].when == "who has not signed in"


def test_a_login_that_all_views_ask_for(site) -> None:
    handler = site(path("", view), MIDDLEWARE=[SESSIONS, AUTH, LOGIN], LOGIN_URL="/login/")
    assert happens(handler) == {"LoginRequiredMiddleware 302": "perhaps"}


def test_the_decorators_around_a_view_have_places(site) -> None:
    handler = site(path("", require_POST(cache_page(60)(login_required(require_POST(view))))))
    landing = explain_request(handler, "POST", "/").facts.landing
    assert landing is not None
    assert [each.short for each in landing.view.decorators] == [
        "require_http_methods",
        "CacheMiddleware",
        "login_required",
        "require_http_methods",
    ]
    assert all(each.file and each.line for each in landing.view.decorators)


def test_the_server_stops_before_all_others(site) -> None:
    handler = site(path("", view), MIDDLEWARE=[COMMON])
    options = {"limit_line": "10", "control": "/run/a", "queue_timeout": "2"}
    reception = Reception(configure(options, {}), handler, "wsgi")
    entrance = reception.receive(Draft("GET", "/"))
    stops = admit(explain_request(handler, "GET", "/"), entrance).facts.stops
    assert [stop.step for stop in stops] == sorted(stop.step for stop in stops)
    known = {(stop.status, stop.setting): stop.happens for stop in stops}
    assert known[414, "limit-line"] == "yes"
    assert known[413, "limit-body"] == "no"
    assert known[503, "control"] == "perhaps"
    assert known[503, "queue-timeout"] == "perhaps"
    assert known[504, "application-timeout"] == "perhaps"


def test_decorators_of_methods_have_the_names_that_are_written(site) -> None:
    @method_decorator([require_safe, never_cache], name="dispatch")
    class Page(View):
        @method_decorator(csrf_exempt)
        def get(self, request: Any) -> Any:
            return HttpResponse()

    landing = explain_request(site(path("", Page.as_view())), "GET", "/").facts.landing
    assert landing is not None
    assert [each.short for each in landing.view.decorators] == [
        "require_safe",
        "never_cache",
        "csrf_exempt",
    ]

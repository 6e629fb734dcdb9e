"""CORS in the order of the Fetch standard: https://fetch.spec.whatwg.org/#http-cors-protocol.

The table of "CORS protocol and credentials"
(https://fetch.spec.whatwg.org/#cors-protocol-and-credentials) is asked as a browser would.
"""

import re
from contextlib import ExitStack

import pytest

from enfilade.exceptions import ImproperlyConfigured
from enfilade.http import HttpResponse
from enfilade.middleware.cors import CorsMiddleware, CrossOriginPolicy
from enfilade.test import AsyncClient, Client, override_settings
from enfilade.urls import path
from enfilade.views.decorators.cors import cross_origin

APP = "https://app.example.org"
CORS = "enfilade.middleware.cors.CorsMiddleware"
COMMON = "enfilade.middleware.common.CommonMiddleware"


def view(request):
    return HttpResponse("x", headers=dict(request.GET.items()))


def fail(request):
    raise ValueError


@cross_origin(allowed_origins=["https://one.example.org"], allow_credentials=True)
def own(request):
    return HttpResponse("own")


@cross_origin(allow_all_origins=True)
async def open_to_all(request):
    return HttpResponse("open")


class URLs:
    urlpatterns = [
        path("", view),
        path("slash/", view),
        path("api/x/", view),
        path("fail/", fail),
        path("own/", own),
        path("open/", open_to_all),
    ]


@pytest.fixture
def ask():
    """Call it with the policy as settings (without CORS_) to get a function that sends requests."""

    def make(chain=(CORS, COMMON), **policy):
        values = {f"CORS_{name}": value for name, value in policy.items()}
        site = override_settings(MIDDLEWARE=list(chain), ROOT_URLCONF=URLs, **values)
        stack.enter_context(site)
        client = Client(raise_request_exception=False)

        def send(origin=None, target="/", method="GET", **fields):
            headers = {name.replace("_", "-"): value for name, value in fields.items()}
            if origin is not None:
                headers["Origin"] = origin
            return client.generic(method, target, headers=headers)

        return send

    with ExitStack() as stack:
        yield make


def preflight(send, origin=APP, target="/", method="PUT", **fields):
    return send(origin, target, "OPTIONS", Access_Control_Request_Method=method, **fields)


def said(response):
    """The fields of CORS, and Vary."""
    return {
        name.removeprefix("Access-Control-"): value
        for name, value in response.headers.items()
        if name.startswith("Access-Control-") or name == "Vary"
    }


# HTTP requests: https://fetch.spec.whatwg.org/#http-requests ---------------------------------


def test_a_request_without_origin_gets_vary_and_nothing_else(ask):
    """Without Vary a cache would give this answer to a script ("CORS protocol and HTTP caches")."""
    assert said(ask(ALLOWED_ORIGINS=[APP])()) == {"Vary": "Origin"}


def test_a_request_of_an_allowed_origin_is_told_so(ask):
    response = ask(ALLOWED_ORIGINS=[APP])(APP)
    assert response.content == b"x"
    assert said(response) == {"Allow-Origin": APP, "Vary": "Origin"}


def test_a_request_of_another_origin_is_answered_without_a_word_of_it(ask):
    response = ask(ALLOWED_ORIGINS=[APP])("https://other.example")
    assert response.content == b"x"
    assert said(response) == {"Vary": "Origin"}


def test_vary_joins_what_the_view_depends_on(ask):
    response = ask(ALLOWED_ORIGINS=[APP])(APP, "/?Vary=Cookie")
    assert response.headers["Vary"] == "Cookie, Origin"


def test_all_origins_are_the_same_star_which_depends_on_nothing(ask):
    send = ask(ALLOW_ALL_ORIGINS=True)
    assert [said(send(origin)) for origin in (None, APP, "null")] == [{"Allow-Origin": "*"}] * 3


def test_what_a_view_says_itself_stays(ask):
    response = ask(ALLOWED_ORIGINS=[APP])(APP, "/?Access-Control-Allow-Origin=https://b.example")
    assert said(response) == {"Allow-Origin": "https://b.example"}


@pytest.mark.parametrize("target", ["/nowhere/", "/fail/", "/slash"])
def test_error_pages_and_redirects_may_be_read_too(ask, target):
    """A script should learn that it failed, and how."""
    response = ask(ALLOWED_ORIGINS=[APP])(APP, target)
    assert response.status_code in (301, 404, 500)
    assert said(response)["Allow-Origin"] == APP


# Preflight: https://fetch.spec.whatwg.org/#cors-preflight-fetch ------------------------------


def test_a_preflight_is_answered_before_the_view(ask):
    response = preflight(ask(ALLOWED_ORIGINS=[APP]), target="/fail/")
    assert (response.status_code, response.content) == (204, b"")
    assert "Content-Type" not in response.headers
    assert said(response) == {
        "Allow-Origin": APP,
        "Allow-Methods": "DELETE, GET, OPTIONS, PATCH, POST, PUT",
        "Allow-Headers": "accept, authorization, content-type, user-agent, x-csrftoken, "
        "x-requested-with",
        "Max-Age": "86400",
        "Vary": "Origin",
    }


def test_a_preflight_is_not_redirected_to_the_slash(ask):
    """A browser takes a redirect for a refusal."""
    assert preflight(ask(ALLOWED_ORIGINS=[APP]), target="/slash").status_code == 204


def test_a_preflight_of_another_origin_is_refused_in_words(ask):
    response = preflight(ask(ALLOWED_ORIGINS=[APP]), "https://other.example")
    assert response.status_code == 403
    assert b"may not use this site" in response.content
    assert said(response) == {"Vary": "Origin"}


def test_options_without_the_question_go_to_the_view(ask):
    send = ask(ALLOWED_ORIGINS=[APP])
    assert send(APP, method="OPTIONS").content == b"x"
    assert send(None, method="OPTIONS", Access_Control_Request_Method="PUT").content == b"x"


def test_the_lists_are_those_of_the_settings(ask):
    send = ask(
        ALLOWED_ORIGINS=[APP],
        ALLOW_METHODS=["GET"],
        ALLOW_HEADERS=["x-one", "x-two"],
        EXPOSE_HEADERS=["ETag", "Link"],
        PREFLIGHT_MAX_AGE=0,
    )
    assert said(preflight(send)) == {
        "Allow-Origin": APP,
        "Allow-Methods": "GET",
        "Allow-Headers": "x-one, x-two",
        "Expose-Headers": "ETag, Link",
        "Max-Age": "0",
        "Vary": "Origin",
    }
    assert said(send(APP))["Expose-Headers"] == "ETag, Link"


def test_empty_lists_are_left_out(ask):
    send = ask(ALLOWED_ORIGINS=[APP], ALLOW_METHODS=[], ALLOW_HEADERS=[], PREFLIGHT_MAX_AGE=None)
    assert said(preflight(send)) == {"Allow-Origin": APP, "Vary": "Origin"}


@pytest.mark.parametrize(
    ("allowed", "wanted", "answer"),
    [(True, "true", "true"), (True, "maybe", None), (True, None, None), (False, "true", None)],
)
def test_a_private_network_is_opened_only_by_its_setting(ask, allowed, wanted, answer):
    send = ask(ALLOWED_ORIGINS=[APP], ALLOW_PRIVATE_NETWORK=allowed)
    asked = {"Access_Control_Request_Private_Network": wanted} if wanted else {}
    assert said(preflight(send, **asked)).get("Allow-Private-Network") == answer


# Credentials: https://fetch.spec.whatwg.org/#cors-protocol-and-credentials ------------------


@pytest.mark.parametrize(
    ("mode", "policy", "shared"),
    [
        ("omit", {"ALLOW_ALL_ORIGINS": True}, True),
        ("omit", {"ALLOWED_ORIGINS": [APP]}, True),
        ("omit", {"ALLOWED_ORIGINS": [APP], "ALLOW_CREDENTIALS": True}, True),
        ("omit", {"ALLOWED_ORIGINS": ["https://b.example"]}, False),
        ("include", {"ALLOW_ALL_ORIGINS": True}, False),
        ("include", {"ALLOWED_ORIGINS": [APP]}, False),
        ("include", {"ALLOWED_ORIGINS": [APP], "ALLOW_CREDENTIALS": True}, True),
    ],
)
def test_an_answer_is_shared_as_the_table_of_the_standard_says(ask, mode, policy, shared):
    send = ask(**policy)
    for response in (send(APP), preflight(send)):
        assert passes_cors_check(said(response), mode) == shared


def passes_cors_check(fields, mode):
    """The algorithm "CORS check": https://fetch.spec.whatwg.org/#cors-check."""
    origin = fields.get("Allow-Origin")
    if origin is None:
        return False
    if mode != "include" and origin == "*":
        return True
    if origin != APP:
        return False
    return mode != "include" or fields.get("Allow-Credentials") == "true"


# Who is allowed -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("origin", "allowed"),
    [
        ("https://example.org", True),
        ("https://a.example.org", True),
        ("https://a.b.example.org", True),
        ("http://a.example.org", False),
        ("https://a.example.org:8443", False),
        ("http://localhost:3000", True),
        ("http://localhost", False),
        ("chrome-extension://abcdef", True),
        ("https://app7.example.net", True),
        ("https://app77.example.net", False),
    ],
)
def test_origins_are_allowed_by_name_by_wildcard_and_by_pattern(origin, allowed):
    policy = CrossOriginPolicy(
        allowed_origins=[
            "https://*.example.org",
            "http://localhost:3000",
            "chrome-extension://abcdef",
        ],
        allowed_origin_regexes=[re.compile(r"https://app[0-9]\.example\.net")],
    )
    assert CorsMiddleware(view, policy).allows(origin) == allowed


@pytest.mark.parametrize(
    ("origin", "fault"),
    [
        ("example.org", "has no scheme"),
        ("//example.org", "has no scheme"),
        ("https://example.org/", "has a path"),
        ("https://example.org/app", "has a path"),
        ("https://Example.org", "not in lower case"),
        ("https://example.org:443", "the default port"),
        ("https://example.org:x", "cannot be read"),
        ("https://*", "cannot be read"),
        ("https://a*.example.org", "cannot be read"),
        ("*", "CORS_ALLOW_ALL_ORIGINS"),
        ("null", "sandboxed frame"),
    ],
)
def test_an_origin_that_no_browser_sends_is_refused_at_start_up(origin, fault):
    with pytest.raises(ImproperlyConfigured, match=re.escape(fault)) as raised:
        CrossOriginPolicy(allowed_origins=[origin])
    assert "https://app.example.org" in raised.value.hint


@pytest.mark.parametrize(
    "policy", [{"allowed_origins": "https://app.example.org"}, {"allow_methods": "PUT"}]
)
def test_a_text_in_the_place_of_a_list_is_refused(policy):
    (name,) = policy
    with pytest.raises(ImproperlyConfigured, match=f"{name} of a CORS policy is a text") as raised:
        cross_origin(**policy)
    assert f"{name}=['" in raised.value.hint


def test_all_origins_with_credentials_are_refused_at_start_up(ask):
    send = ask(ALLOW_ALL_ORIGINS=True, ALLOW_CREDENTIALS=True)
    with pytest.raises(ImproperlyConfigured, match="any site that somebody visits"):
        send(APP)


def test_a_pattern_that_is_none_is_refused_at_start_up(ask):
    with pytest.raises(ImproperlyConfigured, match="no regular expression"):
        ask(ALLOWED_ORIGIN_REGEXES=["("])(APP)


# Paths, chains and single views ----------------------------------------------------------------


def test_only_the_paths_of_the_pattern_are_concerned(ask):
    send = ask(ALLOWED_ORIGINS=[APP], URLS_REGEX=r"^/api/")
    assert said(send(APP, "/api/x/"))["Allow-Origin"] == APP
    assert said(send(APP, "/slash/")) == {}
    assert preflight(send, target="/slash/").status_code == 200


@pytest.mark.parametrize("chain", [[CORS, COMMON], [COMMON]])
def test_a_view_may_have_a_policy_of_its_own(ask, chain):
    send = ask(chain=chain, ALLOWED_ORIGINS=[APP], URLS_REGEX=r"^/api/")
    one = "https://one.example.org"
    wanted = {"Allow-Origin": one, "Allow-Credentials": "true", "Vary": "Origin"}
    assert said(send(one, "/own/")) == wanted
    assert preflight(send, one, "/own/").status_code == 204
    assert said(preflight(send, one, "/own/")).items() >= wanted.items()
    assert preflight(send, APP, "/own/").status_code == 403
    assert said(send(APP, "/open/")) == {"Allow-Origin": "*"}


async def test_the_async_chain_answers_alike(ask):
    ask(ALLOWED_ORIGINS=[APP])
    client = AsyncClient()
    assert said(await client.get("/", headers={"Origin": APP}))["Allow-Origin"] == APP
    asked = {"Origin": APP, "Access-Control-Request-Method": "PUT"}
    assert (await client.options("/fail/", headers=asked)).status_code == 204

"""What a real browser lets a script of another origin read."""

from contextlib import ExitStack

import pytest

from enfilade.http import HttpResponse, JsonResponse
from enfilade.test import LiveServer, override_settings
from enfilade.urls import path

CORS = "enfilade.middleware.cors.CorsMiddleware"
ASK = """async ([url, options]) => {
    try {
        const response = await fetch(url, options);
        return [response.status, await response.text(), response.headers.get("X-Told")];
    } catch (error) { return error.name; }
}"""


def page(request):
    return HttpResponse("<title>a page of another origin</title>")


def api(request):
    content = {"method": request.method, "cookie": request.COOKIES.get("visitor")}
    response = JsonResponse(content, headers={"X-Told": "yes"})
    response.set_cookie("visitor", "known", samesite="Lax")
    return response


class URLs:
    urlpatterns = [path("", page), path("api/", api)]


def other_application(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/html"), ("Content-Length", "0")])
    return []


@pytest.mark.slow
@pytest.mark.service
@pytest.mark.parametrize(
    ("policy", "options", "seen"),
    [
        ({}, {}, "TypeError"),
        ({"ALLOW_ALL_ORIGINS": True}, {}, [200, None]),
        ({"ALLOW_ALL_ORIGINS": True}, {"credentials": "include"}, "TypeError"),
        ({"ALLOWED_ORIGINS": True}, {}, [200, None]),
        ({"ALLOWED_ORIGINS": True}, {"credentials": "include"}, "TypeError"),
        (
            {"ALLOWED_ORIGINS": True, "ALLOW_CREDENTIALS": True, "EXPOSE_HEADERS": ["X-Told"]},
            {"credentials": "include"},
            [200, "yes"],
        ),
        ({"ALLOWED_ORIGINS": True}, {"method": "PUT"}, [200, None]),
        ({"ALLOWED_ORIGINS": True, "ALLOW_METHODS": ["GET"]}, {"method": "PUT"}, "TypeError"),
        ({"ALLOWED_ORIGINS": True}, {"headers": {"X-CSRFToken": "x"}}, [200, None]),
        ({"ALLOWED_ORIGINS": True}, {"headers": {"X-Other": "x"}}, "TypeError"),
    ],
)
def test_a_script_of_another_origin_reads_what_the_policy_allows(browser, policy, options, seen):
    with ExitStack() as stack:
        elsewhere = stack.enter_context(LiveServer(other_application))
        if policy.get("ALLOWED_ORIGINS"):
            policy = {**policy, "ALLOWED_ORIGINS": [elsewhere.url]}
        values = {f"CORS_{name}": value for name, value in policy.items()}
        settings = override_settings(ROOT_URLCONF=URLs, MIDDLEWARE=[CORS], **values)
        stack.enter_context(settings)
        site = stack.enter_context(LiveServer())
        tab = browser.new_page()
        tab.goto(elsewhere.url)
        answer = tab.evaluate(ASK, [f"{site.url}/api/", options])
        tab.close()
    if seen == "TypeError":
        assert answer == seen
    else:
        assert [answer[0], answer[2]] == seen
        assert options.get("method", "GET") in answer[1]

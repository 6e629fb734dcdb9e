"""The decorators, on sync and async views, compared with Django's."""

import inspect

import pytest

from enfilade.bridge import iscoroutinefunction
from enfilade.http import HttpResponse
from enfilade.views.decorators.clickjacking import xframe_options_deny
from enfilade.views.decorators.common import no_append_slash
from enfilade.views.decorators.http import require_http_methods

METHODS = ["GET", "HEAD", "POST", "PUT", "OPTIONS"]


def _views(side):
    def view(request, *args, **kwargs):
        """A poem."""
        return side.HttpResponse("reached")

    async def aview(request, *args, **kwargs):
        return side.HttpResponse("reached")

    return view, aview


async def _call(view, request):
    response = view(request)
    return await response if inspect.isawaitable(response) else response


async def _seen(side, decorate, method):
    seen = []
    for view in _views(side):
        decorated = decorate(side)(view)
        response = await _call(decorated, side.factory.generic(method, "/"))
        exempt = getattr(response, "xframe_options_exempt", None)
        fields = dict(response.items())
        seen.append(
            (response.status_code, fields, response.content, exempt, iscoroutinefunction(decorated))
        )
    return seen


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    "decorate",
    [
        lambda side: side.require.require_GET,
        lambda side: side.require.require_POST,
        lambda side: side.require.require_safe,
        lambda side: side.require.require_http_methods(["PUT", "OPTIONS"]),
        lambda side: side.frames.xframe_options_deny,
        lambda side: side.frames.xframe_options_sameorigin,
        lambda side: side.frames.xframe_options_exempt,
        lambda side: side.common.no_append_slash,
    ],
)
async def test_does_what_django_s_does(sides, decorate, method):
    ours, theirs = [await _seen(side, decorate, method) for side in sides]
    assert ours == theirs


def test_keeps_a_frame_option_that_the_view_has_set(rf):
    view = xframe_options_deny(lambda request: HttpResponse(headers={"X-Frame-Options": "x"}))
    assert view(rf.get("/")).headers["X-Frame-Options"] == "x"


def test_no_append_slash_marks_the_new_function_only():
    def view(request): ...

    assert no_append_slash(view).should_append_slash is False
    assert not hasattr(view, "should_append_slash")


def test_keeps_name_and_docstring(sides):
    view = require_http_methods(["GET"])(_views(sides[0])[0])
    assert (view.__name__, view.__doc__) == ("view", "A poem.")


def test_tells_route_listings_which_methods_are_allowed(sides):
    assert require_http_methods(iter(["GET", "PUT"]))(_views(sides[0])[0]).allowed_methods == (
        "GET",
        "PUT",
    )


def test_a_refusal_is_logged(rf, caplog, sides):
    require_http_methods(["GET"])(_views(sides[0])[0])(rf.post("/x/"))
    assert [record.getMessage() for record in caplog.records] == ["Method Not Allowed (POST): /x/"]

"""render, redirect and resolve_url."""

from types import ModuleType

import pytest

from enfilade.exceptions import DisallowedRedirect
from enfilade.http import HttpResponse
from enfilade.shortcuts import redirect, render, resolve_url
from enfilade.test import RequestFactory, override_settings
from enfilade.urls import NoReverseMatch, path, reverse_lazy


def poem(request, **kwargs):
    return HttpResponse("a poem")


@pytest.fixture(autouse=True)
def urlconf():
    module = ModuleType("shortcuts_urls")
    module.urlpatterns = [
        path("poems/<int:pk>/", poem, name="poem"),
        path("all/", poem, name="all"),
    ]
    with override_settings(ROOT_URLCONF=module):
        yield


class Poem:
    def get_absolute_url(self):
        return "/poems/7/"


@pytest.mark.parametrize(
    ("to", "args", "kwargs", "url"),
    [
        ("poem", (7,), {}, "/poems/7/"),
        ("poem", (), {"pk": 7}, "/poems/7/"),
        (Poem(), (), {}, "/poems/7/"),
        (reverse_lazy("all"), (), {}, "/all/"),
        ("/anywhere/", (), {}, "/anywhere/"),
        ("https://example.org/?a=1", (), {}, "https://example.org/?a=1"),
        ("./beside", (), {}, "./beside"),
        ("../above", (), {}, "../above"),
        ("page.html", (), {}, "page.html"),
    ],
)
def test_resolves_whatever_has_a_url(to, args, kwargs, url):
    assert resolve_url(to, *args, **kwargs) == url


@pytest.mark.parametrize("to", ["no-such-name", lambda request: None])
def test_does_not_take_a_lost_name_or_view_for_a_url(to):
    with pytest.raises(NoReverseMatch):
        resolve_url(to)


@pytest.mark.parametrize(
    ("permanent", "preserve_request", "status"),
    [(False, False, 302), (True, False, 301), (False, True, 307), (True, True, 308)],
)
def test_redirects_with_the_right_status(permanent, preserve_request, status):
    response = redirect("poem", pk=7, permanent=permanent, preserve_request=preserve_request)
    assert (response.status_code, response["Location"]) == (status, "/poems/7/")


def test_does_not_redirect_to_another_scheme():
    with pytest.raises(DisallowedRedirect):
        redirect("javascript:alert.x")


def test_renders_a_template_with_status_and_type(tmp_path):
    (tmp_path / "poem.html").write_text("{{ title }} at {{ request.path }}")
    with override_settings(TEMPLATES=[{"DIRS": [tmp_path]}]):
        request = RequestFactory().get("/x/")
        response = render(request, "poem.html", {"title": "Ode"}, "text/plain", 418)
    assert (response.content, response.status_code) == (b"Ode at /x/", 418)
    assert response["Content-Type"] == "text/plain"


def test_renders_the_first_template_there_is(tmp_path):
    (tmp_path / "second.html").write_text("second")
    with override_settings(TEMPLATES=[{"DIRS": [tmp_path]}]):
        assert render(None, ["first.html", "second.html"]).content == b"second"

"""TemplateView and RedirectView."""

import pytest

from enfilade.exceptions import ImproperlyConfigured
from enfilade.urls import path, reverse_lazy
from enfilade.views.generic import RedirectView, TemplateView


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "poem.html").write_text("{{ title }} by {{ view.poet }}, {{ request.path }}")
    return {"TEMPLATES": [{"DIRS": [tmp_path]}]}


class Poem(TemplateView):
    template_name = "poem.html"
    poet = "Sappho"


def test_a_template_sees_the_captured_values_and_the_view(site, folder):
    client = site(path("<str:title>/", Poem.as_view()), **folder)
    response = client.get("/Fragment 31/")
    assert response.text == "Fragment 31 by Sappho, /Fragment 31/"
    assert response.headers["Content-Type"] == "text/html; charset=utf-8"


def test_extra_context_and_content_type_can_be_given_to_as_view(site, folder):
    view = Poem.as_view(extra_context={"title": "Ode"}, content_type="text/plain")
    response = site(path("", view), **folder).get("/")
    assert response.text == "Ode by Sappho, /"
    assert response.headers["Content-Type"] == "text/plain"


def test_a_template_view_answers_head_without_a_body(site, folder):
    response = site(path("", Poem.as_view()), **folder).head("/")
    assert (response.status_code, response.content) == (200, b"")


def test_the_response_is_not_rendered_by_the_view(rf):
    response = Poem.as_view()(rf.get("/"))
    assert not response.is_rendered
    assert response.template_name == ["poem.html"]


def test_a_template_view_without_a_template_says_what_to_do(rf):
    with pytest.raises(ImproperlyConfigured) as caught:
        TemplateView.as_view()(rf.get("/"))
    assert "template_name" in caught.value.hint


@pytest.mark.parametrize(
    "method", ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"]
)
@pytest.mark.parametrize(
    "initkwargs",
    [
        {"url": "/there/%(pk)s/"},
        {"url": "/there/", "permanent": True},
        {"url": "/there/", "query_string": True},
        {"url": "/hundred%%/"},
        {},
    ],
)
def test_redirects_like_django(sides, method, initkwargs):
    seen = []
    for side in sides:
        view = side.generic.RedirectView.as_view(**initkwargs)
        response = view(side.factory.generic(method, "/here/?a=1&b=%20"), pk=7)
        fields = {
            name: response.headers.get(name) for name in ("Location", "Allow", "Content-Type")
        }
        seen.append((response.status_code, fields, response.content))
    assert seen[0] == seen[1]


def test_redirects_to_a_pattern_by_its_name(site):
    client = site(
        path("old/<int:pk>/", RedirectView.as_view(pattern_name="new")),
        path("new/<int:pk>/", Poem.as_view(), name="new"),
    )
    assert client.get("/old/7/").url == "/new/7/"


def test_gone_is_logged(rf, caplog):
    RedirectView.as_view()(rf.get("/lost/"))
    assert [record.getMessage() for record in caplog.records] == ["Gone: /lost/"]


def test_a_redirect_view_takes_a_lazy_url(site):
    client = site(
        path("new/", Poem.as_view(), name="new"),
        path("old/", RedirectView.as_view(url=reverse_lazy("new"))),
    )
    assert client.get("/old/").url == "/new/"

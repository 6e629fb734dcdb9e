"""Responses that are rendered late, compared with Django's in what both share."""

import pickle

import pytest

from enfilade.http import HttpResponse
from enfilade.template import ContentNotRenderedError, SimpleTemplateResponse, TemplateResponse
from enfilade.test import RequestFactory, override_settings


@pytest.fixture(autouse=True)
def folder(tmp_path):
    (tmp_path / "poem.html").write_text("{{ title }} {{ request.path if request }}")
    with override_settings(TEMPLATES=[{"NAME": "one", "DIRS": [tmp_path]}]):
        yield


def _poem(**options):
    return SimpleTemplateResponse("poem.html", {"title": "Ode"}, **options)


def test_is_rendered_when_asked_and_only_once():
    response = _poem()
    assert not response.is_rendered
    response.context_data = {"title": "Hymn"}
    assert response.render() is response
    response.context_data = {"title": "Elegy"}
    response.render()
    assert (response.content, response.is_rendered) == (b"Hymn ", True)


@pytest.mark.parametrize("read", [lambda r: r.content, list, pickle.dumps, lambda r: r.text])
def test_cannot_be_read_before_it_is_rendered(read):
    with pytest.raises(ContentNotRenderedError, match=r"poem\.html"):
        read(_poem())


def test_content_that_is_set_counts_as_rendered():
    response = _poem()
    response.content = "by hand"
    response.render()
    assert response.content == b"by hand"


def test_rendered_content_can_be_looked_at_without_deciding():
    response = _poem()
    assert response.rendered_content == "Ode "
    assert not response.is_rendered


def test_the_request_reaches_the_template():
    request = RequestFactory().get("/poems/")
    assert TemplateResponse(request, "poem.html").render().content == b" /poems/"


@pytest.mark.parametrize("choice", ["poem.html", ["lost.html", "poem.html"], ("poem.html",)])
def test_takes_a_name_or_several(choice):
    assert SimpleTemplateResponse(choice).render().content == b" "


def test_takes_a_template():
    template = _poem().resolve_template("poem.html")
    assert SimpleTemplateResponse(template, {"title": "x"}).render().content == b"x "


def test_callbacks_run_after_rendering_and_may_replace_the_response():
    seen = []
    response = _poem()
    response.add_post_render_callback(lambda r: seen.append(r.content))
    response.add_post_render_callback(lambda r: HttpResponse(r.content.upper()))
    response.add_post_render_callback(lambda r: seen.append(r.content))
    assert response.render().content == b"ODE "
    assert seen == [b"Ode ", b"ODE "]


def test_a_late_callback_runs_at_once():
    seen = []
    response = _poem()
    response.render()
    response.add_post_render_callback(seen.append)
    assert seen == [response]


def test_status_type_headers_and_charset_are_those_of_any_response():
    response = _poem(status=201, content_type="text/plain", headers={"X-A": "1"}, charset="utf-16")
    response.render()
    assert (response.status_code, response["Content-Type"], response["X-A"]) == (
        201,
        "text/plain",
        "1",
    )
    assert response.content.decode("utf-16") == "Ode "


def test_an_engine_can_be_chosen():
    assert _poem(using="one").render().content == b"Ode "


def test_a_rendered_response_can_be_pickled_without_what_made_it():
    request = RequestFactory().get("/")
    response = TemplateResponse(request, "poem.html", {"title": lambda: None})
    response.content = "final"
    twin = pickle.loads(pickle.dumps(response))
    assert (twin.content, twin.is_rendered) == (b"final", True)
    assert not hasattr(twin, "context_data")


def test_subclasses_may_extend_the_context():
    class Signed(SimpleTemplateResponse):
        def resolve_context(self, context):
            return {**context, "title": "signed"}

    assert Signed("poem.html", {}).render().content == b"signed "

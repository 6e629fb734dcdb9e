"""The pages for 400, 403, 404 and 500 of a site without error handlers."""

import pytest

from enfilade.exceptions import BadRequest, Http404, PermissionDenied
from enfilade.template import TemplateDoesNotExist
from enfilade.test import override_settings
from enfilade.urls import path
from enfilade.views import defaults

RAISED = {
    400: BadRequest("line 3 is wrong"),
    403: PermissionDenied("members only"),
    404: Http404("no such poem"),
    500: RuntimeError("broken"),
}


def _raising(request, status):
    raise RAISED[status]


@pytest.fixture
def client(site, tmp_path):
    return site(path("<int:status>/", _raising), TEMPLATES=[{"DIRS": [tmp_path]}], DEBUG=False)


@pytest.mark.parametrize(
    ("status", "heading"),
    [
        (400, "<h1>Bad Request (400)</h1>"),
        (403, "<h1>403 Forbidden</h1>"),
        (404, "<h1>Not Found</h1><p>The requested resource was not found on this server.</p>"),
        (500, "<h1>Server Error (500)</h1>"),
    ],
)
def test_a_site_without_templates_has_a_small_page(client, status, heading):
    response = client.get(f"/{status}/")
    assert response.status_code == status
    assert heading in response.text
    assert str(RAISED[status]) not in response.text


def test_a_site_s_own_templates_are_used(client, tmp_path):
    for status in RAISED:
        (tmp_path / f"{status}.html").write_text("own: {{ exception }} {{ request_path }}")
    texts = {status: client.get(f"/{status}/").text for status in RAISED}
    assert texts == {
        400: "own:  ",
        403: "own: members only ",
        404: "own: no such poem /404/",
        500: "own:  ",
    }


def test_the_path_on_a_404_page_is_quoted(rf, tmp_path):
    (tmp_path / "404.html").write_text("{{ request_path|safe }}")
    with override_settings(TEMPLATES=[{"DIRS": [tmp_path]}]):
        response = defaults.page_not_found(rf.get("/<b>ä"), Http404())
    assert response.text == "/%3Cb%3E%C3%A4"


def test_an_exception_without_a_text_is_named_by_its_class(rf, tmp_path):
    (tmp_path / "404.html").write_text("{{ exception }}")
    with override_settings(TEMPLATES=[{"DIRS": [tmp_path]}]):
        assert defaults.page_not_found(rf.get("/"), Http404({"tried": []})).text == "Http404"


@pytest.mark.parametrize(
    "call",
    [
        lambda request: defaults.bad_request(request, BadRequest(), "mine.html"),
        lambda request: defaults.permission_denied(request, PermissionDenied(), "mine.html"),
        lambda request: defaults.page_not_found(request, Http404(), "mine.html"),
        lambda request: defaults.server_error(request, "mine.html"),
    ],
)
def test_a_template_that_was_asked_for_by_name_must_exist(rf, call):
    with pytest.raises(TemplateDoesNotExist):
        call(rf.get("/"))


def test_a_failing_500_template_is_answered_with_the_built_in_page(client, tmp_path, caplog):
    (tmp_path / "500.html").write_text("{{ 1 / 0 }}")
    assert "<h1>Server Error (500)</h1>" in client.get("/500/").text
    assert "The template 500.html failed itself." in caplog.text


def test_a_500_template_with_a_lost_parent_is_answered_with_the_built_in_page(client, tmp_path):
    (tmp_path / "500.html").write_text("{% extends 'lost.html' %}")
    assert "<h1>Server Error (500)</h1>" in client.get("/500/").text

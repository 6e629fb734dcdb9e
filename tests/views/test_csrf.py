"""The page for a refused request."""

import re

import pytest

from enfilade.http import HttpResponse
from enfilade.http.csrf import mask_secret
from enfilade.template import TemplateDoesNotExist, engines
from enfilade.test import Client, override_settings
from enfilade.urls import path
from enfilade.views.csrf import csrf_failure

CSRF = "enfilade.middleware.csrf.CsrfViewMiddleware"
SECRET = "abcdefghijklmnopqrstuvwxyzABCDEF"


@pytest.fixture
def refused(site):
    """The page for a POST with these headers."""

    def post(cookie=None, headers=None, secure=False, **settings):
        client = site(path("", HttpResponse), MIDDLEWARE=[CSRF], **settings)
        client = Client(enforce_csrf_checks=True)
        if cookie:
            client.cookies["csrftoken"] = cookie
        response = client.post("/", headers=headers or {}, secure=secure)
        assert response.status_code == 403
        return response.text

    return post


def test_says_little_to_visitors_and_what_they_can_do(refused):
    page = refused(DEBUG=False)
    assert "CSRF verification failed. Request aborted." in page
    assert "cookies" in page
    assert "CSRF cookie not set" not in page
    assert "More information is available with DEBUG=True." in page
    assert "Referer" in refused(DEBUG=False, secure=True)
    assert "once more" in refused(SECRET, {"X-CSRFToken": mask_secret(SECRET[::-1])}, DEBUG=False)


@pytest.mark.parametrize(
    ("request_", "reason", "advice"),
    [
        ({}, "CSRF cookie not set.", "{{ csrf_input }}"),
        ({"cookie": SECRET}, "CSRF token missing.", "X-CSRFToken"),
        ({"secure": True}, "Referer checking failed - no Referer.", "same-origin"),
        ({"headers": {"Origin": "null"}}, "Origin checking failed - null", "CSRF_TRUSTED_ORIGINS"),
        (
            {"secure": True, "headers": {"Referer": "https://evil.example/"}},
            "Referer checking failed - https://evil.example/",
            "CSRF_TRUSTED_ORIGINS",
        ),
        (
            {"cookie": SECRET, "headers": {"X-CSRFToken": SECRET[::-1]}},
            "HTTP header incorrect.",
            "Signing in changes the secret",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_explains_itself_to_developers(refused, request_, reason, advice):
    page = refused(**request_, DEBUG=True)
    assert reason in page
    assert advice in page


def test_what_the_client_has_sent_is_escaped(refused):
    page = refused(headers={"Origin": "<script>alert(1)</script>"}, DEBUG=True)
    assert "&lt;script&gt;" in page
    assert "<script>" not in page


def test_the_site_may_have_its_own_template(refused, tmp_path):
    (tmp_path / "403_csrf.html").write_text("{{ reason }} {{ no_cookie }} {{ csrf_input }}")
    with override_settings(TEMPLATES=[{"DIRS": [tmp_path]}]):
        engines.cache_clear()
        page = refused()
    engines.cache_clear()
    assert re.fullmatch(r"CSRF cookie not set\. True <input .*>", page)


def test_a_template_of_the_site_s_choice_has_to_exist(rf):
    with pytest.raises(TemplateDoesNotExist):
        csrf_failure(rf.post("/"), template_name="missing.html")


def test_a_template_that_includes_a_missing_one_is_an_error(rf, tmp_path):
    (tmp_path / "403_csrf.html").write_text("{% include 'missing.html' %}")
    with override_settings(TEMPLATES=[{"DIRS": [tmp_path]}]):
        engines.cache_clear()
        with pytest.raises(TemplateDoesNotExist):
            csrf_failure(rf.post("/"))
    engines.cache_clear()

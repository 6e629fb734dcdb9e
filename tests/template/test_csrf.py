"""``csrf_token`` and ``csrf_input`` in templates."""

import re

import pytest

from enfilade.http.csrf import does_token_match
from enfilade.http.wsgi_request import WSGIRequest
from enfilade.template import Jinja2
from enfilade.test import RequestFactory

FIELD = r'<input type="hidden" name="csrfmiddlewaretoken" value="(\w{64})">'


@pytest.fixture
def request_() -> WSGIRequest:
    return RequestFactory().get("/")  # type: ignore[return-value]


def render(source: str, request: WSGIRequest | None, **values: object) -> str:
    return Jinja2({"DIRS": []}).from_string(source).render(values, request)


def test_the_field_of_a_form_needs_no_escaping(request_: WSGIRequest) -> None:
    found = re.fullmatch(FIELD, render("{{ csrf_input }}", request_))
    assert found
    assert does_token_match(found[1], request_.META["CSRF_COOKIE"])


def test_the_token_is_there_as_text(request_: WSGIRequest) -> None:
    tokens = render("{{ csrf_token }} {{ csrf_token|upper }} {{ 'x' ~ csrf_token }}", request_)
    first, second, third = tokens.split()
    assert does_token_match(first, request_.META["CSRF_COOKIE"])
    assert len(second) == 64
    assert does_token_match(third[1:], request_.META["CSRF_COOKIE"])


def test_no_token_is_made_for_a_template_without_one(request_: WSGIRequest) -> None:
    assert render("{% if csrf_token %}yes{% endif %}", request_) == "yes"
    assert "CSRF_COOKIE" not in request_.META


def test_each_use_is_masked_anew(request_: WSGIRequest) -> None:
    one, other = re.findall(FIELD, render("{{ csrf_input }}{{ csrf_input }}", request_))
    assert one != other


def test_a_template_without_a_request_has_none() -> None:
    assert render("[{{ csrf_input }}{{ csrf_token }}]", None) == "[]"


def test_the_view_may_give_its_own(request_: WSGIRequest) -> None:
    assert render("{{ csrf_token }}", request_, csrf_token="mine") == "mine"

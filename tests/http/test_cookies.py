import pytest

from enfilade.exceptions import BadHeaderError
from enfilade.http import HttpResponse, parse_cookie


def lines(response):
    return [value for name, value in response.wsgi_headers() if name == "Set-Cookie"]


def test_cookies_follow_the_other_fields_one_line_each():
    response = HttpResponse()
    response.set_cookie("a", "1")
    response.set_cookie("b", "2", path=None)
    assert response.wsgi_headers() == [
        ("Content-Type", "text/html; charset=utf-8"),
        ("Set-Cookie", "a=1; Path=/"),
        ("Set-Cookie", "b=2"),
    ]


def test_a_response_that_sets_no_cookie_has_made_no_cookie_jar():
    response = HttpResponse()
    response.wsgi_headers()
    assert response._cookies is None
    assert not response.cookies


def test_text_beyond_latin_1_comes_back_as_it_was_set(wsgi_request):
    response = HttpResponse()
    response.set_cookie("name", "清風 é")
    sent = lines(response)[0].partition(";")[0]
    sent.encode("latin-1")
    assert wsgi_request(HTTP_COOKIE=sent).COOKIES == {"name": "清風 é"}


@pytest.mark.parametrize("attribute", ["path", "domain"])
def test_a_line_break_in_an_attribute_is_refused_where_it_is_set(attribute):
    response = HttpResponse()
    with pytest.raises(BadHeaderError):
        response.set_cookie("a", "1", **{attribute: "/\r\nX-Evil: 1"})
    assert lines(response) == []


@pytest.mark.parametrize("attribute", ["path", "domain", "expires"])
def test_a_line_break_in_an_attribute_is_not_sent(attribute):
    response = HttpResponse()
    response.set_cookie("a", "1")
    response.cookies["a"][attribute] = "/\r\nX-Evil: 1"
    with pytest.raises((BadHeaderError, ValueError)):
        response.wsgi_headers()


def test_an_unknown_attribute_is_a_type_error():
    with pytest.raises(TypeError, match="'http_only'"):
        HttpResponse().set_cookie("a", "1", http_only=True)


def test_a_refused_cookie_is_not_set():
    response = HttpResponse()
    with pytest.raises(ValueError, match="samesite"):
        response.set_cookie("a", samesite="wrong")
    assert lines(response) == []


def test_the_last_of_two_cookies_of_one_name_counts():
    assert parse_cookie("a=1; a=2") == {"a": "2"}

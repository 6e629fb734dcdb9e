import pytest

from enfilade.exceptions import BadHeaderError
from enfilade.http import HttpResponse, parse_cookie
from enfilade.http.cookies import cookie_attributes
from enfilade.test import override_settings


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


def test_the_first_of_two_cookies_of_one_name_counts():
    """RFC 6265, 5.4: browsers send the one with the more specific path first."""
    assert parse_cookie("a=1; b=3; a=2") == {"a": "1", "b": "3"}


def test_a_value_without_name_is_dropped():
    assert parse_cookie("__Host-id; =__Host-id=forged; ; = ; a=1") == {"a": "1"}


BROKEN_PREFIXES = [
    ("__Host-id", {}),
    ("__Host-id", {"secure": True, "path": "/shop"}),
    ("__Host-id", {"secure": True, "path": None}),
    ("__Host-id", {"secure": True, "domain": "example.org"}),
    ("__host-id", {}),
    ("__Secure-id", {}),
    ("__SECURE-id", {"secure": False}),
]


@pytest.mark.parametrize(("name", "attributes"), BROKEN_PREFIXES, ids=str)
def test_a_cookie_that_breaks_the_rules_of_its_prefix_is_refused(name, attributes):
    """RFC 6265bis, 4.1.3: a browser would drop it and say nothing."""
    response = HttpResponse()
    with pytest.raises(ValueError, match=f"{name}.*secure=True"):
        response.set_cookie(name, "1", **attributes)
    assert lines(response) == []


def test_a_cookie_that_keeps_the_rules_of_its_prefix_is_set_and_deleted():
    response = HttpResponse()
    response.set_cookie("__Host-id", "1", secure=True)
    response.set_cookie("__Secure-id", "1", secure=True, domain="example.org", path="/shop")
    response.delete_cookie("__host-old")
    assert [line.partition("=")[0] for line in lines(response)] == [
        "__Host-id",
        "__Secure-id",
        "__host-old",
    ]
    assert all("Secure" in line for line in lines(response))


@pytest.mark.parametrize("kind", ["CSRF", "LANGUAGE", "SESSION"])
def test_what_the_settings_say_of_a_cookie_is_in_its_line(kind):
    said = {
        f"{kind}_COOKIE_PATH": "/shop",
        f"{kind}_COOKIE_DOMAIN": "shop.example",
        f"{kind}_COOKIE_SECURE": True,
        f"{kind}_COOKIE_HTTPONLY": True,
        f"{kind}_COOKIE_SAMESITE": "Strict",
    }
    response = HttpResponse()
    with override_settings(**said):
        response.set_cookie("name", "value", **cookie_attributes(kind))
    parts = lines(response)[0].split("; ")
    assert parts[0] == "name=value"
    assert set(parts[1:]) == {
        *("Path=/shop", "Domain=shop.example", "Secure", "HttpOnly", "SameSite=Strict")
    }

import pytest

from enfilade.exceptions import BadHeaderError
from enfilade.http.headers import HttpHeaders, ResponseHeaders


@pytest.fixture
def environ():
    return {
        "HTTP_USER_AGENT": "curl",
        "CONTENT_TYPE": "text/plain",
        "CONTENT_LENGTH": "3",
        "SERVER_NAME": "x",
        "wsgi.input": None,
    }


@pytest.mark.parametrize("name", ["User-Agent", "user-agent", "USER_AGENT", "user_agent"])
def test_a_field_is_found_under_any_spelling(environ, name):
    headers = HttpHeaders(environ)
    assert headers[name] == headers.get(name) == "curl"
    assert name in headers


def test_iteration_gives_fields_only_in_title_case(environ):
    assert dict(HttpHeaders(environ)) == {
        "User-Agent": "curl",
        "Content-Type": "text/plain",
        "Content-Length": "3",
    }
    assert len(HttpHeaders(environ)) == 3


def test_a_prefixed_content_type_does_not_hide_the_real_one(environ):
    environ["HTTP_CONTENT_TYPE"] = "text/evil"
    assert dict(HttpHeaders(environ))["Content-Type"] == "text/plain"


def test_a_missing_field_is_a_key_error_with_the_name_as_asked(environ):
    with pytest.raises(KeyError, match="X-Nothing"):
        HttpHeaders(environ)["X-Nothing"]


def test_changes_of_the_environ_show(environ):
    headers = HttpHeaders(environ)
    environ["HTTP_X_LATE"] = "1"
    assert headers["X-Late"] == "1"


def test_names_translate_to_environ_and_back():
    assert HttpHeaders.to_wsgi_names({"User-Agent": "a", "Content-Type": "b"}) == {
        "HTTP_USER_AGENT": "a",
        "CONTENT_TYPE": "b",
    }
    assert HttpHeaders.to_asgi_names({"User-Agent": "a"}) == {"USER_AGENT": "a"}
    assert HttpHeaders.parse_header_name("SERVER_NAME") is None


def test_a_copy_of_response_headers_is_independent():
    headers = ResponseHeaders({"X-A": "1"})
    twin = headers.copy()
    twin["x-a"] = "2"
    assert headers == {"x-a": "1"}
    assert list(twin) == ["x-a"]


@pytest.mark.parametrize("value", ["a\nb", "a\rb", b"a\nb", "€\nb"])
def test_a_line_break_in_a_value_is_refused(value):
    with pytest.raises(BadHeaderError, match="newlines"):
        ResponseHeaders()["X-A"] = value


@pytest.mark.parametrize("value", ["a\0b", b"a\0b", "€\0b"])
def test_a_null_character_in_a_value_is_refused(value):
    with pytest.raises(BadHeaderError, match="null"):
        ResponseHeaders()["X-A"] = value


@pytest.mark.parametrize("name", ["X-A\r\nX-B", "X-A\0"])
def test_a_name_that_would_end_its_line_is_refused(name):
    with pytest.raises(BadHeaderError):
        ResponseHeaders()[name] = "1"


def test_text_beyond_latin_1_becomes_an_encoded_word():
    headers = ResponseHeaders({"X-A": "€"})
    assert headers["X-A"] == "=?utf-8?b?4oKs?="


def test_headers_do_not_equal_other_things():
    assert ResponseHeaders() != 3


def test_what_is_there_stays_where_defaults_are_set():
    headers = ResponseHeaders({"x-a": "1"})
    defaults = ResponseHeaders({"X-A": "2", "X-B": "3"})
    headers.setdefaults(defaults)
    assert sorted(headers.items()) == [("X-B", "3"), ("x-a", "1")]
    headers["X-B"] = "4"
    assert defaults["X-B"] == "3"

"""Requests made by hand, compared with those of Django's factory."""

import django.test
import pytest

from enfilade.http.json import JSONEncoder
from enfilade.test import RequestFactory

CALLS = {
    "get": lambda rf: rf.get("/path/?a=1"),
    "get with data": lambda rf: rf.get("/path/", {"a": ["1", "2"], "b": "ä"}),
    "get with query_params": lambda rf: rf.get("/path/", query_params={"a": 1}),
    "an escaped path": lambda rf: rf.get("/p%C3%A4th/%2F/"),
    "an umlaut": lambda rf: rf.get("/päth/"),
    "an address": lambda rf: rf.get("http://example.org/path/?a=1#top"),
    "head": lambda rf: rf.head("/path/", {"a": 1}),
    "trace": lambda rf: rf.trace("/path/"),
    "options": lambda rf: rf.options("/path/", "x", "text/plain"),
    "a form": lambda rf: rf.post("/path/", {"a": "ä", "b": [1, 2]}),
    "an empty form": lambda rf: rf.post("/path/"),
    "a urlencoded form": lambda rf: rf.post("/", "a=1", "application/x-www-form-urlencoded"),
    "json": lambda rf: rf.post("/path/", {"a": [1]}, "application/json"),
    "vendor json": lambda rf: rf.patch("/path/", [1], "application/vnd.api+json"),
    "a charset": lambda rf: rf.post("/path/", "ä", "text/plain; charset=latin-1"),
    "put": lambda rf: rf.put("/path/", "text"),
    "delete": lambda rf: rf.delete("/path/"),
    "secure": lambda rf: rf.get("/path/", secure=True),
    "secure by its place": lambda rf: rf.get("/path/", {}, True),
    "a body, and secure by its place": lambda rf: rf.put("/path/", "x", "text/plain", True),
    "headers": lambda rf: rf.get("/path/", headers={"X-Colour": "blue", "content-type": "a/b"}),
    "extra": lambda rf: rf.get("/path/", HTTP_X="1", REMOTE_ADDR="192.0.2.1"),
    "an empty query beside that of the path": lambda rf: rf.get("/?a=1", QUERY_STRING=""),
    "two queries": lambda rf: rf.get("/?a=1", QUERY_STRING="b=2"),
    "a query and a form": lambda rf: rf.post("/?a=1", {"b": [1, True]}),
    "a fragment": lambda rf: rf.get("/path/#part?a=1"),
    "a whole address": lambda rf: rf.get("http://example.org:81/path/?a=1"),
    "parameters of a segment": lambda rf: rf.get("/a;b=1/c;d"),
    "no form": lambda rf: rf.post("/path/", None, "application/json"),
    "a number": lambda rf: rf.generic("PUT", "/path/", 5),
    "any method": lambda rf: rf.generic("BREW", "/pot/", "milk"),
}
SERVER_ONLY = {"wsgi.input", "wsgi.errors", "HTTP_COOKIE"}


@pytest.mark.parametrize("name", CALLS)
def test_makes_the_environ_that_django_s_makes(name):
    seen = []
    for factory in (RequestFactory(HTTP_X_ALL="1"), django.test.RequestFactory(HTTP_X_ALL="1")):
        request = CALLS[name](factory)
        meta = {key: value for key, value in request.META.items() if key not in SERVER_ONLY}
        seen.append((request.method, request.path, meta, request.body))
    assert seen[0] == seen[1]


def test_sends_the_cookies_it_was_given():
    factory = RequestFactory()
    factory.cookies["a"] = "1"
    factory.cookies["b"] = "two words"
    assert factory.get("/").COOKIES == {"a": "1", "b": "two words"}
    assert "HTTP_COOKIE" not in RequestFactory().get("/").META


def test_two_slashes_at_the_start_are_a_path():
    assert RequestFactory().get("//evil.example/x/").path == "//evil.example/x/"


def test_a_query_of_the_factory_gives_way_to_that_of_a_request():
    factory = RequestFactory(query_params={"a": 1})
    assert factory.get("/").GET["a"] == "1"
    assert factory.get("/", {"a": 2}).GET["a"] == "2"
    assert factory.get("/?a=3").GET["a"] == "3"


def test_another_json_encoder_can_be_given():
    class Encoder(JSONEncoder):
        def default(self, o):
            return "encoded"

    request = RequestFactory(json_encoder=Encoder).post("/", [object()], "application/json")
    assert request.body == b'["encoded"]'


def test_a_body_cannot_be_read_beyond_its_end():
    stream = RequestFactory().post("/", "12345", "text/plain").META["wsgi.input"]
    assert (stream.read(2), len(stream)) == (b"12", 3)
    with pytest.raises(AssertionError, match="only 3 left"):
        stream.read(4)
    assert (stream.read(), stream.read(), stream.readline()) == (b"345", b"", b"")


def test_a_body_is_read_by_lines():
    stream = RequestFactory().post("/", "a\nbc\n", "text/plain").META["wsgi.input"]
    assert (stream.readline(), stream.readline(1), list(stream)) == (b"a\n", b"b", [b"c\n"])

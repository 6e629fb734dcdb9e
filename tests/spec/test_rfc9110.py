"""RFC 9110 in the order of its sections: what it asks of an origin server, on real sockets.

Conditional requests and ranges are asked of a served file: an application may do without both.
What RFC 9112 says about the bytes is in test_rfc9112.py.
"""

import os
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from types import ModuleType
from typing import Any

import pytest

from enfilade.handlers.wsgi import WSGIHandler
from enfilade.http import HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from enfilade.test import override_settings
from enfilade.types import Environ, StartResponse
from enfilade.urls import path
from enfilade.views import View
from enfilade.views.decorators.http import require_GET, require_http_methods
from enfilade.views.static import serve
from wire import Answer, Site, serving

IMF_FIXDATE = re.compile(
    r"(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) "
    r"\d{4} \d\d:\d\d:\d\d GMT"
)


def answering(
    status: str = "200 OK", *headers: tuple[str, str], body: tuple[bytes, ...] = (b"hello",)
) -> Callable[..., Any]:
    def application(environ: Environ, start_response: StartResponse) -> Any:
        start_response(status, list(headers))
        return (part for part in body) if len(body) > 1 else list(body)

    return application


def telling(*keys: str) -> Callable[..., Any]:
    """Answers with these entries of the environ."""

    def application(environ: Environ, start_response: StartResponse) -> list[bytes]:
        start_response("200 OK", [("Content-Type", "text/plain")])
        return ["|".join(str(environ.get(key)) for key in keys).encode("latin-1")]

    return application


def ask(application: Any, *fields: str, method: str = "GET", target: str = "/") -> Answer:
    with serving(application) as site, site.client() as client:
        return client.get(target, *fields, method=method)


def send(application: Any, data: bytes) -> Answer:
    with serving(application) as site, site.client() as client:
        return client.send(data).answer()


@contextmanager
def serving_views(*patterns: Any, **values: Any) -> Iterator[Site]:
    """The framework on the server."""
    urlconf = ModuleType("urlconf_of_rfc_9110")
    urlconf.urlpatterns = list(patterns)
    with override_settings(ROOT_URLCONF=urlconf, **values), serving(WSGIHandler()) as site:
        yield site


def ask_view(view: Any, *fields: str, method: str = "GET", **values: Any) -> Answer:
    with serving_views(path("", view), **values) as site, site.client() as client:
        return client.get("/", *fields, method=method)


class Room(View):
    """A view for GET, HEAD and POST."""

    def get(self, request: Any) -> HttpResponse:
        return HttpResponse("room", headers={"X-Room": "9"})

    def post(self, request: Any) -> HttpResponse:
        return HttpResponse(status=204)


# 5.1 Field Names -----------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["X-Room", "x-room", "X-ROOM"])
def test_field_names_have_no_case(name: str) -> None:
    assert ask(telling("HTTP_X_ROOM"), f"{name}: 9").body == b"9"


# 5.3 Field Order -----------------------------------------------------------------------------


def test_repeated_fields_are_one_list_in_their_order() -> None:
    assert ask(telling("HTTP_ACCEPT"), "Accept: a", "X: y", "accept: b").body == b"a,b"


def test_set_cookie_fields_are_never_joined() -> None:
    answer = ask(answering("200 OK", ("Set-Cookie", "a=1"), ("Set-Cookie", "b=2")))
    assert answer.head.count(b"Set-Cookie: ") == 2


# 5.5 Field Values ----------------------------------------------------------------------------


@pytest.mark.parametrize("line", ["X-Room:9", "X-Room: 9 ", "X-Room: \t 9\t"])
def test_white_space_around_a_value_is_not_part_of_it(line: str) -> None:
    assert ask(telling("HTTP_X_ROOM"), line).body == b"9"


def test_a_value_may_be_empty() -> None:
    assert ask(telling("HTTP_X_ROOM"), "X-Room:").body == b""


@pytest.mark.parametrize("octet", ["\r", "\0", "\x1b"])
def test_a_value_with_a_control_character_is_refused(octet: str) -> None:
    assert ask(answering(), f"X-Room: a{octet}b").status == 400


# 6.4.1 Content Semantics; 6.4 Content --------------------------------------------------------


@pytest.mark.parametrize("status", ["204 No Content", "304 Not Modified"])
@pytest.mark.parametrize("body", [(b"not to be sent",), (b"not ", b"to be sent")])
def test_204_and_304_have_no_content_and_keep_the_connection(
    status: str, body: tuple[bytes, ...]
) -> None:
    with serving(answering(status, body=body)) as site, site.client() as client:
        for _ in range(2):
            answer = client.get()
            assert f"{answer.status}" == status[:3]
            assert "transfer-encoding" not in answer.headers
        client.half_close()
        assert client.rest() == b""


# 6.6.1 Date; 5.6.7 Date/Time Formats ---------------------------------------------------------


@pytest.mark.parametrize("status", ["200 OK", "301 Moved Permanently", "404 Not Found", "500 X"])
def test_every_final_response_has_a_date_in_the_preferred_format(status: str) -> None:
    date = ask(answering(status)).headers["date"]
    assert IMF_FIXDATE.fullmatch(date)
    assert abs(datetime.now(UTC) - parsedate_to_datetime(date)) < timedelta(seconds=30)


def test_a_refusal_has_a_date_too() -> None:
    assert IMF_FIXDATE.fullmatch(send(answering(), b"BAD\r\n\r\n").headers["date"])


def test_the_date_of_the_application_is_kept_and_not_doubled() -> None:
    date = "Sun, 06 Nov 1994 08:49:37 GMT"
    answer = ask(answering("200 OK", ("Date", date)))
    assert answer.headers["date"] == date
    assert answer.head.lower().count(b"\r\ndate:") == 1


# 7.2 Host and :authority ---------------------------------------------------------------------


@pytest.mark.parametrize("lines", [b"", b"Host: a\r\nHost: a\r\n", b"Host: a/b\r\n"])
def test_a_request_needs_one_valid_host(lines: bytes) -> None:
    assert send(answering(), b"GET / HTTP/1.1\r\n" + lines + b"\r\n").status == 400


def test_the_authority_of_the_target_goes_before_the_host_field() -> None:
    request = b"GET http://right.example/ HTTP/1.1\r\nHost: wrong.example\r\n\r\n"
    assert send(telling("HTTP_HOST"), request).body == b"right.example"


# 7.6.1 Connection ----------------------------------------------------------------------------


@pytest.mark.parametrize("option", ["close", "Close", "te, close", "close,te"])
def test_connection_close_is_obeyed_and_announced(option: str) -> None:
    with serving(answering()) as site, site.client() as client:
        assert client.get("/", f"Connection: {option}").closes
        assert client.rest() == b""


@pytest.mark.parametrize(
    "name",
    ["Connection", "Keep-Alive", "Proxy-Connection", "TE", "Transfer-Encoding", "Upgrade"],
)
def test_fields_of_the_connection_are_not_for_applications(name: str) -> None:
    answer = ask(answering("200 OK", (name, "x")))
    assert answer.status == 500
    assert answer.headers.get(name.lower()) in (None, "close")


# 7.8 Upgrade ---------------------------------------------------------------------------------


def test_an_upgrade_may_be_ignored_and_the_request_is_answered_as_it_is() -> None:
    answer = ask(answering(), "Connection: Upgrade", "Upgrade: h2c, websocket")
    assert (answer.status, answer.body) == (200, b"hello")


# 8.3 Content-Type ----------------------------------------------------------------------------


def test_content_comes_with_its_media_type() -> None:
    assert ask_view(Room.as_view()).headers["content-type"] == "text/html; charset=utf-8"


# 8.6 Content-Length --------------------------------------------------------------------------


def test_content_length_is_that_of_the_content() -> None:
    assert ask(answering(body=(b"hello",))).headers["content-length"] == "5"


def test_content_length_and_transfer_coding_never_come_together() -> None:
    answer = ask(answering(body=(b"he", b"llo")))
    assert answer.headers["transfer-encoding"] == "chunked"
    assert "content-length" not in answer.headers


@pytest.mark.parametrize("body", [(b"",), (b"hello",)])
def test_204_has_no_content_length(body: tuple[bytes, ...]) -> None:
    answer = ask(answering("204 No Content", ("Content-Length", "5"), body=body))
    assert "content-length" not in answer.headers


def test_304_may_tell_the_length_that_200_would_have_had() -> None:
    answer = ask(answering("304 Not Modified", ("Content-Length", "5"), body=()))
    assert answer.headers["content-length"] == "5"


def test_an_empty_response_says_so() -> None:
    assert ask(answering(body=())).headers["content-length"] == "0"


@pytest.mark.parametrize("value", ["-1", "5.0", "5, 5", "five"])
def test_a_length_that_is_none_is_not_sent(value: str) -> None:
    assert ask(answering("200 OK", ("Content-Length", value))).status == 500


# 8.8 Validator Fields ------------------------------------------------------------------------


def test_validators_of_the_application_go_out_as_they_are() -> None:
    answer = ask(answering("200 OK", ("ETag", 'W/"a\\b"'), ("Last-Modified", "x")))
    assert (answer.headers["etag"], answer.headers["last-modified"]) == ('W/"a\\b"', "x")


# 9.1 Methods: Overview -----------------------------------------------------------------------


@pytest.mark.parametrize("method", ["GET", "get", "PURGE", "M-SEARCH", "x'y"])
def test_a_method_is_any_token_and_its_case_matters(method: str) -> None:
    assert ask(telling("REQUEST_METHOD"), method=method).body == method.encode()


def test_a_method_that_a_view_does_not_know_is_405() -> None:
    assert ask_view(Room.as_view(), method="PURGE").status == 405


# 9.3.1 GET -----------------------------------------------------------------------------------


def test_content_in_a_get_is_framed_like_any_other() -> None:
    with serving(telling("PATH_INFO")) as site, site.client() as client:
        client.send(
            b"GET /one HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello"
            b"GET /two HTTP/1.1\r\nHost: a\r\n\r\n"
        )
        assert [client.answer().body, client.answer().body] == [b"/one", b"/two"]


# 9.3.2 HEAD ----------------------------------------------------------------------------------


@pytest.mark.parametrize("body", [(b"hello",), (b"he", b"llo")])
def test_head_has_the_fields_of_get_and_no_content(body: tuple[bytes, ...]) -> None:
    with serving(answering("200 OK", ("X-Room", "9"), body=body)) as site, site.client() as client:
        got, head = client.get(), client.get(method="HEAD")
        assert head.status == 200
        assert set(got.headers) - set(head.headers) <= {"content-length", "transfer-encoding"}
        assert head.headers["x-room"] == "9"
        client.half_close()
        assert client.rest() == b""


def test_head_of_a_view_is_its_get_with_the_same_length() -> None:
    values = {"MIDDLEWARE": ["enfilade.middleware.common.CommonMiddleware"]}
    got = ask_view(Room.as_view(), **values)
    head = ask_view(Room.as_view(), method="HEAD", **values)
    assert (head.status, head.headers["x-room"]) == (200, "9")
    assert head.headers["content-length"] == got.headers["content-length"] == "4"


def test_a_refusal_of_head_has_no_content() -> None:
    with serving(answering()) as site, site.client() as client:
        client.send(b"HEAD / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhel")
        client.half_close()
        assert client.answer("HEAD").status == 400
        assert client.rest() == b""


# 9.3.6 CONNECT -------------------------------------------------------------------------------


def test_an_origin_server_makes_no_tunnels() -> None:
    assert send(answering(), b"CONNECT a:80 HTTP/1.1\r\nHost: a:80\r\n\r\n").status == 501


# 9.3.7 OPTIONS -------------------------------------------------------------------------------


def test_options_of_a_resource_lists_its_methods() -> None:
    answer = ask_view(Room.as_view(), method="OPTIONS")
    assert answer.status == 200
    assert set(answer.headers["allow"].split(", ")) == {"GET", "HEAD", "POST", "OPTIONS"}
    assert answer.headers["content-length"] == "0"


def test_options_of_the_server_reaches_the_application_without_a_path() -> None:
    answer = ask(telling("REQUEST_METHOD", "PATH_INFO"), method="OPTIONS", target="*")
    assert answer.body == b"OPTIONS|"


# 9.3.8 TRACE ---------------------------------------------------------------------------------


def test_trace_is_not_answered_with_the_fields_of_the_request() -> None:
    answer = ask_view(Room.as_view(), "Cookie: secret=1", method="TRACE")
    assert answer.status == 405
    assert b"secret" not in answer.body


# 10.1.1 Expect -------------------------------------------------------------------------------

EXPECTING = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n"


def reading(environ: Environ, start_response: StartResponse) -> list[bytes]:
    body = environ["wsgi.input"].read()
    start_response("200 OK", [])
    return [body]


def test_a_client_that_waits_for_100_gets_it_and_then_the_answer() -> None:
    with serving(reading) as site, site.client() as client:
        assert client.send(EXPECTING).answer().status == 100
        assert client.send(b"hello").answer().body == b"hello"
        assert client.get().status == 200


def test_100_may_be_left_out_when_the_content_is_here() -> None:
    with serving(reading) as site, site.client() as client:
        answer = client.send(EXPECTING + b"hello").answer()
        assert (answer.status, answer.body) == (200, b"hello")


def test_an_expectation_of_http_1_0_is_ignored() -> None:
    with serving(reading) as site, site.client() as client:
        client.send(EXPECTING.replace(b"HTTP/1.1", b"HTTP/1.0"))
        client.send(b"hello")
        answer = client.answer()
        assert (answer.status, answer.body) == (200, b"hello")


def test_no_100_is_sent_where_no_content_follows() -> None:
    assert ask(reading, "Expect: 100-continue").status == 200


def test_a_refusal_takes_the_place_of_100() -> None:
    request = EXPECTING.replace(b": 5", b": 5000")
    with serving(reading, limit_body=100) as site, site.client() as client:
        answer = client.send(request).answer()
        assert (answer.status, answer.closes) == (413, True)


def test_another_expectation_fails() -> None:
    assert ask(answering(), "Expect: tea", method="POST").status == 417


# 10.2.1 Allow --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("view", "allowed"),
    [
        (require_GET(lambda request: HttpResponse()), {"GET"}),
        (require_http_methods(["PUT", "PATCH"])(lambda request: HttpResponse()), {"PUT", "PATCH"}),
    ],
)
def test_405_says_what_is_allowed(view: Any, allowed: set[str]) -> None:
    answer = ask_view(view, method="DELETE")
    assert answer.status == 405
    assert set(answer.headers["allow"].split(", ")) == allowed


# 10.2.2 Location -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "location"),
    [
        ("/room/?a=b#c", "/room/?a=b#c"),
        ("https://example.org/", "https://example.org/"),
        ("/zoë/", "/zo%C3%AB/"),
        ("../up", "../up"),
    ],
)
def test_location_is_a_uri_reference(address: str, location: str) -> None:
    answer = ask_view(lambda request: HttpResponseRedirect(address))
    assert (answer.status, answer.headers["location"]) == (302, location)


# 10.2.4 Server -------------------------------------------------------------------------------


def test_server_names_the_product_without_its_version() -> None:
    assert ask(answering()).headers["server"] == "Enfilade"


# 12.5.1 Accept -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("accept", "chosen"),
    [
        ("text/html;q=0.5, application/json", "application/json"),
        ("text/*, application/json;q=0.9", "text/html"),
        ("*/*;q=0.1, text/html", "text/html"),
        ("image/png", "None"),
    ],
)
def test_the_most_preferred_media_type_is_chosen(accept: str, chosen: str) -> None:
    def view(request: Any) -> HttpResponse:
        return HttpResponse(str(request.get_preferred_type(["text/html", "application/json"])))

    assert ask_view(view, f"Accept: {accept}").body.decode() == chosen


# 13 Conditional Requests; 14 Range Requests --------------------------------------------------


NUMBERS = bytes(range(100))


@pytest.fixture(scope="module")
def numbers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A folder on a server of ours, with a file of a hundred bytes."""
    folder = tmp_path_factory.mktemp("folder")
    (folder / "numbers").write_bytes(NUMBERS)
    os.utime(folder / "numbers", (1_000_000_000, 1_000_000_000))
    view = path("<path:path>", serve, {"document_root": folder})
    with serving_views(view) as site:
        yield site


def ask_numbers(site: Site, *fields: str, method: str = "GET") -> Answer:
    with site.client() as client:
        return client.get("/numbers", *fields, method=method)


MODIFIED = "Sun, 09 Sep 2001 01:46:40 GMT"
CONDITIONS = {
    "If-Match": [("*", 200), ("{etag}", 200), ('"x", {etag}', 200), ("W/{etag}", 412), ("x", 412)],
    "If-None-Match": [("*", 304), ("{etag}", 304), ("W/{etag}", 304), ('"x"', 200), ("x", 200)],
    "If-Modified-Since": [
        (MODIFIED, 304),
        ("Sunday, 09-Sep-01 01:46:40 GMT", 304),
        ("Sun Sep  9 01:46:40 2001", 304),
        ("Sun, 09 Sep 2001 01:46:39 GMT", 200),
        ("yesterday", 200),
    ],
    "If-Unmodified-Since": [(MODIFIED, 200), ("Sun, 09 Sep 2001 01:46:39 GMT", 412), ("x", 200)],
}


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("name", CONDITIONS)
def test_conditions_are_evaluated_as_their_fields_say(
    numbers: Site, name: str, method: str
) -> None:
    etag = ask_numbers(numbers).headers["etag"]
    for value, status in CONDITIONS[name]:
        answer = ask_numbers(numbers, f"{name}: {value.format(etag=etag)}", method=method)
        assert answer.status == status, value
        whole = status == 200 and method == "GET"
        assert answer.body == (NUMBERS if whole else b"")


def test_a_304_has_the_validators_and_no_length_of_its_own(numbers: Site) -> None:
    answer = ask_numbers(numbers, f"If-Modified-Since: {MODIFIED}")
    assert {"etag", "date", "last-modified"} <= set(answer.headers)
    assert answer.headers.get("content-length", "100") == "100"


@pytest.mark.parametrize(
    ("value", "status", "sent"),
    [
        ("bytes=0-0", 206, NUMBERS[:1]),
        ("bytes=-10", 206, NUMBERS[-10:]),
        ("bytes=95-", 206, NUMBERS[95:]),
        ("bytes=95-1000", 206, NUMBERS[95:]),
        ("bytes=-1000", 206, NUMBERS),
        ("bytes=100-", 416, b""),
        ("bytes=5-4", 200, NUMBERS),
        ("lines=0-1", 200, NUMBERS),
    ],
)
def test_a_range_is_sent_as_far_as_there_is_one(
    numbers: Site, value: str, status: int, sent: bytes
) -> None:
    answer = ask_numbers(numbers, f"Range: {value}")
    assert (answer.status, answer.body) == (status, sent)
    assert answer.headers["content-length"] == str(len(sent))
    assert ("content-range" in answer.headers) is (status != 200)


@pytest.mark.parametrize(
    ("condition", "status"),
    [("{etag}", 206), ("W/{etag}", 200), ('"x"', 200), (MODIFIED, 206), ("x", 200), ("*", 200)],
)
def test_a_range_counts_only_of_the_version_that_if_range_names(
    numbers: Site, condition: str, status: int
) -> None:
    etag = ask_numbers(numbers).headers["etag"]
    fields = ["Range: bytes=0-0", f"If-Range: {condition.format(etag=etag)}"]
    assert ask_numbers(numbers, *fields).status == status


# 14.2 Range ----------------------------------------------------------------------------------


def test_a_range_may_be_ignored_and_then_all_is_sent() -> None:
    answer = ask(answering(), "Range: bytes=0-1")
    assert (answer.status, answer.body) == (200, b"hello")


# 15.1 Overview of Status Codes ---------------------------------------------------------------


@pytest.mark.parametrize("status", ["299 Unheard Of", "599 ", "418 I'm a teapot"])
def test_a_status_need_not_be_known(status: str) -> None:
    answer = ask(answering(status))
    assert answer.head.startswith(f"HTTP/1.1 {status}\r\n".encode())


# 15.2 Informational 1xx ----------------------------------------------------------------------


@pytest.mark.parametrize("status", ["100 Continue", "101 Switching Protocols", "199 X"])
def test_an_informational_status_is_no_answer(status: str) -> None:
    assert ask(answering(status)).status == 500


# 15.3.6 205 Reset Content --------------------------------------------------------------------


def test_205_says_that_it_is_empty() -> None:
    answer = ask(answering("205 Reset Content", body=()))
    assert answer.headers["content-length"] == "0"


@pytest.mark.parametrize("body", [(b"hello",), (b"he", b"llo")])
def test_205_has_no_content_whatever_the_application_says(body: tuple[bytes, ...]) -> None:
    assert ask(answering("205 Reset Content", body=body)).body == b""


# 15.4 Redirection ----------------------------------------------------------------------------


@pytest.mark.parametrize(("keep", "status"), [(False, 302), (True, 307)])
def test_a_redirect_may_keep_the_method(keep: bool, status: int) -> None:
    answer = ask_view(lambda request: HttpResponseRedirect("/x", preserve_request=keep))
    assert answer.status == status


# 15.5.9 408 ----------------------------------------------------------------------------------


def test_408_is_said_before_the_connection_is_closed() -> None:
    with serving(answering(), head_timeout=0.05) as site, site.client() as client:
        answer = client.send(b"GET / HT").answer()
        assert (answer.status, answer.closes) == (408, True)
        assert client.rest() == b""


# 15.5.14 413; 15.5.15 414; RFC 6585, 5: 431 --------------------------------------------------


@pytest.mark.parametrize(
    ("target", "line", "status"),
    [
        ("/", b"Content-Length: 2000000000\r\n", 413),
        ("/" + "x" * 10_000, b"", 414),
        ("/", b"X: " + b"y" * 10_000 + b"\r\n", 431),
    ],
)
def test_what_is_too_large_is_refused_by_its_name(target: str, line: bytes, status: int) -> None:
    answer = send(answering(), b"POST %b HTTP/1.1\r\nHost: a\r\n%b\r\n" % (target.encode(), line))
    assert (answer.status, answer.closes) == (status, True)


# 15.6 Server Error ---------------------------------------------------------------------------


def test_500_for_an_application_that_fails_before_it_has_sent_anything() -> None:
    def failing(environ: Environ, start_response: StartResponse) -> list[bytes]:
        raise KeyError("lost")

    answer = ask(failing)
    assert answer.status == 500
    assert b"lost" not in answer.body


@pytest.mark.parametrize("version", [b"HTTP/2.0", b"HTTP/3.0", b"HTTP/0.9"])
def test_505_for_a_major_version_that_is_not_spoken(version: bytes) -> None:
    answer = send(answering(), b"GET / " + version + b"\r\nHost: a\r\n\r\n")
    assert (answer.status, answer.closes) == (505, True)


def test_504_for_an_application_that_does_not_answer_in_time() -> None:
    leave = threading.Event()

    def waiting(environ: Environ, start_response: StartResponse) -> list[bytes]:
        leave.wait(10)
        start_response("200 OK", [])
        return [b"late"]

    with serving(waiting, application_timeout=0.05) as site, site.client() as client:
        answer = client.get()
        leave.set()
    assert (answer.status, answer.closes) == (504, True)


# Streams through the framework (6.4.1, 8.6) --------------------------------------------------


def test_a_stream_of_a_view_is_chunked_and_for_head_only_announced() -> None:
    def view(request: Any) -> StreamingHttpResponse:
        return StreamingHttpResponse(iter([b"one", b"two"]))

    with serving_views(path("", view)) as site, site.client() as client:
        assert client.get().body == b"onetwo"
        assert client.get(method="HEAD").status == 200
        assert client.get().body == b"onetwo"

"""Development's door for WSGI: which answers it changes, and which it leaves as they are."""

import io

import pytest

from enfilade.profiler.doors.wsgi import accompanied
from enfilade.protocol.errors import ResponseError
from enfilade.reserved import PROFILE
from enfilade.trace import KEY, Trace

PAGE = b"<!doctype html><html><body><h1>News</h1></body></html>"
HTML = ("Content-Type", "text/html; charset=utf-8")


class Answer:
    """What *application* answers through the door, with the request's variables changed."""

    def __init__(self, application, trace=None, **variables):
        self.environ = {
            "REQUEST_METHOD": "GET",
            "PATH_INFO": "/",
            "SERVER_NAME": "localhost",
            "HTTP_HOST": "localhost:8000",
            "wsgi.url_scheme": "http",
            KEY: trace or Trace(why="development"),
            **variables,
        }
        self.starts = []
        self.written = []
        self.result = accompanied(application)(self.environ, self._start)
        self.body = b"".join([*self.written, *self.result])
        if hasattr(self.result, "close"):
            self.result.close()
        self.status, self.fields = self.starts[-1]

    def _start(self, status, headers, exc_info=None):
        if self.starts and not exc_info:
            raise ResponseError("start_response was called a second time")
        self.starts.append((status, headers))
        return self.written.append

    def values(self, name):
        return [value for key, value in self.fields if key.lower() == name.lower()]

    @property
    def has_toolbar(self):
        return b"<enfilade-toolbar>" in self.body


def saying(*pieces, fields=(HTML,), status="200 OK"):
    def application(environ, start_response):
        start_response(status, list(fields))
        return list(pieces)

    return application


def streaming(*pieces, fields=(HTML,)):
    def application(environ, start_response):
        start_response("200 OK", list(fields))
        yield from pieces

    return application


# Every answer -------------------------------------------------------------------------------


def test_every_answer_leads_to_its_page():
    trace = Trace(why="development")
    answer = Answer(saying(b"{}", fields=[("Content-Type", "application/json")]), trace)
    assert answer.values("Link")[0].startswith(f"</-/enfilade/requests/{trace.span}>; rel=")
    assert answer.values("Enfilade-Trace") == [trace.span]
    assert "total;dur=" in answer.values("Server-Timing")[0]
    assert answer.environ[PROFILE] == f"/-/enfilade/requests/{trace.span}"
    assert answer.body == b"{}"


def test_the_fields_of_the_application_stay():
    mine = [HTML, ("Link", "</next>; rel=next"), ("X-Mine", "1")]
    assert Answer(saying(PAGE, fields=mine)).fields[:3] == mine


def test_who_has_asked_with_the_token_is_told_once_by_the_server():
    answer = Answer(saying(PAGE), Trace(why="asked"))
    assert answer.values("Enfilade-Trace") == answer.values("Server-Timing") == []
    assert len(answer.values("Link")) == 1


def test_an_answer_without_a_trace_is_untouched():
    application = saying(PAGE)
    answer = Answer(application, **{KEY: None})
    assert answer.fields == [HTML]
    assert answer.body == PAGE


# Pages --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "application",
    [saying(PAGE), saying(PAGE[:20], PAGE[20:]), streaming(PAGE), streaming(PAGE[:45], PAGE[45:])],
    ids=["whole", "a list", "a generator", "a stream"],
)
def test_a_page_gets_a_toolbar_before_the_end_of_its_body(application):
    answer = Answer(application)
    assert answer.has_toolbar
    assert answer.body.endswith(b"</template></enfilade-toolbar></body></html>")
    assert answer.body.startswith(PAGE[:40])


@pytest.mark.parametrize("make", [saying, streaming])
def test_its_length_is_told_again(make):
    answer = Answer(make(PAGE, fields=[HTML, ("content-length", str(len(PAGE)))]))
    assert answer.has_toolbar
    assert answer.values("Content-Length") == [str(len(answer.body))]


@pytest.mark.parametrize("text", [b"Hello, Ada!", PAGE])
def test_the_length_of_what_is_there_as_a_whole_is_told_with_a_toolbar_or_without(text):
    class Response:
        streaming = False

        def __iter__(self):
            return iter([text])

    def application(environ, start_response):
        start_response("200 OK", [HTML])
        return Response()

    answer = Answer(application)
    assert answer.has_toolbar is (text == PAGE)
    assert answer.values("Content-Length") == [str(len(answer.body))]


def test_a_wrong_length_is_left_to_the_server():
    answer = Answer(saying(PAGE, fields=[HTML, ("Content-Length", "3")]))
    assert answer.body == PAGE
    assert answer.values("Content-Length") == ["3"]


def test_a_stream_goes_on_piece_by_piece():
    seen = []

    def application(environ, start_response):
        start_response("200 OK", [HTML])
        for piece in (b"<body>one", b"two", b"</body>"):
            seen.append(piece)
            yield piece

    environ = {"REQUEST_METHOD": "GET", "HTTP_HOST": "localhost", "wsgi.url_scheme": "http"}
    body = iter(accompanied(application)({**environ, KEY: Trace()}, lambda *_: None))
    assert next(body) == b"<body>one"
    assert seen == [b"<body>one"]


def test_an_entity_tag_becomes_a_weak_one():
    fields = [HTML, ("ETag", '"abc"')]
    assert Answer(saying(PAGE, fields=fields)).values("ETag") == ['W/"abc"']
    assert Answer(saying(b"<p>", fields=fields)).values("ETag") == ['"abc"']
    assert Answer(saying(PAGE, fields=[HTML, ("ETag", 'W/"abc"')])).values("ETag") == ['W/"abc"']


def test_an_error_page_gets_one_too():
    assert Answer(saying(PAGE, status="500 Internal Server Error")).has_toolbar


@pytest.mark.parametrize(
    "fields",
    [
        [("Content-Type", "application/json")],
        [("Content-Type", "application/xhtml+xml")],
        [("Content-Type", "text/html; charset=utf-16")],
        [],
        [HTML, ("Content-Encoding", "gzip")],
        [HTML, ("Content-Disposition", "attachment; filename=page.html")],
        [HTML, ("Content-Range", "bytes 0-9/20")],
        [HTML, ("Repr-Digest", "sha-256=:abc=:")],
        [HTML, ("Cache-Control", "max-age=1, no-transform")],
        [HTML, ("Content-Security-Policy", "default-src 'none'")],
        [HTML, ("Content-Security-Policy-Report-Only", "style-src 'none'")],
        [HTML, ("Content-Length", str(5 * 1024 * 1024))],
    ],
)
def test_what_is_no_page_to_look_at_is_not_changed(fields):
    answer = Answer(saying(PAGE, fields=fields))
    assert answer.body == PAGE
    assert answer.fields[: len(fields)] == fields


@pytest.mark.parametrize("status", ["204 No Content", "206 Partial Content", "304 Not Modified"])
def test_nor_is_what_has_no_page(status):
    fields = [HTML, ("ETag", '"abc"')]
    answer = Answer(saying(fields=fields, status=status))
    assert answer.body == b""
    assert answer.fields[:2] == fields


@pytest.mark.parametrize(
    "variables",
    [
        {"REQUEST_METHOD": "HEAD"},
        {"REQUEST_METHOD": "PUT"},
        {"HTTP_HX_REQUEST": "true"},
        {"HTTP_TURBO_FRAME": "list"},
        {"HTTP_X_REQUESTED_WITH": "XMLHttpRequest"},
        {"HTTP_SEC_FETCH_DEST": "empty"},
        {"HTTP_SEC_FETCH_DEST": "iframe"},
    ],
)
def test_nor_what_no_window_will_show(variables):
    assert Answer(saying(PAGE), **variables).body == PAGE


def test_a_page_has_none_at_a_name_where_the_profiler_does_not_answer():
    answer = Answer(saying(PAGE), HTTP_HOST="shop.example")
    assert answer.body == PAGE
    assert answer.values("Link")


def test_what_a_window_asks_for_is():
    assert Answer(saying(PAGE), HTTP_SEC_FETCH_DEST="document").has_toolbar
    assert Answer(saying(PAGE), REQUEST_METHOD="POST").has_toolbar


def test_the_toolbar_says_what_the_trace_knows():
    trace = Trace(why="development")
    trace.mark("view", "The view shop.<b>views")
    trace.note("sql", "db", "SELECT 1").until = 1
    answer = Answer(saying(PAGE), trace)
    assert b"<span>200</span>" in answer.body
    assert b"<span>shop.&lt;b&gt;views</span>" in answer.body
    assert b"<span>1 query, " in answer.body
    assert f'href="/-/enfilade/requests/{trace.span}"'.encode() in answer.body


def test_a_nonce_of_the_page_s_policy_is_used():
    fields = [HTML, ("Content-Security-Policy", "style-src 'nonce-Ab1'; script-src 'none'")]
    answer = Answer(saying(PAGE, fields=fields))
    assert b'href="/-/enfilade/toolbar.css" nonce="Ab1">' in answer.body
    assert b"<script" not in answer.body


# What applications do -----------------------------------------------------------------------


def test_the_body_of_another_answer_is_the_application_s_own_object():
    body = io.BytesIO(b"data")

    def application(environ, start_response):
        start_response("200 OK", [("Content-Type", "text/plain")])
        return body

    assert Answer(application).result is body


class Closing(list):
    closed = 0

    def close(self):
        self.closed += 1


class Iterating:
    def __init__(self):
        self.closed = 0

    def __iter__(self):
        return iter([PAGE])

    def close(self):
        self.closed += 1


def test_what_is_to_be_closed_is_closed_once():
    result = Iterating()

    def application(environ, start_response):
        start_response("200 OK", [HTML])
        return result

    assert Answer(application).has_toolbar
    assert result.closed == 1


@pytest.mark.parametrize("make", [saying, streaming])
def test_text_is_left_to_the_server_to_complain_of(make):
    environ = {"REQUEST_METHOD": "GET", "HTTP_HOST": "localhost", "wsgi.url_scheme": "http"}
    body = accompanied(make("text"))({**environ, KEY: Trace()}, lambda *_: None)
    assert "text" in list(body)


def test_so_is_what_is_no_body_at_all():
    def application(environ, start_response):
        start_response("200 OK", [HTML])

    starts = []
    environ = {"REQUEST_METHOD": "GET", "HTTP_HOST": "localhost", "wsgi.url_scheme": "http"}
    door = accompanied(application)
    assert door({**environ, KEY: Trace()}, lambda *given: starts.append(given)) is None
    assert len(starts) == 1


class Sequential:
    """Iterated over as before there were iterators."""

    def __getitem__(self, number):
        return (PAGE,)[number]


def test_an_old_sequence_is_a_body():
    def application(environ, start_response):
        start_response("200 OK", [HTML])
        return Sequential()

    assert Answer(application).has_toolbar


def test_what_is_written_is_sent_as_it_is():
    def application(environ, start_response):
        write = start_response("200 OK", [HTML])
        write(PAGE)
        write(b"more")
        return []

    answer = Answer(application)
    assert answer.body == PAGE + b"more"
    assert len(answer.starts) == 1


def test_an_error_handler_may_begin_anew():
    def application(environ, start_response):
        start_response("200 OK", [HTML])
        start_response("500 Broken", [HTML], (ValueError, ValueError(), None))
        return [PAGE]

    answer = Answer(application)
    assert answer.status == "500 Broken"
    assert len(answer.starts) == 1
    assert b"<span>500</span>" in answer.body


def test_to_begin_twice_is_a_mistake_still():
    def application(environ, start_response):
        start_response("200 OK", [HTML])
        start_response("200 OK", [HTML])
        return [PAGE]

    with pytest.raises(ResponseError, match="second time"):
        Answer(application)


def test_an_exception_comes_out():
    def application(environ, start_response):
        start_response("200 OK", [HTML])
        yield PAGE[:10]
        raise LookupError

    with pytest.raises(LookupError):
        Answer(application)


def test_a_list_that_has_to_be_closed_is():
    result = Closing([PAGE])

    def application(environ, start_response):
        start_response("200 OK", [HTML])
        return result

    assert Answer(application).has_toolbar
    assert result.closed == 1

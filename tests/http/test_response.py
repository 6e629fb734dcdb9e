import pytest

from enfilade.dispatch import request_finished
from enfilade.exceptions import BadHeaderError
from enfilade.http import HttpResponse, StreamingHttpResponse
from enfilade.test import override_settings


class Handler:
    """Stands for the handler's class, the sender of the signal."""


@pytest.fixture
def finished():
    senders = []

    def note(sender, **kwargs):
        senders.append(sender)

    request_finished.connect(note)
    yield senders
    request_finished.disconnect(note)


def test_closing_runs_every_closer_once_and_then_tells_that_the_request_is_over(finished):
    calls = []

    def fail():
        calls.append("fail")
        raise RuntimeError

    response = HttpResponse()
    response._handler_class = Handler
    response._resource_closers += [fail, lambda: calls.append(list(finished))]
    response.close()
    assert calls == ["fail", []]
    assert finished == [Handler]
    assert response.closed
    response.close()
    assert calls == ["fail", []]


def test_closing_works_where_nobody_listens():
    response = HttpResponse()
    response.close()
    assert response.closed


@pytest.mark.parametrize("reason", ["Fine\r\nX-Evil: 1", "Fine\0"])
def test_a_reason_that_would_end_its_line_is_refused(reason):
    with pytest.raises(BadHeaderError):
        HttpResponse(reason=reason)


def test_headers_for_asgi_are_bytes_with_names_in_lower_case():
    response = HttpResponse("", "text/plain", headers={"X-A": "é"})
    response.set_cookie("a", "1")
    assert response.asgi_headers() == [
        (b"x-a", b"\xe9"),
        (b"content-type", b"text/plain"),
        (b"set-cookie", b"a=1; Path=/"),
    ]


def test_an_iterator_is_consumed_once_and_closed():
    class Lines(list):
        closed = 0

        def close(self):
            self.closed += 1

    lines = Lines(["a", "b"])
    response = HttpResponse(lines)
    assert (b"".join(response), response.content, lines.closed) == (b"ab", b"ab", 1)


def test_two_responses_share_nothing():
    one, other = HttpResponse(), HttpResponse()
    one.headers["X-A"] = "1"
    one.set_cookie("a", "1")
    one.write("x")
    assert ("X-A" in other, len(other.cookies), other.content) == (False, 0, b"")


def test_a_response_can_be_written_to_like_a_file():
    response = HttpResponse()
    print("hello", file=response)
    assert (response.getvalue(), response.tell()) == (b"hello\n", 6)


@pytest.mark.parametrize("value", ["text/plain", "text/ä", "text/語", b"text/plain", 1, True])
def test_a_content_type_is_checked_like_any_other_field(value):
    alike = HttpResponse()
    alike["Content-Type"] = value
    for _ in range(2):
        assert list(HttpResponse("", value).items()) == list(alike.items())


def test_a_content_type_cannot_end_its_line():
    with pytest.raises(BadHeaderError):
        HttpResponse("", "text/plain\r\nX: 1")


def test_responses_of_the_same_content_type_have_fields_of_their_own():
    first, second = HttpResponse(), HttpResponse()
    first["X-A"] = "1"
    assert "X-A" not in second


def test_the_default_charset_is_read_anew_when_it_has_changed():
    with override_settings(DEFAULT_CHARSET="latin-1"):
        response = HttpResponse("é")
    assert response["Content-Type"] == "text/html; charset=latin-1"
    assert response.content == b"\xe9"
    assert HttpResponse()["Content-Type"] == "text/html; charset=utf-8"


def test_a_server_is_given_the_bare_body_where_nothing_is_to_be_closed():
    response = HttpResponse("a")
    response.write("b")
    assert response.for_server() == [b"a", b"b"]


class ClosedByHand(HttpResponse):
    def close(self):
        super().close()


class MadeAnew(HttpResponse):
    def __iter__(self):
        yield b"anew"


@pytest.mark.parametrize("kind", [ClosedByHand, MadeAnew, StreamingHttpResponse])
def test_a_server_is_given_a_response_that_goes_its_own_way(kind):
    response = kind("a")
    assert response.for_server() is response


def test_a_server_is_given_the_response_while_somebody_waits_for_its_end(finished):
    response = HttpResponse("a")
    assert response.for_server() is response


def test_a_server_is_given_a_response_with_a_close_of_its_own():
    response = HttpResponse("a")
    response.close = lambda: None
    assert response.for_server() is response

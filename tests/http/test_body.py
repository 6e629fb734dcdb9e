import io

import pytest

from enfilade.exceptions import (
    RawPostDataException,
    RequestDataTooBig,
    TooManyFieldsSent,
    TransportLost,
    UnreadablePostError,
)
from enfilade.http.limited_stream import LimitedStream

FORM = {"CONTENT_TYPE": "application/x-www-form-urlencoded"}


class Broken(io.RawIOBase):
    """A client that has gone."""

    def read(self, size=-1):
        raise OSError(104, "gone")

    readline = read


READS = {
    "read": lambda request: request.read(),
    "readline": lambda request: request.readline(),
    "body": lambda request: request.body,
    "POST": lambda request: request.POST,
}


@pytest.mark.parametrize("read", READS.values(), ids=READS)
def test_a_client_that_goes_is_an_unreadable_post(wsgi_request, read):
    request = wsgi_request(b"a=1", **FORM, **{"wsgi.input": Broken()})
    with pytest.raises(UnreadablePostError, match="gone") as caught:
        read(request)
    assert isinstance(caught.value, TransportLost)
    assert caught.value.args == (104, "gone")


def test_an_oversize_body_is_refused_by_its_length_alone(wsgi_request, configure):
    configure(DATA_UPLOAD_MAX_MEMORY_SIZE=3)
    stream = io.BytesIO(b"1234")
    request = wsgi_request(b"1234", **{"wsgi.input": stream})
    with pytest.raises(RequestDataTooBig):
        request.body
    assert stream.tell() == 0


def test_an_oversize_body_of_unknown_length_is_refused(wsgi_request, configure):
    configure(DATA_UPLOAD_MAX_MEMORY_SIZE=3)
    request = wsgi_request(
        **{"CONTENT_LENGTH": "", "wsgi.input_terminated": True, "wsgi.input": io.BytesIO(b"1234")}
    )
    with pytest.raises(RequestDataTooBig):
        request.body


def test_an_error_page_may_look_at_a_form_that_failed(wsgi_request, configure):
    configure(DATA_UPLOAD_MAX_NUMBER_FIELDS=1)
    request = wsgi_request(b"a=1&b=2", **FORM)
    with pytest.raises(TooManyFieldsSent):
        request.POST
    request._mark_post_parse_error()
    assert (len(request.POST), len(request.FILES)) == (0, 0)


def test_a_form_of_which_the_body_is_kept_can_be_decoded_again(wsgi_request):
    form = b'--xx\r\nContent-Disposition: form-data; name="a"\r\n\r\n\xe9\r\n--xx--\r\n'
    request = wsgi_request(form, CONTENT_TYPE="multipart/form-data; boundary=xx")
    assert (request.body, request.POST["a"]) == (form, "\ufffd")
    request.encoding = "latin-1"
    assert request.POST["a"] == "é"


def test_the_body_is_gone_after_reading_from_the_stream(wsgi_request):
    request = wsgi_request(b"abc")
    assert request.read(1) == b"a"
    with pytest.raises(RawPostDataException, match="data stream"):
        request.body


def test_a_looked_at_form_does_not_read_the_body_of_other_methods(wsgi_request):
    request = wsgi_request(b"a=1", **FORM, REQUEST_METHOD="PUT")
    assert len(request.POST) == 0
    assert request.body == b"a=1"


@pytest.mark.parametrize("size", [None, -1, 100])
def test_a_limited_stream_ends_at_its_limit(size):
    stream = LimitedStream(io.BytesIO(b"one\ntwo\nthree"), 8)
    assert stream.readline(size) == b"one\n"
    assert stream.read(size) == b"two\n"
    assert (stream.read(size), stream.readline(size)) == (b"", b"")


def test_a_limited_stream_gives_no_more_than_asked_for():
    stream = LimitedStream(io.BytesIO(b"one\ntwo"), 7)
    assert (stream.read(2), stream.readline(1), stream.read(0)) == (b"on", b"e", b"")

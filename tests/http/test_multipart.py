import io
from pathlib import Path

import pytest

from enfilade.exceptions import MultiPartParserError, TooManyFilesSent
from enfilade.http.multipart import MultiPartParser
from enfilade.http.uploads import FileUploadHandler, TemporaryFileUploadHandler, load_handler

CONTENT_TYPE = "multipart/form-data; boundary=xx"
FORM = (
    b'--xx\r\nContent-Disposition: form-data; name="a"\r\n\r\nvalue\r\n'
    b'--xx\r\nContent-Disposition: form-data; name="f"; filename="x.txt"\r\n'
    b"Content-Type: text/plain; charset=utf-8\r\n\r\ncontent\r\n--xx--\r\n"
)


def parse(body, *handlers, **meta):
    meta = {"CONTENT_TYPE": CONTENT_TYPE, "CONTENT_LENGTH": str(len(body)), **meta}
    return MultiPartParser(meta, io.BytesIO(body), handlers).parse()


@pytest.mark.parametrize("size", range(1, len(FORM) + 1))
def test_a_form_cut_at_any_byte_is_the_same_form(size):
    handler = TemporaryFileUploadHandler()
    handler.chunk_size = size
    post, files = parse(FORM, handler)
    assert post.dict() == {"a": "value"}
    with files["f"] as file:
        assert (file.read(), file.size, file.charset) == (b"content", 7, "utf-8")


@pytest.mark.parametrize("length", range(len(FORM) - len("--xx--\r\n") - 2))
def test_a_form_that_breaks_off_leaves_no_file_behind(length):
    handler = TemporaryFileUploadHandler()
    post, files = parse(FORM[:length], handler)
    assert len(files) == 0
    assert post.get("a") in (None, "value")
    if hasattr(handler, "file"):
        assert not Path(handler.file.temporary_file_path()).exists()


MALFORMED = {
    "no boundary line": b"name=value",
    "wrong boundary": b"--yy\r\n\r\n",
    "a field name with a space": b"--xx\r\nContent Disposition: x\r\n\r\n",
    "a field without a colon": b"--xx\r\nnonsense\r\n\r\nx\r\n--xx--",
}


@pytest.mark.parametrize("body", MALFORMED.values(), ids=MALFORMED)
def test_a_malformed_form_is_refused(wsgi_request, body):
    request = wsgi_request(body, CONTENT_TYPE=CONTENT_TYPE)
    with pytest.raises(MultiPartParserError, match="Malformed multipart body"):
        request.POST
    assert len(request.POST) == len(request.FILES) == 0


def test_a_negative_length_is_refused():
    with pytest.raises(MultiPartParserError, match="content length: -1"):
        parse(FORM, CONTENT_LENGTH="-1")


def test_files_that_were_complete_are_closed_when_a_later_part_fails(configure):
    configure(DATA_UPLOAD_MAX_NUMBER_FILES=1)
    body = FORM.replace(b"--xx--", FORM)
    handler = TemporaryFileUploadHandler()
    with pytest.raises(TooManyFilesSent):
        parse(body, handler)
    assert handler.file.closed


def test_a_handler_may_parse_the_form_itself():
    class Own(FileUploadHandler):
        def handle_raw_input(self, input_data, META, content_length, boundary, encoding=None):
            return {"read": input_data.read(4)}, {"boundary": boundary}

    assert parse(FORM, Own()) == ({"read": b"--xx"}, {"boundary": b"xx"})


def test_headers_of_all_parts_together_may_be_larger_than_those_of_one():
    part = (
        b'--xx\r\nContent-Disposition: form-data; name="a"\r\nX: ' + b"x" * 900 + b"\r\n\r\n1\r\n"
    )
    post, _ = parse(part * 3 + b"--xx--")
    assert post.getlist("a") == ["1"] * 3


def test_names_are_in_the_encoding_of_the_form():
    body = '--xx\r\nContent-Disposition: form-data; name="é"\r\n\r\né\r\n--xx--'.encode("latin-1")
    meta = {"CONTENT_TYPE": CONTENT_TYPE, "CONTENT_LENGTH": str(len(body))}
    post, _ = MultiPartParser(meta, io.BytesIO(body), [], "latin-1").parse()
    assert post.dict() == {"é": "é"}


def test_a_handler_that_cannot_be_imported_is_reported_by_its_path():
    from enfilade.exceptions import ImproperlyConfigured

    for path in ("enfilade.http.uploads.Missing", "missing.Handler", "Handler"):
        with pytest.raises(ImproperlyConfigured, match=path) as caught:
            load_handler(path)
        assert caught.value.hint


PREAMBLES = (
    b"\r\n",
    b"This is for clients of 1996.\r\n",
    b"--x\r\n--xy? no: --xx\r\n",
    b"\r\n" * 50,
)


@pytest.mark.parametrize("preamble", PREAMBLES)
@pytest.mark.parametrize("size", [1, 2, 3, 7, 64, 4096])
def test_a_preamble_is_not_read(preamble, size):
    """RFC 2046, 5.1.1."""
    handler = TemporaryFileUploadHandler()
    handler.chunk_size = size
    post, files = parse(preamble + FORM, handler)
    assert post.dict() == {"a": "value"}
    with files["f"] as file:
        assert file.read() == b"content"


def test_a_delimiter_counts_only_at_the_beginning_of_a_line():
    with pytest.raises(MultiPartParserError, match="boundary does not occur"):
        parse(b"text " + FORM.replace(b"\r\n--xx", b"\r\n--yy"))

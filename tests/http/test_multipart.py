import base64
import io
from pathlib import Path

import pytest

from enfilade.exceptions import MultiPartParserError, TooManyFilesSent
from enfilade.http.multipart import MultiPartParser
from enfilade.http.uploads import (
    FileUploadHandler,
    MemoryFileUploadHandler,
    SkipFile,
    StopUpload,
    TemporaryFileUploadHandler,
    load_handler,
)

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


class Picky(FileUploadHandler):
    """Refuses the second file with *decision*, and leaves the rest to the next handler."""

    def __init__(self, decision):
        super().__init__()
        self.decision = decision
        self.files = 0

    def new_file(self, *args, **kwargs):
        self.files += 1
        if self.files == 2:
            raise self.decision

    def receive_data_chunk(self, raw_data, start):
        return raw_data

    def file_complete(self, file_size):
        return None


TWO_FILES = FORM.removesuffix(b"--xx--\r\n") + FORM


@pytest.mark.parametrize("keep", [TemporaryFileUploadHandler, MemoryFileUploadHandler])
@pytest.mark.parametrize("decision", [SkipFile(), StopUpload(), StopUpload(connection_reset=True)])
def test_a_file_that_is_not_wanted_leaves_those_before_it_open(keep, decision):
    _, files = parse(TWO_FILES, Picky(decision), keep())
    with files["f"] as file:
        assert (len(files.getlist("f")), file.read()) == (1, b"content")


@pytest.mark.parametrize("reset", [False, True])
def test_a_stopped_upload_is_read_to_its_end_unless_the_connection_is_reset(reset):
    handler = Picky(StopUpload(connection_reset=reset))
    handler.files, handler.chunk_size = 1, 64
    body = io.BytesIO(FORM + b"x" * 1000)
    meta = {"CONTENT_TYPE": CONTENT_TYPE, "CONTENT_LENGTH": "9999"}
    MultiPartParser(meta, body, [handler]).parse()
    assert bool(body.read()) is reset


class Noting(FileUploadHandler):
    """Notes the data that it is given, and gives on what it is told to."""

    def __init__(self, change, complete=None):
        super().__init__()
        self.change, self.complete = change, complete
        self.data = []
        self.ended = False

    def receive_data_chunk(self, raw_data, start):
        self.data.append((start, raw_data))
        return self.change(raw_data)

    def file_complete(self, file_size):
        return None

    def upload_complete(self):
        self.ended = True
        return self.complete


def test_a_handler_gets_what_the_one_before_it_has_made_of_the_data():
    first, second, third = Noting(lambda data: data * 2), Noting(lambda data: None), Noting(bytes)
    parse(FORM, first, second, third)
    assert (first.data, second.data) == ([(0, b"content")], [(0, b"contentcontent")])
    assert third.data == []


def test_the_first_handler_that_answers_the_end_of_the_form_is_the_last_to_hear_of_it():
    handlers = [Noting(bytes), Noting(bytes, complete=True), Noting(bytes)]
    parse(FORM, *handlers)
    assert [handler.ended for handler in handlers] == [True, True, False]


@pytest.mark.parametrize("size", range(1, 40))
def test_base64_cut_at_any_byte_is_the_same_file_in_chunks_no_larger(size):
    handler = Noting(lambda data: None)
    handler.chunk_size = size
    encoded = b"\r\n".join([base64.b64encode(bytes(range(60))), b" ", b"//8=\r\n\t"])
    file = b"Content-Transfer-Encoding: base64\r\n\r\n" + encoded
    parse(FORM.replace(b"Content-Type: text/plain; charset=utf-8\r\n\r\ncontent", file), handler)
    assert b"".join(data for _, data in handler.data) == bytes(range(60)) + b"\xff\xff"
    # Three bytes may have waited for the fourth.
    assert all(len(data) <= size + 3 for _, data in handler.data)
    ends = [start + len(data) for start, data in handler.data]
    assert [start for start, _ in handler.data] == [0, *ends[:-1]]


@pytest.mark.parametrize("data", [b"=" * 7, b"+", b"aGVsbG8", b"\xff" * 5])
def test_base64_that_is_none_is_no_file(data):
    file = b"Content-Transfer-Encoding: base64\r\n\r\n" + data
    body = FORM.replace(b"Content-Type: text/plain; charset=utf-8\r\n\r\ncontent", file)
    with pytest.raises(MultiPartParserError, match="base64"):
        parse(body, TemporaryFileUploadHandler())


def test_a_parameter_that_is_no_text_is_kept_as_far_as_it_is():
    body = FORM.replace(b"charset=utf-8", b"x=+2AA-y")
    meta = {"CONTENT_TYPE": CONTENT_TYPE, "CONTENT_LENGTH": str(len(body))}
    _, files = MultiPartParser(
        meta, io.BytesIO(body), [TemporaryFileUploadHandler()], "utf-7"
    ).parse()
    with files["f"] as file:
        assert file.content_type_extra == {"x": b"?y"}


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

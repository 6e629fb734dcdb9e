import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enfilade.exceptions import SuspiciousFileOperation
from enfilade.http.uploads import (
    File,
    FileUploadHandler,
    InMemoryUploadedFile,
    SimpleUploadedFile,
    StopUpload,
    TemporaryUploadedFile,
    UploadedFile,
)

FORM = (
    b'--xx\r\nContent-Disposition: form-data; name="f"; filename="x.txt"\r\n\r\n'
    b"content\r\n--xx--\r\n"
)
MULTIPART = {"CONTENT_TYPE": "multipart/form-data; boundary=xx"}


class Counting(FileUploadHandler):
    """Keeps the size only."""

    def receive_data_chunk(self, raw_data, start):
        return None

    def file_complete(self, file_size):
        return SimpleUploadedFile(self.file_name, b"x" * file_size)


def test_a_large_form_goes_to_disk_until_the_request_is_closed(wsgi_request, configure):
    configure(FILE_UPLOAD_MAX_MEMORY_SIZE=10)
    request = wsgi_request(FORM, **MULTIPART)
    file = request.FILES["f"]
    assert isinstance(file, TemporaryUploadedFile)
    path = Path(file.temporary_file_path())
    assert (path.read_bytes(), path.suffixes[-2:]) == (b"content", [".upload", ".txt"])
    request.close()
    assert not path.exists()


def test_a_small_form_stays_in_memory(wsgi_request):
    request = wsgi_request(FORM, **MULTIPART)
    file = request.FILES["f"]
    assert isinstance(file, InMemoryUploadedFile)
    assert (list(file.chunks()), file.multiple_chunks(), file.field_name) == (
        [b"content"],
        False,
        "f",
    )


def test_temporary_files_live_where_the_setting_says(wsgi_request, configure, tmp_path):
    configure(FILE_UPLOAD_MAX_MEMORY_SIZE=0, FILE_UPLOAD_TEMP_DIR=str(tmp_path))
    request = wsgi_request(FORM, **MULTIPART)
    assert Path(request.FILES["f"].temporary_file_path()).parent == tmp_path
    request.close()


def test_a_view_may_choose_the_handlers_before_it_looks_at_the_form(wsgi_request):
    request = wsgi_request(FORM, **MULTIPART)
    request.upload_handlers.insert(0, Counting(request))
    assert request.FILES["f"].read() == b"x" * 7
    with pytest.raises(AttributeError, match="cannot alter"):
        request.upload_handlers.append(Counting(request))
    with pytest.raises(AttributeError, match="cannot set"):
        request.upload_handlers = [Counting(request)]


@pytest.mark.parametrize("extension", ["x" * 400, "é" * 200, "x" * 60])
def test_an_over_long_extension_has_no_place_in_a_temporary_name(
    wsgi_request, configure, extension
):
    configure(FILE_UPLOAD_MAX_MEMORY_SIZE=0)
    name = f"a.{extension}"
    request = wsgi_request(FORM.replace(b"x.txt", name.encode()), **MULTIPART)
    file = request.FILES["f"]
    assert Path(file.temporary_file_path()).suffix == ".upload"
    assert file.read() == b"content"
    request.close()


def test_a_moved_temporary_file_can_still_be_closed(tmp_path):
    file = TemporaryUploadedFile("x.txt", "text/plain", 0, None)
    file.write(b"1")
    file.flush()
    moved = Path(file.temporary_file_path()).rename(tmp_path / "kept")
    file.close()
    assert moved.read_bytes() == b"1"


def test_a_stopped_upload_says_how_it_stops():
    assert "Halt" in str(StopUpload(connection_reset=True))
    assert "Consume" in str(StopUpload())


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("a.txt", "a.txt"),
        ("/etc/passwd", "passwd"),
        ("../a", "a"),
        ("x" * 300 + ".txt", "x" * 251 + ".txt"),
    ],
)
def test_a_name_is_kept_without_folders_and_at_a_tolerable_length(given, kept):
    assert UploadedFile(io.BytesIO(), given).name == kept


@pytest.mark.parametrize("name", ["..", ".", "", "a/"])
def test_a_name_that_is_nothing_but_folders_is_suspicious(name):
    with pytest.raises(SuspiciousFileOperation):
        UploadedFile(io.BytesIO(), name)


@pytest.mark.parametrize("chunk_size", [1, 2, 3, 100])
def test_lines_end_at_any_kind_of_line_end(chunk_size):
    file = File(io.BytesIO(b"a\nb\r\nc\rd"), "x")
    file.DEFAULT_CHUNK_SIZE = chunk_size
    assert list(file) == [b"a\n", b"b\r\n", b"c\r", b"d"]


@given(st.binary(max_size=30) | st.text("a\r\n", max_size=12).map(str.encode), st.integers(1, 5))
def test_lines_are_those_of_the_whole_however_it_is_read(content, chunk_size):
    file = File(io.BytesIO(content), "x")
    file.DEFAULT_CHUNK_SIZE = chunk_size
    assert list(file) == content.splitlines(keepends=True)
    assert list(SimpleUploadedFile("x", content)) == content.splitlines(keepends=True)


def test_a_line_as_long_as_the_file_is_put_together_once():
    file = File(io.BytesIO(b"x" * 200_000), "x")
    file.DEFAULT_CHUNK_SIZE = 1
    assert [len(line) for line in file] == [200_000]


def test_a_file_is_read_in_chunks_from_its_beginning():
    file = File(io.BytesIO(b"content"), "x")
    file.read(3)
    assert list(file.chunks(4)) == [b"cont", b"ent"]
    assert (file.size, len(file), file.multiple_chunks(4)) == (7, 7, True)


def test_a_file_on_disk_can_be_opened_again(tmp_path):
    path = tmp_path / "x"
    path.write_bytes(b"content")
    with File(path.open("rb")) as file:
        assert (str(file), bool(file), file.readable(), file.writable()) == (
            str(path),
            True,
            True,
            False,
        )
    assert file.closed
    with file.open() as again:
        assert again.read() == b"content"


def test_a_closed_file_that_is_nowhere_cannot_be_opened_again():
    file = File(io.BytesIO(b""), "nowhere-at-all")
    file.close()
    assert not file.seekable()
    with pytest.raises(ValueError, match="reopened"):
        file.open()


def test_a_file_has_no_other_attributes_of_the_file_below():
    with pytest.raises(AttributeError, match="getbuffer"):
        File(io.BytesIO()).getbuffer()


def test_a_simple_file_is_made_of_a_dict():
    file = SimpleUploadedFile.from_dict({"filename": "a", "content": b"x"})
    assert (file.name, file.content_type, file.open().read()) == ("a", "text/plain", b"x")
    assert repr(file) == "<SimpleUploadedFile: a (text/plain)>"


def test_a_handler_must_say_what_it_does_with_data():
    for method in (lambda h: h.receive_data_chunk(b"", 0), lambda h: h.file_complete(0)):
        with pytest.raises(NotImplementedError):
            method(FileUploadHandler())

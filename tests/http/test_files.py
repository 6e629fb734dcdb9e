import io

import pytest

from enfilade.http import FileResponse


def test_a_file_is_sent_with_its_size_type_and_name_and_closed(tmp_path):
    path = tmp_path / "page.html"
    path.write_bytes(b"<p>")
    file = path.open("rb")
    response = FileResponse(file)
    assert dict(response.headers) == {
        "Content-Type": "text/html",
        "Content-Length": "3",
        "Content-Disposition": 'inline; filename="page.html"',
    }
    assert b"".join(response) == b"<p>"
    response.close()
    assert file.closed


def test_the_block_size_may_change_while_the_file_is_sent(tmp_path):
    path = tmp_path / "x"
    path.write_bytes(b"0123456789")
    response = FileResponse(path.open("rb"))
    response.block_size = 4
    assert list(response) == [b"0123", b"4567", b"89"]
    response.close()


def test_a_wrapped_file_is_still_read_but_no_longer_sent_by_the_server(tmp_path):
    path = tmp_path / "x"
    path.write_bytes(b"abc")
    response = FileResponse(path.open("rb"))
    assert response.file_to_stream is not None
    response.streaming_content = (chunk.upper() for chunk in response.streaming_content)
    assert response.file_to_stream is None
    assert b"".join(response) == b"ABC"
    response.close()


def test_a_file_of_text_is_refused_because_it_would_never_end():
    with pytest.raises(TypeError, match="mode 'rb'"):
        FileResponse(io.StringIO("text"))


def test_a_file_whose_name_is_no_text_is_sent_all_the_same():
    response = FileResponse(io.BytesIO(b"abc"), filename="a\udcff.txt")
    assert response["Content-Disposition"] == "inline; filename*=utf-8''a%3F.txt"
    assert b"".join(response) == b"abc"
    response.close()


async def test_a_file_is_sent_from_the_event_loop(tmp_path):
    path = tmp_path / "x"
    path.write_bytes(b"abc")
    response = FileResponse(path.open("rb"))
    assert [chunk async for chunk in response] == [b"abc"]
    response.close()

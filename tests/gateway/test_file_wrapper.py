"""wsgi.file_wrapper on its own; its part in a response is in tests/spec/test_pep3333.py."""

import io
import os
import tempfile
from pathlib import Path
from typing import Any

import pytest

from enfilade.gateway.file_wrapper import FileWrapper


def test_iterates_in_blocks_and_stays_at_its_end() -> None:
    wrapper = FileWrapper(io.BytesIO(b"0123456789"), 4)
    assert list(wrapper) == [b"0123", b"4567", b"89"]
    assert list(wrapper) == []


def test_ends_at_its_limit() -> None:
    file = io.BytesIO(b"0123456789")
    wrapper = FileWrapper(file, 4)
    wrapper.limit(6)
    assert list(wrapper) == [b"0123", b"45"]
    assert file.tell() == 6


def test_closes_its_file_if_it_can() -> None:
    file = io.BytesIO()
    FileWrapper(file).close()
    assert file.closed

    class Unclosable:
        def read(self, size: int, /) -> bytes:
            return b""

    FileWrapper(Unclosable()).close()


def test_knows_what_is_left_of_a_regular_file(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"0123456789")
    with path.open("rb") as file:
        file.read(3)
        assert FileWrapper(file).length() == 7
        file.seek(20)
        assert FileWrapper(file).length() is None


@pytest.mark.parametrize("make", [io.BytesIO, tempfile.SpooledTemporaryFile, lambda: object()])
def test_does_not_guess_the_length_of_anything_else(make: Any) -> None:
    assert FileWrapper(make()).length() is None


def test_does_not_guess_the_length_of_a_pipe() -> None:
    reading, writing = os.pipe()
    os.close(writing)
    with open(reading, "rb") as pipe:
        assert FileWrapper(pipe).length() is None


def test_does_not_believe_a_closed_file(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"a")
    file = path.open("rb", buffering=0)
    file.close()
    assert FileWrapper(file).length() is None

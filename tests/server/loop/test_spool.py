import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enfilade.server.loop.spool import Spool


@given(st.lists(st.binary(max_size=50)), st.integers(0, 100))
def test_gives_back_what_was_written_wherever_it_was_kept(blocks, memory):
    spool = Spool(memory)
    for block in blocks:
        spool.write(block)
    body = spool.rewound()
    assert spool.size == sum(map(len, blocks))
    assert body.read() == b"".join(blocks)
    body.close()


def open_files() -> int:
    return len(os.listdir("/proc/self/fd"))


@pytest.mark.skipif(not os.path.isdir("/proc/self/fd"), reason="needs /proc")
def test_small_bodies_open_no_file_and_large_ones_close_it():
    before = open_files()
    spool = Spool(100)
    spool.write(b"x" * 100)
    assert open_files() == before
    spool.write(b"x")
    assert open_files() == before + 1
    spool.close()
    assert open_files() == before


def test_a_body_on_disk_leaves_no_name(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    spool = Spool(0)
    spool.write(b"x" * 100_000)
    assert list(tmp_path.iterdir()) == []
    spool.close()


def test_lines_of_a_body_on_disk_are_read_exactly():
    spool = Spool(2)
    for block in (b"one\nt", b"wo\r\n", b"three"):
        spool.write(block)
    with spool.rewound() as body:
        assert body.readline() == b"one\n"
        assert body.readline(2) == b"tw"
        assert body.readlines() == [b"o\r\n", b"three"]

import os
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from time import monotonic, sleep

import pytest

from enfilade.exceptions import TransportLost
from enfilade.gateway.file_range import FileRange, OpenFile
from enfilade.server.loop.outgoing import HIGH_WATER, Outgoing


class Pair:
    """An Outgoing and the client that reads from it."""

    def __init__(self) -> None:
        self.server, self.client = socket.socketpair()
        self.server.setblocking(False)
        self.waits = 0
        self.outgoing = Outgoing(self.server, threading.Lock(), self.count)

    def count(self) -> None:
        self.waits += 1

    def put(self, data: bytes) -> None:
        with self.outgoing.lock:
            self.outgoing.put(data)

    def flush(self) -> None:
        with self.outgoing.lock:
            self.outgoing.flush()

    def read_all(self, size: int) -> bytes:
        data = b""
        while len(data) < size:
            if self.outgoing.pending:
                self.flush()
            data += self.client.recv(1 << 20)
        return data

    def close(self) -> None:
        self.server.close()
        self.client.close()


@pytest.fixture
def pair() -> Iterator[Pair]:
    pair = Pair()
    yield pair
    pair.close()


def test_a_small_answer_leaves_at_once(pair):
    pair.put(b"hello")
    assert pair.client.recv(10) == b"hello"
    assert pair.outgoing.pending == 0
    assert pair.waits == 0


def test_what_the_kernel_does_not_take_waits_for_the_loop(pair):
    data = bytes(range(256)) * 16 * 1024
    pair.put(data)
    assert 0 < pair.outgoing.pending < len(data)
    assert pair.waits == 1
    assert pair.read_all(len(data)) == data
    assert pair.outgoing.pending == 0


def test_later_blocks_queue_behind_earlier_ones(pair):
    blocks = [bytes([number]) * 1000 for number in range(256)] * 8
    for block in blocks:
        pair.put(block)
    assert pair.waits == 1
    whole = b"".join(blocks)
    assert pair.read_all(len(whole)) == whole


def test_a_client_that_has_gone_is_a_lost_transport(pair):
    pair.client.close()
    with pytest.raises(TransportLost):
        for _ in range(3):
            pair.put(b"x")
    assert pair.outgoing.lost
    with pytest.raises(TransportLost):
        pair.put(b"x")


def test_a_client_that_goes_while_bytes_wait_is_seen_by_the_flush(pair):
    pair.put(b"x" * 4_000_000)
    pair.client.close()
    pair.flush()
    assert pair.outgoing.lost
    assert pair.outgoing.pending == 0


def in_thread(pair: Pair) -> tuple[threading.Thread, list[str]]:
    outcome: list[str] = []

    def wait() -> None:
        with pair.outgoing.lock:
            pair.outgoing.wait_for_room()
            outcome.append("lost" if pair.outgoing.lost else "room")

    thread = threading.Thread(target=wait, daemon=True)
    thread.start()
    return thread, outcome


def test_a_thread_is_held_above_the_high_water_mark_until_the_client_reads(pair):
    pair.put(b"x" * 4_000_000)
    assert pair.outgoing.pending > HIGH_WATER
    thread, outcome = in_thread(pair)
    until = monotonic() + 0.05
    while monotonic() < until:
        assert outcome == []
        sleep(0.01)
    pair.read_all(4_000_000)
    thread.join(5)
    assert outcome == ["room"]


def test_losing_the_client_frees_a_held_thread(pair):
    pair.put(b"x" * 4_000_000)
    thread, outcome = in_thread(pair)
    with pair.outgoing.lock:
        pair.outgoing.lose()
    thread.join(5)
    assert outcome == ["lost"]


# Files ---------------------------------------------------------------------------------------


@pytest.fixture(params=[True, False], ids=["sendfile", "read and sent"])
def sender(request: pytest.FixtureRequest, pair: Pair) -> Pair:
    """One whose socket takes files from the kernel, and one whose socket encrypts."""
    pair.outgoing.sends_files = request.param
    return pair


def open_range(path: Path, offset: int, size: int) -> FileRange:
    return FileRange(OpenFile(os.open(path, os.O_RDONLY)), offset, size)


def test_a_file_leaves_as_the_client_reads(sender, tmp_path):
    content = os.urandom(3_000_000)
    (tmp_path / "file").write_bytes(content)
    with sender.outgoing.lock:
        sender.outgoing.put(b"head ", more=True)
        sender.outgoing.put_file(open_range(tmp_path / "file", 10, 2_500_000))
        sender.outgoing.put(b" between ")
        sender.outgoing.put_file(open_range(tmp_path / "file", 0, 5))
        sender.outgoing.put(b" end")
    assert sender.outgoing.pending > 0
    wanted = b"head " + content[10:2_500_010] + b" between " + content[:5] + b" end"
    assert sender.read_all(len(wanted)) == wanted
    assert sender.outgoing.pending == 0
    assert sender.waits > 0


def test_a_small_file_leaves_at_once(sender, tmp_path):
    (tmp_path / "file").write_bytes(b"0123456789")
    with sender.outgoing.lock:
        sender.outgoing.put_file(open_range(tmp_path / "file", 2, 3))
    assert sender.client.recv(100) == b"234"
    assert (sender.outgoing.pending, sender.waits) == (0, 0)


def test_a_file_that_is_shorter_than_it_was_ends_everything(sender, tmp_path):
    (tmp_path / "file").write_bytes(b"0123456789")
    with sender.outgoing.lock, pytest.raises(TransportLost):
        sender.outgoing.put_file(open_range(tmp_path / "file", 20, 3))
    assert sender.outgoing.lost

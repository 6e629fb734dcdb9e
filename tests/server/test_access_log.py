import logging
import os

import pytest

from enfilade.server import access_log
from enfilade.server.access import AccessRecord
from enfilade.server.access_log import AccessLog, blocks, open_access_log
from enfilade.server.options import Options
from patience import until


def line(record):
    return f"{record.target}\n".encode()


def record(target):
    return AccessRecord(0.0, "", "GET", target, "HTTP/1.1", 200, 0)


@pytest.fixture
def caught():
    messages = []
    handler = logging.Handler()
    handler.emit = lambda entry: messages.append(entry.getMessage())
    logger = logging.getLogger("enfilade.server")
    logger.addHandler(handler)
    level = logger.level
    logger.setLevel(logging.INFO)
    yield messages
    logger.removeHandler(handler)
    logger.setLevel(level)


def test_writes_every_line_in_order(tmp_path):
    log = AccessLog(str(tmp_path / "log"), line)
    for number in range(2000):
        log(record(f"/{number}"))
    log.close()
    assert (tmp_path / "log").read_text().split() == [f"/{n}" for n in range(2000)]


def test_appends_to_what_is_there(tmp_path):
    (tmp_path / "log").write_text("before\n")
    log = AccessLog(str(tmp_path / "log"), line)
    log(record("/after"))
    log.close()
    assert (tmp_path / "log").read_text() == "before\n/after\n"


def test_reopens_the_file_after_rotation(tmp_path):
    path = tmp_path / "log"
    log = AccessLog(str(path), line)
    log(record("/old"))
    until(lambda: path.read_text() == "/old\n")
    path.rename(tmp_path / "log.1")
    log.reopen()
    until(path.exists)
    log(record("/new"))
    log.close()
    assert (tmp_path / "log.1").read_text() == "/old\n"
    assert path.read_text() == "/new\n"


def test_keeps_the_old_file_when_the_new_one_cannot_be_opened(tmp_path, caught):
    (tmp_path / "logs").mkdir()
    path = tmp_path / "logs" / "log"
    log = AccessLog(str(path), line)
    (tmp_path / "logs").rename(tmp_path / "gone")
    log.reopen()
    until(lambda: caught)
    log(record("/still"))
    log.close()
    assert "cannot reopen" in caught[0]
    assert (tmp_path / "gone" / "log").read_text() == "/still\n"


def fifo(tmp_path):
    path = tmp_path / "fifo"
    os.mkfifo(path)
    return path, os.open(path, os.O_RDONLY | os.O_NONBLOCK)


def test_a_closed_pipe_costs_lines_but_no_request(tmp_path, caught):
    path, reader = fifo(tmp_path)
    log = AccessLog(str(path), line)
    os.close(reader)
    log(record("/lost"))
    until(lambda: log._lost == 1)
    reader = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    log(record("/kept"))
    log.close()
    assert os.read(reader, 100) == b"/kept\n"
    assert caught == ["the access log works again; 1 lines were lost"]
    os.close(reader)


def test_a_full_pipe_blocks_nobody(tmp_path, monkeypatch):
    monkeypatch.setattr(access_log, "MOST_WAITING", 50)
    path, reader = fifo(tmp_path)
    log = AccessLog(str(path), line)
    for number in range(200):
        log(record(f"/{number}/" + "x" * 4000))
    until(lambda: log._lost > 0)
    log.close(patience=0.1)
    os.close(reader)


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")
def test_a_full_disk_costs_lines_but_no_request():
    log = AccessLog("/dev/full", line)
    log(record("/lost"))
    until(lambda: log._lost == 1)
    log.close()


def test_lines_are_joined_into_blocks_that_a_pipe_takes_whole():
    lines = [b"x" * 999 + b"\n"] * 10
    joined = list(blocks(lines))
    assert b"".join(joined) == b"".join(lines)
    assert max(map(len, joined)) <= 4096
    assert len(joined) == 3


def test_a_line_longer_than_a_block_stays_whole():
    assert list(blocks([b"a\n", b"x" * 9000, b"b\n"])) == [b"a\n", b"x" * 9000, b"b\n"]


def test_off_means_no_log():
    assert open_access_log(Options(access_log="off")) is None

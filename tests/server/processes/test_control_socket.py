"""The control socket as it is on the wire: who may use it, and that nobody can hold it up."""

import json
import os
import signal
import socket
import stat
import time

import pytest

from enfilade.server.control import LINE, PROTOCOL, ControlError, controlling
from enfilade.server.processes.control_socket import ControlSocket
from enfilade.server.processes.visitors import MOST


@pytest.fixture
def path(tmp_path):
    return str(tmp_path / "control")


@pytest.fixture
def server(launch, path):
    return launch(f"--control={path}", "--workers=2").wait_until_ready()


def connect(path):
    sock = socket.socket(socket.AF_UNIX)
    sock.settimeout(10)
    sock.connect(path)
    return sock


def answer_to(path, data):
    with connect(path) as sock:
        sock.sendall(data)
        return json.loads(sock.makefile("rb").readline())


def is_ended(sock):
    """Whether the server ends the connection, be it with a reset."""
    try:
        while sock.recv(1 << 16):
            pass
    except ConnectionError:
        pass
    return True


# The file ------------------------------------------------------------------------------------


def test_only_the_owner_may_open_the_socket(server, path):
    assert stat.filemode(os.stat(path).st_mode) == "srw-------"


def test_the_socket_is_gone_when_the_server_has_ended(server, path):
    server.send(signal.SIGTERM)
    assert server.wait() == 0
    assert not os.path.exists(path)


def test_takes_the_place_of_a_socket_that_a_killed_server_has_left(launch, path):
    first = launch(f"--control={path}").wait_until_ready()
    first.process.kill()
    first.wait()
    assert os.path.exists(path)
    launch(f"--control={path}").wait_until_ready()
    with controlling(path) as control:
        assert control.ask("status")["ok"]


def test_refuses_the_socket_of_a_server_that_lives(server, launch, path):
    second = launch("app:app", f"--control={path}", "--bind=127.0.0.1:0")
    assert second.wait() == 2
    assert "another server is controlled there" in second.log
    with controlling(path) as control:
        assert control.ask("status")["ok"]


def test_refuses_to_replace_a_file_that_is_no_socket(tmp_path):
    file = tmp_path / "precious"
    file.write_text("data")
    with pytest.raises(ControlError, match="there is a file that is not a socket"):
        ControlSocket(str(file))
    assert file.read_text() == "data"


def test_refuses_a_link_to_a_socket(tmp_path, path):
    with socket.socket(socket.AF_UNIX) as sock:
        sock.bind(path)
        (tmp_path / "link").symlink_to(path)
        with pytest.raises(ControlError, match="not a socket"):
            ControlSocket(str(tmp_path / "link"))


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_refuses_a_socket_that_belongs_to_somebody_else(path):
    with socket.socket(socket.AF_UNIX) as sock:
        sock.bind(path)
    os.chown(path, 12345, -1)
    with pytest.raises(ControlError, match="there is a socket of user 12345"):
        ControlSocket(path)


def test_says_that_a_path_is_too_long_or_its_folder_absent(tmp_path):
    with pytest.raises(ControlError, match="too long"):
        ControlSocket(str(tmp_path / ("x" * 200)))
    with pytest.raises(ControlError, match="No such file or directory") as caught:
        ControlSocket(str(tmp_path / "absent" / "control"))
    assert caught.value.hint == "Make the folder of the control socket first."


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_refuses_another_user_even_if_the_file_lets_him_in(server, path):
    os.chmod(path, 0o777)
    os.chmod(os.path.dirname(path), 0o755)
    reader, writer = os.pipe()
    pid = os.fork()
    if not pid:
        os.chdir(os.path.dirname(path))
        os.setuid(65534)
        with connect("control") as sock:
            os.write(writer, sock.makefile("rb").readline())
        os._exit(0)
    os.close(writer)
    said = os.read(reader, 4096)
    os.close(reader)
    os.waitpid(pid, 0)
    assert json.loads(said)["error"].startswith("Only root and the user that the server runs as")


# What comes in -------------------------------------------------------------------------------


GARBAGE = [b"nonsense", b"[1]", b"\xff\xfe", b"[" * 60000, b'"status"', b"{}", b'{"command":[]}']


def test_answers_garbage_with_an_error(server, path):
    for line in GARBAGE:
        answer = answer_to(path, line + b"\n")
        assert (answer["ok"], bool(answer["error"])) == (False, True)
    assert server.get().startswith("one ")


def test_a_line_without_end_is_refused(server, path):
    with connect(path) as sock:
        sock.sendall(b"x" * (LINE + 1))
        sock.settimeout(10)
        assert b"at most" in sock.recv(4096)
        assert is_ended(sock)


def test_tells_which_version_it_speaks(server, path):
    answer = answer_to(path, b'{"protocol":99,"command":"status"}\n')
    assert answer["error"] == f"The server's control socket speaks version {PROTOCOL}, not 99."


def test_answers_several_requests_in_their_order(server, path):
    with connect(path) as sock:
        sock.sendall(b'{"command":"status"}\n{"command":"nothing"}\n\n{"command":"top"}\n')
        lines = sock.makefile("rb")
        answers = [json.loads(lines.readline()) for _ in range(3)]
    assert [answer["ok"] for answer in answers] == [True, False, True]
    assert "activities" in answers[2]


def test_a_request_may_come_in_pieces_and_with_the_end_of_the_stream(server, path):
    with connect(path) as sock:
        for piece in (b'{"comm', b'and":"sta', b'tus"}\n'):
            sock.sendall(piece)
            time.sleep(0.02)
        sock.shutdown(socket.SHUT_WR)
        assert json.loads(sock.makefile("rb").readline())["ok"]


@pytest.mark.slow
def test_silent_clients_and_those_who_do_not_read_hold_up_nobody(server, path):
    silent = [connect(path) for _ in range(MOST - 2)]
    deaf = connect(path)
    deaf.setblocking(False)
    try:
        for _ in range(2000):
            deaf.send(b'{"command":"top"}\n' * 50)
    except BlockingIOError:
        pass
    with controlling(path) as control:
        assert len(control.ask("status")["workers"]) == 2
    victim = min(server.workers())
    os.kill(victim, signal.SIGKILL)
    server.until(lambda: len(server.workers() - {victim}) == 2, "the supervisor does its work")
    for sock in [*silent, deaf]:
        sock.close()


def test_those_too_many_are_shown_out(server, path):
    crowd = [connect(path) for _ in range(MOST)]
    with connect(path) as one_too_many:
        assert is_ended(one_too_many)
    for sock in crowd:
        sock.close()

    def answers():
        try:
            with controlling(path) as control:
                return control.ask("status")["ok"]
        except ControlError:
            return False

    server.until(answers, "there is room again")


def test_the_workers_keep_no_connection_of_an_operator_open(server, path):
    with connect(path) as sock:
        sock.sendall(b'{"command":"reload"}\n')
        lines = sock.makefile("rb")
        assert json.loads(lines.readline())["ok"]
        with connect(path) as other:
            other.sendall(b'{"command":"stop"}\n')
            assert json.loads(other.recv(4096))["stopped"]
        assert lines.read() == b""
    assert server.wait() == 0

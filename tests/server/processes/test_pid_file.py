"""The pid file: there while the server is, and never a reason not to start after a crash."""

import signal

import pytest

from enfilade.server.processes.pid_file import PidFile, PidFileError


def test_has_the_id_of_the_supervisor_and_goes_with_it(launch, tmp_path):
    server = launch("--pid-file=pid").wait_until_ready()
    assert (tmp_path / "pid").read_text() == f"{server.process.pid}\n"
    server.send(signal.SIGTERM)
    assert server.wait() == 0
    assert not (tmp_path / "pid").exists()


def test_gunicorns_name_of_the_option_is_understood(launch, tmp_path):
    server = launch("--pid=pid").wait_until_ready()
    assert (tmp_path / "pid").read_text() == f"{server.process.pid}\n"


@pytest.mark.slow
def test_a_second_server_is_refused_and_a_killed_one_replaced(launch, tmp_path):
    first = launch("--pid-file=pid").wait_until_ready()
    second = launch("--pid-file=pid")
    assert second.wait() == 2
    assert "The pid file pid belongs to a server that runs." in second.log
    launched = (tmp_path / "pid").read_text()
    first.process.kill()
    first.wait()
    third = launch("--pid-file=pid").wait_until_ready()
    assert launched != (tmp_path / "pid").read_text() == f"{third.process.pid}\n"


def test_says_what_is_wrong_with_the_place(tmp_path):
    with pytest.raises(PidFileError, match="No such file or directory") as caught:
        PidFile(str(tmp_path / "absent" / "pid"))
    assert caught.value.hint == "Make the folder of the pid file first."
    (tmp_path / "link").symlink_to(tmp_path / "target")
    with pytest.raises(PidFileError, match="Cannot write the pid file"):
        PidFile(str(tmp_path / "link"))
    assert not (tmp_path / "target").exists()


def test_leaves_the_file_of_another_server_alone(tmp_path):
    path = tmp_path / "pid"
    ours = PidFile(str(path))
    path.unlink()
    path.write_text("another\n")
    ours.close()
    assert path.read_text() == "another\n"

"""Root opens what only root may, and somebody else serves."""

import os
import stat
from pathlib import Path

import pytest

import enfilade
from enfilade.server.options import Options
from enfilade.server.processes.privileges import Identity, PrivilegeError, find_identity

NOBODY = 65534


def everybody_may_read(path):
    """Whether a user who has nothing to do with *path* finds it."""
    places = [Path(path).resolve(), *Path(path).resolve().parents]
    return all(place.stat().st_mode & 0o005 == 0o005 for place in places if place.is_dir())


as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
with_readable_python = pytest.mark.skipif(
    not everybody_may_read(os.__file__) or not everybody_may_read(enfilade.__file__),
    reason="Python lies where nobody else may read it",
)

WHO = """
import os, grp
def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [f"{os.getuid()} {os.geteuid()} {os.getgid()} {os.getgroups()} "
            f"{os.environ['HOME']}".encode()]
"""


@pytest.fixture
def open_folder(tmp_path):
    """The folder of the test, for everybody to go into."""
    for folder in (tmp_path, *tmp_path.parents):
        if folder.stat().st_uid == os.getuid() and folder != Path("/"):
            folder.chmod(folder.stat().st_mode | 0o055)
        if folder == Path("/tmp"):
            break
    (tmp_path / "who.py").write_text(WHO)
    return tmp_path


@as_root
@with_readable_python
def test_workers_and_supervisor_are_the_user_and_files_are_his(launch, open_folder):
    server = launch(
        "who:app", "--user=nobody", "--control=control", "--pid-file=pid", "--access-log=access.log"
    ).wait_until_ready()
    group = find_identity(Options(user="nobody")).group
    user, effective, gid, *groups, home = server.get().split()
    assert (int(user), int(effective), int(gid)) == (NOBODY, NOBODY, group)
    assert groups == [f"[{group}]"]
    assert home != "/root"
    status = Path(f"/proc/{server.process.pid}/status").read_text()
    assert f"Uid:\t{NOBODY}\t{NOBODY}\t{NOBODY}\t{NOBODY}" in status
    for name in ("control", "access.log"):
        assert (open_folder / name).stat().st_uid == NOBODY
    assert (open_folder / "pid").read_text() == f"{server.process.pid}\n"
    server.until(lambda: "GET / " in (open_folder / "access.log").read_text(), "it is logged")
    assert stat.S_IMODE((open_folder / "control").stat().st_mode) == 0o600


@as_root
@with_readable_python
def test_reloads_and_ends_without_a_complaint_as_somebody_else(launch, open_folder):
    server = launch(
        "who:app", "--user=nobody", "--group=nogroup", "--pid-file=pid", "--control=control"
    ).wait_until_ready()
    server.reload()
    server.send(15)
    assert server.wait() == 0
    assert "Traceback" not in server.log
    assert (open_folder / "pid").read_text() == ""  # the folder is root's


@as_root
def test_a_log_that_is_there_is_not_given_away(tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("")
    (tmp_path / "link").symlink_to(secret)
    identity = Identity(NOBODY, NOBODY, (NOBODY,))
    identity.make_log(str(tmp_path / "link"))
    identity.make_log(str(secret))
    assert secret.stat().st_uid == 0


def test_refuses_unknown_users_and_groups():
    with pytest.raises(PrivilegeError, match="There is no user 'nobody-of-that-name'"):
        find_identity(Options(user="nobody-of-that-name"))
    with pytest.raises(PrivilegeError, match="There is no group 'no-such-group'"):
        find_identity(Options(group="no-such-group"))


def test_is_nothing_to_do_for_who_one_is_already():
    assert find_identity(Options()) is None
    assert find_identity(Options(user=str(os.geteuid()), group=str(os.getegid()))) is None


@as_root
def test_only_root_can_become_somebody_else():
    reader, writer = os.pipe()
    pid = os.fork()
    if not pid:
        os.setgid(NOBODY)
        os.setuid(NOBODY)
        try:
            find_identity(Options(user="root"))
        except PrivilegeError as error:
            os.write(writer, str(error).encode())
        os._exit(0)
    os.close(writer)
    os.waitpid(pid, 0)
    assert os.read(reader, 500) == b"Only root can become user root, group 0."
    os.close(reader)


@as_root
def test_sockets_of_workers_and_another_user_do_not_go_together():
    with pytest.raises(PrivilegeError, match="With --reuse-port the workers open sockets"):
        find_identity(Options(user="nobody", reuse_port=True))

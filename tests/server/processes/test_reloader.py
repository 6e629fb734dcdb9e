import signal
import time

import pytest

from enfilade.server.processes.reloader import ReloaderError, check_available, make_filter


@pytest.mark.parametrize(
    ("name", "counts"),
    [
        ("app.py", True),
        ("shop/views.py", True),
        ("templates/base.html", True),
        ("templates/mail.jinja", True),
        ("enfilade.toml", True),
        ("static/site.css", True),
        ("notes.txt", False),
        ("db.sqlite3", False),
        ("app.pyc", False),
        ("shop/__pycache__/views.py", False),
        (".git/hooks/x.py", False),
        ("node_modules/x/y.css", False),
        ("environment/lib/site.py", False),
    ],
)
def test_source_files_count_and_caches_do_not(tmp_path, name, counts):
    (tmp_path / "environment").mkdir()
    (tmp_path / "environment" / "pyvenv.cfg").touch()
    assert make_filter([str(tmp_path)])(None, str(tmp_path / name)) is counts


def test_a_watched_folder_may_itself_be_hidden(tmp_path):
    folder = tmp_path / ".work" / "site"
    folder.mkdir(parents=True)
    assert make_filter([str(folder)])(None, str(folder / "app.py"))


def test_a_missing_folder_is_refused(tmp_path):
    with pytest.raises(ReloaderError, match="no such folder"):
        check_available([str(tmp_path / "nothing")])


@pytest.mark.slow
def test_dev_serves_a_change_that_was_saved(launch, tmp_path, write_app):
    (tmp_path / "string.py").touch()  # as Python's own, which the watcher needs
    server = launch(command="dev").wait_until_ready()
    assert server.get().startswith("one ")
    time.sleep(0.5)  # the watcher is a program of its own and takes a moment to look
    write_app("two, saved")
    server.until(lambda: server.get().startswith("two, saved "), "the change is served")
    server.send(signal.SIGINT)
    assert server.wait() == 0


def test_dev_explains_a_broken_application_and_recovers(launch, tmp_path, write_app):
    (tmp_path / "app.py").write_text("app = 1\nimport not_to_be_found\n")
    server = launch("app:app", command="dev").wait_until_ready()
    assert "No module named &#x27;not_to_be_found&#x27;" in server.get()
    assert "does not start" in server.log
    time.sleep(0.5)
    write_app("repaired")
    server.until(lambda: server.get().startswith("repaired "), "the repair is served")


@pytest.mark.slow
def test_the_watcher_ends_with_a_killed_supervisor(launch):
    server = launch(command="dev").wait_until_ready()
    server.until(lambda: len(server.workers()) == 2, "a worker and the watcher run")
    children = server.workers()
    time.sleep(0.5)
    server.process.kill()
    server.wait()
    server.until(lambda: not any(map(server.alive, children)), "none is left")

import os
import signal
import threading
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


@pytest.mark.slow
def test_dev_explains_a_broken_application_and_recovers(launch, tmp_path, write_app):
    (tmp_path / "app.py").write_text("app = 1\nimport not_to_be_found\n")
    server = launch("app:app", command="dev").wait_until_ready()
    assert "No module named &#x27;not_to_be_found&#x27;" in server.get()
    assert "does not start" in server.log
    time.sleep(0.5)
    write_app("repaired")
    server.until(lambda: server.get().startswith("repaired "), "the repair is served")


@pytest.mark.slow
def test_dev_sees_a_change_that_left_the_size_and_the_second_of_a_file(launch, tmp_path, write_app):
    os.utime(tmp_path / "app.py", (1, 1))
    server = launch(command="dev", PYTHONDONTWRITEBYTECODE="").wait_until_ready()
    assert server.get().startswith("one ")
    assert list((tmp_path / "__pycache__").glob("app.*.pyc"))
    time.sleep(0.5)
    write_app("two")
    os.utime(tmp_path / "app.py", (1, 1))
    server.until(lambda: server.get().startswith("two "), "the change is served")


@pytest.mark.slow
def test_dev_shows_a_syntax_error_that_was_saved_and_recovers(launch, tmp_path, write_app):
    server = launch(command="dev").wait_until_ready()
    assert server.get().startswith("one ")
    time.sleep(0.5)
    (tmp_path / "app.py").write_text("VERSION = 1\n\ndef app(:\n")
    server.until(lambda: "SyntaxError" in server.get(), "the page shows the error")
    assert "app.py, line 3" in server.get()
    write_app("corrected")
    server.until(lambda: server.get().startswith("corrected "), "the correction is served")


def test_in_dev_requests_wait_for_the_new_code(launch, tmp_path, write_app):
    server = launch(command="dev").wait_until_ready()
    old = int(server.get().removeprefix("one "))
    write_app("two")
    until_told = "import os, time\nwhile not os.path.exists('go'): time.sleep(0.01)\n"
    (tmp_path / "app.py").write_text(until_told + (tmp_path / "app.py").read_text())
    server.send(signal.SIGHUP)
    server.until(lambda: not server.alive(old), "the old worker has gone")
    connection = server.connect()
    connection.request("GET", "/")  # nobody is there to answer it, nor is it refused
    (tmp_path / "go").touch()
    assert connection.getresponse().read().startswith(b"two ")


def test_in_dev_no_visitor_is_turned_away_by_a_reload(launch, write_app):
    server = launch(command="dev").wait_until_ready()
    failures: list[Exception] = []
    over = threading.Event()

    def visit() -> None:
        while not over.is_set():
            try:
                server.get()  # over a new connection each time
            except Exception as error:
                failures.append(error)

    visitors = [threading.Thread(target=visit) for _ in range(4)]
    for visitor in visitors:
        visitor.start()
    for reloads in range(8):
        write_app(f"version {'i' * reloads}")
        server.reload()
    over.set()
    for visitor in visitors:
        visitor.join()
    assert failures == []
    assert server.get().startswith("version iiiiiii ")


def test_in_dev_code_that_ends_python_is_tried_until_it_is_mended(launch, tmp_path, write_app):
    server = launch(command="dev").wait_until_ready()
    (tmp_path / "app.py").write_text("import os\nos._exit(3)\n")
    server.send(signal.SIGHUP)
    server.wait_for_log("exited with 3 before it was ready")
    server.wait_for_log("the new code does not start; trying again")
    write_app("mended")
    server.send(signal.SIGHUP)
    server.until(lambda: server.get().startswith("mended "), "the new code serves")


@pytest.mark.slow
def test_the_watcher_ends_with_a_killed_supervisor(launch):
    server = launch(command="dev").wait_until_ready()
    server.until(lambda: len(server.workers()) == 2, "a worker and the watcher run")
    children = server.workers()
    time.sleep(0.5)
    server.process.kill()
    server.wait()
    server.until(lambda: not any(map(server.alive, children)), "none is left")

"""The commands that look at a running server and tell it what to do, as an operator types them."""

import json
import os
import pty
import select
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request

import pytest

from commands import enfilade
from enfilade.cli.live_server import duration, memory, plain
from running import enfilade_run

APPLICATION = """
import os, time

def app(environ, start_response):
    if environ["PATH_INFO"] == "/slow":
        time.sleep(1)
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"VERSION"]
"""


class Site:
    """A server in a folder of its own, and the commands given there."""

    def __init__(self, folder):
        self.folder = folder
        self.write("one")

    def write(self, version):
        (self.folder / "app.py").write_text(APPLICATION.replace("VERSION", version))

    def __call__(self, *arguments, **environ):
        return enfilade(*arguments, cwd=self.folder, env={**os.environ, **environ})

    def json(self, *arguments):
        return json.loads(self(*arguments, "--json").stdout)


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """With two workers; it is paused, drained and reloaded, and each test puts that right."""
    folder = tmp_path_factory.mktemp("site")
    site = Site(folder)
    (folder / "enfilade.toml").write_text('control = "control"\nworkers = 2\nhealth = true\n')
    with enfilade_run("app:app", output=folder / "log", cwd=folder) as server:
        site.server = server
        yield site


def get(site, path="/"):
    """Status and body."""
    try:
        with urllib.request.urlopen(f"{site.server.url}{path}", timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def test_status_tells_how_the_server_and_its_workers_are(site):
    get(site)
    done = site("status")
    assert done.returncode == 0, done.stderr
    assert "serving" in done.stdout.splitlines()[0]
    answer = site.json("status")
    for worker in answer["workers"]:
        assert str(worker["pid"]) in done.stdout
    assert len(answer["workers"]) == answer["wanted"] == 2
    assert answer["totals"]["responses_2xx"] >= 1
    assert answer["application"] == "app:app"


def test_status_for_another_program_is_neither_cut_nor_coloured_nor_padded(site):
    lines = site("status", COLUMNS="20", TERM="xterm-256color").stdout.splitlines()
    assert not [line for line in lines if line != line.rstrip() or "\x1b" in line or "…" in line]
    headings = "worker gen. state up requests busy waiting conn. memory"
    assert headings.split() in [line.split() for line in lines]
    assert f"  Serving   app:app at {site.server.url}" in lines
    assert "5xx 0" in "\n".join(lines)


def test_top_shows_what_is_done_now_once_without_a_terminal(site):
    client = threading.Thread(target=get, args=(site, "/slow?cart=7"))
    client.start()
    time.sleep(0.3)
    done = site("top", COLUMNS="20")
    (activity,) = site.json("top")["activities"]
    client.join()
    assert done.returncode == 0, done.stderr
    assert "/slow?cart=7" in done.stdout
    assert "application" in done.stdout
    assert (activity["method"], activity["target"]) == ("GET", "/slow?cart=7")
    assert activity["elapsed"] > 0.2


def test_top_on_a_terminal_goes_on_until_q(site):
    master, slave = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "enfilade", "top", "--interval=0.1"],
        cwd=site.folder,
        stdin=slave,
        stdout=slave,
        stderr=slave,
        env={**os.environ, "TERM": "xterm"},
    )
    os.close(slave)
    shown = b""
    while shown.count(b"q ends") < 2:
        assert select.select([master], [], [], 10)[0], shown
        shown += os.read(master, 65536)
    os.write(master, b"q")
    while process.poll() is None:
        if select.select([master], [], [], 0.1)[0]:
            try:
                os.read(master, 65536)
            except OSError:
                break
    assert process.wait(10) == 0
    os.close(master)


def test_reload_waits_until_the_new_code_serves(site):
    before = site.json("status")["generation"]
    site.write("two")
    done = site("reload")
    assert (done.returncode, done.stderr) == (0, "")
    assert f"Generation {before + 1} serves" in done.stdout
    assert done.stdout.endswith("; the other workers follow.\n")
    deadline = time.monotonic() + 10
    while get(site)[1] != "two" and time.monotonic() < deadline:
        time.sleep(0.02)  # the second worker follows
    assert get(site)[1] == "two"


def test_reload_of_all_waits_until_no_worker_runs_the_old_code(site):
    before = site.json("status")["generation"]
    old = threading.Thread(target=get, args=(site, "/slow"))
    old.start()
    time.sleep(0.3)
    done = site("reload", "--all")
    workers = site.json("status")["workers"]
    old.join()
    assert (done.returncode, done.stderr) == (0, "")
    assert f"Generation {before + 1} serves in all workers, after" in done.stdout
    assert [worker["generation"] for worker in workers] == [before + 1] * 2


@pytest.mark.slow
def test_reload_of_broken_code_tells_the_reason_and_the_old_workers_serve(site):
    workers = [worker["pid"] for worker in site.json("status")["workers"]]
    (site.folder / "app.py").write_text("import a_module_that_is_not_there\n")
    done = site("reload")
    assert done.returncode == 1
    assert "No module named 'a_module_that_is_not_there'" in done.stderr
    assert "The workers that were there keep serving." in done.stderr
    answer = site("reload", "--json")
    assert answer.returncode == 1
    assert json.loads(answer.stdout)["ok"] is False
    assert get(site)[0] == 200
    assert [worker["pid"] for worker in site.json("status")["workers"]] == workers
    site.write("three")
    assert site("reload").returncode == 0


def test_pause_tells_everybody_the_message_until_resume(site):
    assert site("pause", "--message", "Back at noon", "--retry-after=60").returncode == 0
    assert get(site) == (503, "Back at noon\n")
    assert get(site, "/livez") == (200, "ok\n")
    assert "paused: Back at noon" in site("status").stdout
    assert site("resume").returncode == 0
    assert get(site)[0] == 200


def test_a_worker_that_starts_during_a_pause_is_paused(site):
    site("pause")
    site("reload")
    assert get(site)[0] == 503
    site("resume")


def test_drain_has_balancers_go_elsewhere_and_serves_on(site):
    assert get(site, "/readyz") == (200, "ok\n")
    assert site("drain").returncode == 0
    assert get(site, "/readyz") == (503, "not ready: draining\n")
    assert get(site)[0] == 200
    assert "drained" in site("status").stdout
    site("resume")
    assert get(site, "/readyz")[0] == 200


def test_drain_of_a_worker_replaces_it(site):
    victim = site.json("status")["workers"][0]["pid"]
    assert site("drain", str(victim)).returncode == 0
    deadline = time.monotonic() + 10

    def workers():
        return [worker["pid"] for worker in site.json("status")["workers"]]

    while victim in workers() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert victim not in workers()
    assert len(workers()) == 2


def test_drain_of_a_process_that_is_no_worker_is_refused(site):
    done = site("drain", "1")
    assert done.returncode == 1
    assert "There is no worker 1 that serves." in done.stderr


@pytest.mark.slow
def test_the_socket_is_found_by_flag_environment_and_file(site, tmp_path):
    path = str(site.folder / "control")
    elsewhere = Site(tmp_path)
    assert elsewhere("status", f"--control={path}").returncode == 0
    assert elsewhere("status", ENFILADE_CONTROL=path).returncode == 0
    (tmp_path / "other.toml").write_text(f'control = "{path}"\n')
    assert elsewhere("status", "--config=other.toml").returncode == 0


def test_says_what_is_missing_when_no_server_is_there(tmp_path):
    site = Site(tmp_path)
    unknown = site("status")
    assert unknown.returncode == 2
    assert "It is not known which server is meant." in unknown.stderr
    absent = site("status", "--control=nowhere")
    assert absent.returncode == 2
    assert "No server is controlled at nowhere: there is no socket." in absent.stderr
    (tmp_path / "file").write_text("")
    assert "nobody listens" in site("status", "--control=file").stderr


def test_stop_waits_for_the_end(tmp_path):
    site = Site(tmp_path)
    options = ("app:app", "--control=control", "--threads=1")
    with enfilade_run(*options, output=tmp_path / "log", cwd=tmp_path) as server:
        site.server = server
        answers = []
        client = threading.Thread(target=lambda: answers.append(get(site, "/slow")))
        client.start()
        time.sleep(0.2)
        done = site("stop", "--control=control")
        assert (done.returncode, done.stdout) == (0, "Stopped.\n")
        assert server.process.poll() == 0  # its process has gone, not just its workers
        client.join()
        assert answers == [(200, "one")]


def test_what_strangers_send_cannot_steer_the_terminal():
    assert plain("/a\x1b[2J\x9b31m\u202e") == "/a?[2J?31m?"


def test_durations_and_memory_are_told_as_people_say_them():
    assert [duration(n) for n in (3, 180, 7500, 200_000)] == ["3 s", "3 min", "2.1 h", "2.3 d"]
    assert [memory(None), memory(24_500_000)] == ["-", "24.5 MB"]

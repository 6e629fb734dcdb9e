"""The supervisor and its workers as an operator meets them: real processes, real signals."""

import http.client
import os
import re
import resource
import signal
import socket
import threading
import time
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/stat").exists(), reason="looks at processes through /proc"
)


def test_serves_and_ends_with_status_zero(launch):
    server = launch().wait_until_ready()
    assert server.get().startswith("one ")
    server.send(signal.SIGTERM)
    assert server.wait() == 0
    moment = r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d"
    # The client has its answer a moment before the thread is free.
    stopping = rf"{moment}  stopping(: 1 request under way)?\n"
    assert re.search(rf"{stopping}{moment}  stopped\n\Z", server.log)


def test_starts_as_many_workers_as_asked(launch):
    server = launch("--workers=3").wait_until_ready()
    server.until(lambda: len(server.workers()) == 3, "three workers run")


@pytest.mark.slow
def test_sigterm_lets_a_slow_request_finish(launch):
    server = launch().wait_until_ready()
    answers = []
    client = threading.Thread(target=lambda: answers.append(server.get("/slow")))
    client.start()
    time.sleep(0.2)
    server.send(signal.SIGTERM)
    client.join()
    assert answers[0].startswith("one ")
    assert server.wait() == 0


@pytest.mark.slow
def test_sigterm_answers_what_the_kernel_has_queued(launch):
    server = launch("--threads=1").wait_until_ready()
    answers = []
    clients = [
        threading.Thread(target=lambda: answers.append(server.get("/slow"))) for _ in range(4)
    ]
    for client in clients:
        client.start()
    time.sleep(0.2)
    server.send(signal.SIGTERM)
    for client in clients:
        client.join()
    assert len(answers) == 4
    assert server.wait() == 0


@pytest.mark.slow
def test_an_idle_connection_does_not_hold_up_the_end(launch):
    server = launch("--grace=10", "--keep-alive=0").wait_until_ready()
    connection = server.connect()
    connection.request("GET", "/")
    connection.getresponse().read()
    server.send(signal.SIGTERM)
    assert server.wait() == 0
    assert "overdue" not in server.log


@pytest.mark.slow
def test_a_request_that_outlives_the_grace_is_ended_and_its_stack_shown(launch, tmp_path):
    (tmp_path / "hang.py").write_text(
        "import time\ndef app(environ, start_response):\n    time.sleep(60)\n"
    )
    server = launch("hang:app", "--grace=0.3").wait_until_ready()
    connection = server.connect()
    connection.request("GET", "/")
    time.sleep(0.2)
    server.send(signal.SIGTERM)
    assert server.wait() == 0
    assert "stopping: 1 request under way\n" in server.log
    assert "overdue (draining)" in server.log
    assert "hang.py" in server.log


def test_a_second_interrupt_does_not_wait(launch):
    server = launch().wait_until_ready()
    connection = server.connect()
    connection.request("GET", "/slow")
    time.sleep(0.2)
    server.send(signal.SIGINT)
    time.sleep(0.05)
    server.send(signal.SIGINT)
    assert server.wait() == 0
    with pytest.raises((http.client.RemoteDisconnected, ConnectionResetError)):
        connection.getresponse()


def test_reload_serves_the_new_code(launch, write_app):
    server = launch("--workers=2").wait_until_ready()
    server.until(lambda: len(server.workers()) == 2, "two workers run")
    old = server.workers()
    write_app("two, longer")
    server.send(signal.SIGHUP)
    server.wait_for_log("reloaded in")
    server.until(lambda: not old & server.workers(), "the old workers have gone")
    assert len(server.workers()) == 2
    assert server.get().startswith("two, longer ")


def test_reload_under_load_loses_no_request(launch, write_app):
    server = launch("--workers=2").wait_until_ready()
    with server.under_load() as failures:
        for reloads in range(4):
            write_app(f"version {'i' * reloads}")
            server.reload()
    assert failures == []
    server.until(lambda: server.get().startswith("version iii "), "only the newest code serves")


def test_reload_with_broken_code_keeps_the_old(launch, tmp_path, write_app):
    server = launch().wait_until_ready()
    old = server.workers()
    (tmp_path / "app.py").write_text("import a_module_that_is_not_there\n")
    server.send(signal.SIGHUP)
    server.wait_for_log("the new code does not start; the old workers keep serving")
    assert "No module named 'a_module_that_is_not_there'" in server.log
    assert 'app.py", line 1' in server.log
    assert server.get().startswith("one ")
    assert server.workers() == old

    write_app("three")
    server.send(signal.SIGHUP)
    server.wait_for_log("reloaded in")
    server.until(lambda: server.get().startswith("three "), "the new code serves")


def test_a_killed_worker_is_replaced(launch):
    server = launch("--workers=2").wait_until_ready()
    server.until(lambda: len(server.workers()) == 2, "two workers run")
    victim = min(server.workers())
    os.kill(victim, signal.SIGKILL)
    server.wait_for_log(f"worker {victim} was killed by SIGKILL")
    server.until(
        lambda: len(server.workers()) == 2 and victim not in server.workers(), "it is replaced"
    )
    server.wait_for_log(f"takes the place of worker {victim}\n")
    assert server.get().startswith("one ")


def test_workers_end_when_the_supervisor_is_killed(launch):
    server = launch("--workers=2").wait_until_ready()
    server.until(lambda: len(server.workers()) == 2, "two workers run")
    workers, port = server.workers(), server.port
    idle = server.connect()
    idle.request("GET", "/")
    idle.getresponse().read()
    server.process.kill()
    server.wait()
    server.until(lambda: not any(map(server.alive, workers)), "no worker is left")
    server.until(lambda: can_bind(port), "the port is free")


def test_a_worker_that_is_still_loading_ends_with_its_supervisor(launch, tmp_path):
    (tmp_path / "hang.py").write_text("import time\nopen('begun', 'w').close()\ntime.sleep(60)\n")
    server = launch("hang:app")
    server.until((tmp_path / "begun").exists, "the application is being loaded")
    workers = server.workers()
    server.process.kill()
    server.wait()
    server.until(lambda: not any(map(server.alive, workers)), "no worker is left")


@pytest.mark.slow
def test_a_shortage_of_descriptors_keeps_no_worker_from_serving(launch):
    server = launch("--workers=2").wait_until_ready()
    server.until(lambda: len(server.workers()) == 2, "two workers run")
    limits = resource.prlimit(server.process.pid, resource.RLIMIT_NOFILE)
    resource.prlimit(server.process.pid, resource.RLIMIT_NOFILE, (5, limits[1]))
    os.kill(min(server.workers()), signal.SIGKILL)
    server.wait_for_log("cannot start a worker: ")
    assert server.get().startswith("one ")
    resource.prlimit(server.process.pid, resource.RLIMIT_NOFILE, limits)
    server.until(lambda: len(server.workers()) == 2, "two workers run again")


def can_bind(port):
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def test_an_application_that_does_not_start_ends_the_command(launch, tmp_path):
    (tmp_path / "broken.py").write_text("def app(environ, start_response): ...\n1 / 0\n")
    server = launch("broken:app", "--workers=2")
    assert server.wait() == 1
    assert "ZeroDivisionError" in server.log
    assert "the application cannot be started; giving up" in server.log
    assert server.log.count("ZeroDivisionError") == 1
    assert "\nTraceback (most recent call last):\n  File " in server.log
    assert "enfilade/server" not in server.log
    assert "worker" not in server.log


def test_an_unknown_name_is_told_in_a_sentence(launch, tmp_path):
    server = launch("app:appp")
    assert server.wait() == 2
    module = f"Module app ({tmp_path / 'app.py'})"
    assert server.log == f"Error: {module} has no 'appp'.\nHint: Did you mean app:app?\n"


@pytest.mark.slow
def test_a_crash_loop_is_slowed_down_and_survived(launch, tmp_path, write_app):
    server = launch().wait_until_ready()
    (tmp_path / "app.py").write_text("import os\nos._exit(7)\n")
    for pid in server.workers():
        os.kill(pid, signal.SIGKILL)
    server.until(lambda: server.log.count("exited with 7 before it was ready") >= 3, "it loops")
    before = server.log.count("exited with 7")
    time.sleep(1.5)
    assert server.log.count("exited with 7") - before <= 4
    write_app("healed")
    server.until(lambda: server.workers() and "healed" in _try(server), "it serves again")


def _try(server):
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=0.5)
    try:
        connection.request("GET", "/")
        return connection.getresponse().read().decode()
    except OSError:
        return ""
    finally:
        connection.close()


def test_a_worker_that_takes_too_long_to_start_is_ended_and_its_stack_shown(launch, tmp_path):
    (tmp_path / "hang.py").write_text("import time\ntime.sleep(60)\n")
    server = launch("hang:app", "--boot-timeout=0.3")
    assert server.wait() == 1
    assert "overdue (booting: it has not started within 0.3 s, --boot-timeout)" in server.log
    assert 'hang.py", line 2' in server.log


def test_ttin_and_ttou_change_the_number_of_workers(launch):
    server = launch().wait_until_ready()
    server.send(signal.SIGTTIN)
    server.until(lambda: len(server.workers()) == 2, "a second worker runs")
    for _ in range(3):
        server.send(signal.SIGTTOU)
        time.sleep(0.05)
    server.until(lambda: len(server.workers()) == 1, "one worker is left")
    assert server.get().startswith("one ")


@pytest.mark.slow
def test_a_flood_of_signals_leaves_the_right_number_of_workers_and_no_zombies(launch):
    server = launch("--workers=2", "--grace=1").wait_until_ready()
    server.until(lambda: len(server.workers()) == 2, "two workers run")
    numbers = [signal.SIGHUP, signal.SIGTTIN, signal.SIGTTOU, signal.SIGCHLD, signal.SIGUSR1]
    for index in range(300):
        server.send(numbers[index % len(numbers)])
        time.sleep(0.001)
    # Two signals of one kind may become one on their way: bring the count to a known one.
    for _ in range(70):
        server.send(signal.SIGTTOU)
        time.sleep(0.002)
    server.until(lambda: len(server.workers()) == 1, "one worker is left")
    assert all(map(server.alive, server.workers()))
    assert server.get().startswith("one ")
    server.send(signal.SIGTERM)
    assert server.wait() == 0


@pytest.mark.slow
def test_a_reload_during_a_reload_is_not_lost(launch, tmp_path, write_app):
    server = launch().wait_until_ready()
    (tmp_path / "app.py").write_text("import time\ntime.sleep(0.6)\n1 / 0\n")
    server.send(signal.SIGHUP)
    time.sleep(0.2)
    write_app("corrected")
    server.send(signal.SIGHUP)
    server.until(lambda: server.get().startswith("corrected "), "the correction serves")


def test_sigquit_ends_at_once(launch):
    server = launch().wait_until_ready()
    connection = server.connect()
    connection.request("GET", "/slow")
    time.sleep(0.1)
    server.send(signal.SIGQUIT)
    assert server.wait() == 0
    with pytest.raises((http.client.RemoteDisconnected, ConnectionResetError)):
        connection.getresponse()


@pytest.mark.slow
def test_a_stuck_worker_is_replaced(launch, tmp_path):
    (tmp_path / "stuck.py").write_text(
        "import time\n"
        "def app(environ, start_response):\n"
        "    if environ['PATH_INFO'] == '/hang':\n"
        "        time.sleep(60)\n"
        "    start_response('200 OK', [('Content-Length', '2')])\n"
        "    return [b'ok']\n"
    )
    server = launch("stuck:app", "--application-timeout=0.3", "--grace=2").wait_until_ready()
    (victim,) = server.workers()
    server.get("/hang")
    server.wait_for_log(f"worker {victim} is stuck")
    server.until(lambda: victim not in server.workers(), "it is replaced")
    assert server.get() == "ok"


def test_closing_the_terminal_ends_the_server_instead_of_reloading_it(launch):
    master, slave = os.openpty()
    server = launch(stderr=slave)
    os.close(slave)
    shown = b""
    while b"Stop" not in shown:
        shown += os.read(master, 4096)
    os.close(master)
    server.send(signal.SIGHUP)
    assert server.wait() == 0


def test_without_limits_a_worker_may_take_its_time(launch):
    server = launch("--grace=0", "--boot-timeout=0").wait_until_ready()
    server.send(signal.SIGTERM)
    assert server.wait() == 0
    assert "overdue" not in server.log

"""What a worker does for its application, seen from outside."""

import signal
import socket
import time

import pytest

from patience import until


def test_serves_on_a_unix_socket_and_removes_it_at_the_end(launch, tmp_path):
    server = launch("--bind=unix:site.sock").wait_until_ready()
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(str(tmp_path / "site.sock"))
        client.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        answer = b"".join(iter(lambda: client.recv(4096), b""))
    assert answer.startswith(b"HTTP/1.1 200 ")
    server.send(signal.SIGTERM)
    assert server.wait() == 0
    assert not (tmp_path / "site.sock").exists()


def test_serves_on_an_inherited_descriptor(launch):
    with socket.create_server(("127.0.0.1", 0)) as parent:
        parent.set_inheritable(True)
        server = launch(f"--bind=fd://{parent.fileno()}").wait_until_ready()
        assert server.port == parent.getsockname()[1]
        assert server.get().startswith("one ")


@pytest.mark.slow
def test_an_application_learns_that_it_runs_for_development(launch, tmp_path):
    (tmp_path / "says.py").write_text(
        "import os\n"
        "SAID = os.environ.get('ENFILADE_DEBUG', 'nothing').encode()\n"
        "def app(environ, start_response):\n"
        "    start_response('200 OK', [('Content-Length', str(len(SAID)))])\n"
        "    return [SAID]\n"
    )
    assert launch("says:app").wait_until_ready().get() == "nothing"
    assert launch("says:app", "--debug").wait_until_ready().get() == "1"
    assert (
        launch("says:app", "--no-debug", ENFILADE_DEBUG="1").wait_until_ready().get() == "nothing"
    )


def test_modules_beside_the_application_can_be_imported(launch, tmp_path):
    (tmp_path / "code").mkdir()
    (tmp_path / "app.py").rename(tmp_path / "code" / "beside.py")
    (tmp_path / "code" / "entry.py").write_text("from beside import app\n")
    server = launch("entry:app", "--app-directory=code").wait_until_ready()
    assert server.get().startswith("one ")


def test_a_factory_makes_the_application(launch, tmp_path):
    (tmp_path / "made.py").write_text("import app\ndef create(): return app.app\n")
    assert launch("made:create()").wait_until_ready().get().startswith("one ")


def test_what_the_application_registered_for_the_end_is_run(launch, tmp_path):
    (tmp_path / "ends.py").write_text(
        "import atexit, pathlib\nfrom app import app\n"
        "atexit.register(pathlib.Path('ended').write_text, 'yes')\n"
    )
    server = launch("ends:app").wait_until_ready()
    server.send(signal.SIGTERM)
    server.wait()
    assert (tmp_path / "ended").read_text() == "yes"


@pytest.mark.slow
def test_who_comes_while_it_drains_is_refused_and_not_left_waiting(launch, tmp_path):
    """Else a proxy would take the machine for one that is there, and lose what it sends."""
    (tmp_path / "slow.py").write_text(
        "import pathlib, time\nfrom app import app as other\n"
        "def app(environ, start_response):\n"
        "    if environ['PATH_INFO'] == '/slow':\n"
        "        pathlib.Path('begun').touch()\n"
        "        while not pathlib.Path('go').exists():\n"
        "            time.sleep(0.01)\n"
        "    return other(environ, start_response)\n"
    )
    server = launch("slow:app", "--workers=2", "--bind=127.0.0.1:0").wait_until_ready()
    address = ("127.0.0.1", server.port)
    with socket.create_connection(address) as client:
        client.sendall(b"GET /slow HTTP/1.1\r\nHost: x\r\n\r\n")
        wait_for(tmp_path / "begun")
        server.send(signal.SIGTERM)
        until(lambda: not accepts(address), "nobody is queued whom nobody will take")
        (tmp_path / "go").touch()
        assert client.recv(4096).startswith(b"HTTP/1.1 200 ")
    assert server.wait() == 0


def wait_for(path):
    until(path.exists, f"{path} is there")


def accepts(address):
    try:
        socket.create_connection(address, 5).close()
    except ConnectionRefusedError:
        return False
    return True


# Access lines ------------------------------------------------------------------------------


JOB = """
import concurrent.futures, pathlib, threading, time

def job():
    while not pathlib.Path("go").exists():
        time.sleep(0.01)
    pathlib.Path("done").touch()

executor = concurrent.futures.ThreadPoolExecutor()

def app(environ, start_response):
    START
    start_response("200 OK", [])
    return [b"begun"]
"""


@pytest.mark.parametrize(
    "start", ["executor.submit(job)", "threading.Thread(target=job, daemon=False).start()"]
)
def test_jobs_in_the_application_s_own_threads_are_finished(launch, tmp_path, start):
    (tmp_path / "job.py").write_text(JOB.replace("START", start))
    server = launch("job:app").wait_until_ready()
    port = server.port
    assert server.get() == "begun"
    server.send(signal.SIGTERM)
    server.until(lambda: refused(port), "newcomers are refused")
    (tmp_path / "go").touch()
    assert server.wait() == 0
    assert (tmp_path / "done").exists()


def refused(port):
    try:
        socket.create_connection(("127.0.0.1", port)).close()
    except ConnectionRefusedError:
        return True
    return False


def test_access_lines_go_to_standard_output(launch):
    server = launch().wait_until_ready()
    server.get("/seen")
    server.until(lambda: server.lines, "the line is written")
    assert '"GET /seen HTTP/1.1" 200 ' in server.lines[0]


@pytest.mark.slow
def test_access_lines_go_to_a_file_that_usr1_reopens(launch, tmp_path):
    server = launch("--access-log=access.log").wait_until_ready()
    server.get("/first")
    server.until(lambda: (tmp_path / "access.log").read_text(), "the line is written")
    (tmp_path / "access.log").rename(tmp_path / "access.log.1")
    server.send(signal.SIGUSR1)
    server.until((tmp_path / "access.log").exists, "the file is opened anew")
    server.get("/second")
    server.until(lambda: "/second" in (tmp_path / "access.log").read_text(), "it is written there")
    assert "/second" not in (tmp_path / "access.log.1").read_text()


def test_development_lines_are_short_and_without_colour_in_a_file(launch):
    server = launch("--debug").wait_until_ready()
    server.get("/seen")
    server.until(lambda: server.lines, "the line is written")
    assert "  200  GET /seen  " in server.lines[0]
    assert "\x1b" not in server.lines[0]


@pytest.mark.slow
def test_an_access_log_that_cannot_be_opened_is_told_at_the_start(launch):
    server = launch("--access-log=nowhere/access.log")
    assert server.wait() == 2
    assert "Cannot open the access log nowhere/access.log: No such file" in server.log
    assert "Traceback" not in server.log


# ASGI --------------------------------------------------------------------------------------

ASGI = """
import os
started = False

async def app(scope, receive, send):
    global started
    if scope["type"] == "lifespan":
        await receive()
        started = True
        await send({"type": "lifespan.startup.complete"})
        await receive()
        open("stopped", "w").close()
        await send({"type": "lifespan.shutdown.complete"})
        return
    if scope["path"] == "/slow":
        import asyncio
        await asyncio.sleep(0.5)
    body = f"{started} {os.getpid()}".encode()
    await send({"type": "http.response.start", "status": 200,
                "headers": [(b"content-length", str(len(body)).encode())]})
    await send({"type": "http.response.body", "body": body})
"""


@pytest.fixture
def asgi(tmp_path):
    (tmp_path / "door.py").write_text(ASGI)
    return "door:app"


def test_serves_an_asgi_application_with_its_lifespan(launch, asgi, tmp_path):
    server = launch(asgi, "--workers=2").wait_until_ready()
    assert "(ASGI)" in server.log
    assert server.get("/a%20b?c=d").startswith("True ")
    connection = server.connect()
    connection.request("GET", "/")
    assert connection.getresponse().getheader("server") == "Enfilade"
    connection.close()
    server.until(lambda: server.lines, "the line is written")
    assert '"GET /a%20b?c=d HTTP/1.1" 200 ' in server.lines[0]
    server.send(signal.SIGTERM)
    assert server.wait() == 0
    assert (tmp_path / "stopped").exists()


@pytest.mark.parametrize("application", ["app:app", "door:app"])
def test_the_access_line_has_the_size_of_the_body(launch, asgi, application):
    server = launch(application).wait_until_ready()
    size = len(server.get())
    server.until(lambda: server.lines, "the first line is written")
    connection = server.connect()
    connection.request("HEAD", "/")
    connection.getresponse()
    connection.close()
    server.until(lambda: len(server.lines) == 2, "both lines are written")
    assert f'"GET / HTTP/1.1" 200 {size} ' in server.lines[0]
    assert '"HEAD / HTTP/1.1" 200 0 ' in server.lines[1]


def test_options_without_a_meaning_for_asgi_are_named(launch, asgi):
    server = launch(asgi, "--spool-body=1000", "--limit-body=1000").wait_until_ready()
    ignored = next(line for line in server.log.splitlines() if "Ignored" in line)
    assert "spool-body" in ignored
    assert "limit-body" not in ignored
    assert "threads" not in server.log


@pytest.mark.slow
def test_an_asgi_worker_finishes_a_slow_request(launch, asgi):
    server = launch(asgi).wait_until_ready()
    connection = server.connect()
    connection.request("GET", "/slow")
    time.sleep(0.2)
    server.send(signal.SIGTERM)
    assert connection.getresponse().read().startswith(b"True ")
    assert server.wait() == 0


@pytest.mark.slow
def test_reloading_an_asgi_application_under_load_loses_no_request(launch, asgi):
    server = launch(asgi, "--workers=2").wait_until_ready()
    with server.under_load() as failures:
        for _ in range(4):
            server.reload()
    assert failures == []


@pytest.mark.slow
def test_an_idle_connection_does_not_hold_up_the_end_of_an_asgi_worker(launch, asgi):
    server = launch(asgi, "--grace=10", "--keep-alive=0").wait_until_ready()
    connection = server.connect()
    connection.request("GET", "/")
    connection.getresponse().read()
    server.send(signal.SIGTERM)
    assert server.wait() == 0
    assert "overdue" not in server.log


@pytest.mark.slow
def test_an_asgi_worker_is_replaced_on_reload_and_gone_with_its_supervisor(launch, asgi):
    server = launch(asgi).wait_until_ready()
    (old,) = server.workers()
    server.send(signal.SIGHUP)
    server.until(lambda: server.workers() and old not in server.workers(), "it is replaced")
    workers = server.workers()
    server.process.kill()
    server.wait()
    server.until(lambda: not any(map(server.alive, workers)), "no worker is left")


def test_a_lifespan_that_fails_ends_the_command(launch, tmp_path):
    (tmp_path / "fails.py").write_text(
        "async def app(scope, receive, send):\n"
        "    await receive()\n"
        "    await send({'type': 'lifespan.startup.failed', 'message': 'no database'})\n"
    )
    server = launch("fails:app")
    assert server.wait() == 1
    assert "no database" in server.log
    assert "the application cannot be started" in server.log


def test_asgi_without_uvicorn_says_what_to_install(launch, asgi, tmp_path):
    (tmp_path / "uvicorn.py").write_text("raise ImportError('not here')\n")
    server = launch(asgi, PYTHONPATH=str(tmp_path))
    assert server.wait() == 2
    assert 'pip install "enfilade[asgi]"' in server.log

"""What real servers keep, of both builds; read over the control socket, or from the memory."""

import http.client
import json
import os
import re
import signal
import socket
import threading
import time
from contextlib import contextmanager

import pytest

from enfilade.server.control import ControlFailure, controlling
from enfilade.server.engine import choose_loop
from enfilade.server.loop import Loop
from enfilade.server.options import Options
from enfilade.server.recorder import Recorder, Rings
from patience import PATIENCE, until

TOKEN = "a-token-of-some-length"
PARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"

SITE = """
import os, threading, time

def dawdle():
    time.sleep(0.5)

def fail():
    raise LookupError("nothing here")

def app(environ, start_response):
    path = environ["PATH_INFO"]
    if path == "/slow":
        dawdle()
    if path == "/fail":
        fail()
    if path == "/hang":
        time.sleep(30)
    if path == "/threads":
        body = " ".join(sorted(thread.name for thread in threading.enumerate()))
    else:
        body = f"{os.getpid()} {environ.get('HTTP_ENFILADE_TRACE', '')}"
    start_response("200 OK", [("Content-Type", "text/plain"), ("X-Long", "y" * 10)])
    return [body.encode()] if path != "/pieces" else iter([body.encode(), b"more"])
"""

BUILDS = {"compiled": {}, "plain": {"ENFILADE_PLAIN": "1"}}


@pytest.fixture(params=BUILDS)
def start(request, launch, tmp_path):
    """Start the site with these arguments; nothing is sampled unless they say so."""

    def start(*arguments: str, **environ: str):
        (tmp_path / "app.py").write_text(SITE)
        control = f"--control={tmp_path}/control"
        some = ("--record-slow=0.2", "--record-sample=0", "--access-log=off", control)
        said = {**BUILDS[request.param], **environ}
        return launch(*some, *arguments, **said).wait_until_ready()

    return start


def entries(server, **conditions) -> list[dict]:
    with controlling(str(server.folder / "control")) as control:
        return control.ask("requests", limit=1000, **conditions)["requests"]


def kept(server, path: str, count: int = 1) -> list[dict]:
    """The entries of *path*, once there are so many, the latest first."""
    return until(
        lambda: len(found := entries(server, path=path)) >= count and found,
        f"{count} of {path} are kept",
    )


def ask(server, path: str = "/", **fields: str) -> http.client.HTTPResponse:
    connection = server.connect()
    try:
        named = {name.replace("_", "-"): value for name, value in fields.items()}
        connection.request("GET", path, headers=named)
        answer = connection.getresponse()
        answer.text = answer.read().decode()
        return answer
    finally:
        connection.close()


def test_a_slow_request_is_kept_with_where_it_stood(start):
    server = start()
    ask(server, "/slow")
    (entry,) = kept(server, "/slow")
    assert (entry["why"], entry["status"]) == (["slow"], 200)
    assert entry["duration"] >= 500_000_000
    frames = [frame for stack in entry["stacks"] for frame in stack["frames"]]
    assert any(frame.endswith("app.py:5 dawdle") for frame in frames), frames


def test_the_next_like_a_slow_one_is_traced(start):
    server = start()
    ask(server, "/slow")
    kept(server, "/slow")
    ask(server, "/slow")
    later, _ = kept(server, "/slow", 2)
    assert later["why"] == ["slow", "suspected"]
    names = [event["event"] for event in later["events"]]
    assert names == ["accept", "read", "gateway", "write", "send"]


def test_a_failed_request_is_kept_with_its_exception(start):
    server = start()
    ask(server, "/fail")
    (entry,) = kept(server, "/fail")
    assert (entry["why"], entry["status"]) == (["failed"], 500)
    assert entry["error"].startswith("LookupError")
    innermost, above, *_ = entry["error_frames"]
    assert innermost.endswith("app.py:8 fail")
    assert above.endswith("app.py:15 app")


def test_it_is_kept_with_the_client_that_a_trusted_proxy_names(start):
    server = start()
    connection = server.connect()
    for fields in ({"X-Forwarded-For": "192.0.2.7"}, {}):
        connection.request("GET", "/fail", headers=fields)
        connection.getresponse().read()
    later, earlier = kept(server, "/fail", 2)
    assert (earlier["peer"], later["peer"]) == ("192.0.2.7", "127.0.0.1")


def test_a_request_that_missed_its_deadline_is_kept(start):
    server = start("--application-timeout=0.5")
    assert ask(server, "/hang").status == 504
    (entry,) = kept(server, "/hang")
    assert (entry["why"], entry["status"]) == (["slow", "failed"], 504)
    assert entry["stacks"]


def test_one_in_so_many_is_sampled(start):
    server = start("--record-sample=5")
    connection = server.connect()
    for _ in range(60):
        connection.request("GET", "/sampled")
        connection.getresponse().read()
    found = kept(server, "/sampled", 3)
    assert all(entry["why"] == ["sampled"] for entry in found)
    assert len(found) < 30
    assert {event["event"] for event in found[0]["events"]} >= {"read", "gateway", "write"}


def test_whoever_has_the_token_gets_a_trace(start):
    server = start(ENFILADE_TRACE_TOKEN=TOKEN)
    answer = ask(server, "/asked?page=2", Enfilade_Trace=TOKEN)
    (entry,) = kept(server, "/asked")
    assert entry["why"] == ["asked"]
    assert entry["span"] == answer.headers["Enfilade-Trace"]
    assert "total;dur=" in answer.headers["Server-Timing"]
    (queue,) = re.findall(r"queue;dur=([\d.]+)", answer.getheader("Server-Timing"))
    assert float(queue) == round(entry["queued"] / 1e6, 3)
    assert TOKEN not in answer.text, "the application was told"
    assert ["X-Long", "y" * 10] in entry["response_fields"]
    assert TOKEN not in json.dumps(entry)


def test_it_gets_one_of_a_failure_and_of_what_comes_piece_by_piece(start):
    server = start(ENFILADE_TRACE_TOKEN=TOKEN)
    for path in ("/fail", "/pieces"):
        answer = ask(server, path, Enfilade_Trace=TOKEN)
        assert kept(server, path)[0]["span"] == answer.headers["Enfilade-Trace"]


def test_it_gets_one_of_what_the_server_answers_itself(start):
    server = start("--health", ENFILADE_TRACE_TOKEN=TOKEN)
    answer = ask(server, "/livez", Enfilade_Trace=TOKEN)
    assert answer.text == "ok\n"
    (entry,) = kept(server, "/livez")
    assert entry["span"] == answer.headers["Enfilade-Trace"]
    assert "Server-Timing" in dict(entry["response_fields"])


@pytest.mark.parametrize("token", ["wrong", TOKEN[:-1]])
def test_whoever_has_a_wrong_one_gets_none(start, token):
    server = start(ENFILADE_TRACE_TOKEN=TOKEN)
    answer = ask(server, Enfilade_Trace=token)
    assert answer.status == 200
    assert "Enfilade-Trace" not in answer.headers
    assert "Server-Timing" not in answer.headers
    ask(server, "/asked", Enfilade_Trace=TOKEN)
    assert [entry["path"] for entry in kept(server, "/asked")] == ["/asked"]
    assert not entries(server, path="/", why="sampled")


def test_a_trusted_caller_has_its_requests_traced(start):
    server = start()
    ask(server, "/called", traceparent=PARENT)
    (entry,) = kept(server, "/called")
    assert (entry["why"], entry["trace_id"]) == (["upstream"], PARENT[3:35])


def test_a_caller_who_is_not_trusted_has_not(start):
    server = start("--trusted-proxies=none")
    ask(server, "/called", traceparent=PARENT)
    ask(server, "/fail", traceparent=PARENT)
    (entry,) = kept(server, "/fail")
    assert entry["trace_id"] == PARENT[3:35]
    assert not entries(server, path="/called")


def test_a_connection_goes_on_after_a_trace(start):
    server = start(ENFILADE_TRACE_TOKEN=TOKEN)
    connection = server.connect()
    for number in range(6):
        fields = {"Enfilade-Trace": TOKEN} if number % 2 else {}
        connection.request("GET", f"/{number}", headers=fields)
        answer = connection.getresponse()
        assert answer.read().decode().split()[0].isdecimal()
        assert ("Enfilade-Trace" in answer.headers) == bool(number % 2)
    assert len(kept(server, "/", 3)) == 3


def test_entries_outlive_the_worker(start):
    server = start(ENFILADE_TRACE_TOKEN=TOKEN)
    pid = int(ask(server, "/before", Enfilade_Trace=TOKEN).text.split()[0])
    kept(server, "/before")
    waiting = threading.Thread(target=hang, args=[server])
    waiting.start()
    until(lambda: activities(server) == ["/hang"], "it is under way")
    os.kill(pid, signal.SIGKILL)
    server.wait_for_log("takes the place of")
    waiting.join()
    ask(server, "/after", Enfilade_Trace=TOKEN)
    kept(server, "/after")
    found = {entry["path"]: entry for entry in entries(server)}
    assert found["/before"]["pid"] == pid != found["/after"]["pid"]
    assert found["/hang"]["why"] == ["lost"]


def hang(server) -> None:
    with pytest.raises((http.client.HTTPException, OSError)):
        ask(server, "/hang")


def activities(server) -> list[str]:
    with controlling(str(server.folder / "control")) as control:
        return [each["target"] for each in control.ask("top")["activities"]]


def test_without_a_recorder_nothing_is_kept_and_no_thread_looks(start):
    server = start("--no-recorder", ENFILADE_TRACE_TOKEN=TOKEN)
    ask(server, "/fail")
    answer = ask(server, "/threads", Enfilade_Trace=TOKEN)
    assert "recorder" not in answer.text
    assert "Enfilade-Trace" not in answer.headers
    with pytest.raises(ControlFailure, match="keeps no requests"):
        entries(server)


def test_with_one_a_thread_looks(start):
    assert "recorder" in ask(start(), "/threads").text


def test_the_token_is_told_to_nobody(start):
    server = start(f"--trace-token={TOKEN}")
    ask(server, "/fail", Enfilade_Trace=TOKEN)
    kept(server, "/fail")
    assert "--trace-token" in server.log
    with controlling(str(server.folder / "control")) as control:
        told = json.dumps([control.ask("status"), control.ask("top"), control.ask("requests")])
    assert TOKEN not in server.log + told + "".join(server.lines)


# One worker's loop, without processes -------------------------------------------------------


@contextmanager
def serving(kind: type[Loop], application, **options):
    """A loop on a thread, its rings, and a call that asks it."""
    rings = Rings(1, 64)
    terms = Options(**{"record_sample": 0, "access_log": "off", **options})
    listener = socket.create_server(("127.0.0.1", 0))
    recorder = Recorder(rings.ring(0), terms)
    loop = kind([listener], application, terms, recorder=recorder)
    thread = threading.Thread(target=loop.run)
    thread.start()

    def get(path: str) -> int:
        connection = http.client.HTTPConnection(*listener.getsockname(), timeout=PATIENCE)
        connection.request("GET", path)
        status = connection.getresponse().status
        connection.close()
        return status

    try:
        yield get, rings
    finally:
        loop.drain(0.0)
        thread.join(PATIENCE)
        listener.close()
        assert not any(each.name == "recorder" for each in threading.enumerate())


@pytest.mark.parametrize("kind", sorted({Loop, choose_loop()}, key=str), ids=lambda k: k.__name__)
def test_a_route_that_always_fails_is_traced_so_often_and_no_more(kind):
    def fail(environ, start_response):
        start_response("500 Internal Server Error", [])
        return []

    with serving(kind, fail) as (get, rings):
        began = time.monotonic()
        for _ in range(150):
            assert get("/broken") == 500
        seconds = time.monotonic() - began
        until(rings.entries, "something is kept")
    traced = [entry for entry in rings.entries() if "suspected" in entry.why]
    assert 0 < len(traced) <= 10 + 10 * seconds + 1


@pytest.mark.parametrize("kind", sorted({Loop, choose_loop()}, key=str), ids=lambda k: k.__name__)
def test_the_latest_of_very_many_that_fail_is_suspected(kind):
    def fail(environ, start_response):
        start_response("500 Internal Server Error", [])
        return []

    def suspected(path: str) -> bool:
        get(path)
        return any(entry.path == path and "suspected" in entry.why for entry in rings.entries())

    with serving(kind, fail) as (get, rings):
        for number in range(100):
            assert get(f"/{number}") == 500
        until(lambda: suspected("/99"), "it is traced")


@pytest.mark.parametrize("kind", sorted({Loop, choose_loop()}, key=str), ids=lambda k: k.__name__)
def test_what_takes_long_in_the_queue_is_slow(kind):
    over = threading.Event()

    def wait(environ, start_response):
        over.wait(0.3)
        start_response("200 OK", [])
        return []

    with serving(kind, wait, threads=1, record_slow=0.45) as (get, rings):
        asking = [threading.Thread(target=get, args=[f"/{number}"]) for number in range(2)]
        for thread in asking:
            thread.start()
        for thread in asking:
            thread.join()
        until(rings.entries, "one is kept")
    assert max(entry.queued for entry in rings.entries()) > 100_000_000

"""What the access log and the recorder are told of the requests of an ASGI application."""

import http.client
import re
import time

import pytest

from enfilade.server.control import controlling

TOKEN = "0123456789abcdef"
PARENT = "00-" + "a" * 32 + "-" + "b" * 16 + "-01"

APPLICATION = """
import asyncio, json, time

async def doze():
    await asyncio.sleep(0.7)

def hold():
    time.sleep(0.7)

async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        while (await receive())["type"] != "lifespan.shutdown":
            await send({"type": "lifespan.startup.complete"})
        await send({"type": "lifespan.shutdown.complete"})
        return
    if scope["path"].startswith("/slow"):
        await doze()
    if scope["path"] == "/blocking":
        hold()
    if scope["path"] == "/broken":
        raise KeyError("k")
    seen = {
        "trace": getattr(scope.get("enfilade.trace"), "span", None),
        "private": [key for key in scope if key.startswith("enfilade.account")],
        "names": [name.decode() for name, _ in scope["headers"]],
    }
    status = 503 if scope["path"] == "/refused" else 200
    await send({"type": "http.response.start", "status": status, "headers": [(b"x-seen", b"1")]})
    await send({"type": "http.response.body", "body": json.dumps(seen).encode()})
    if scope["path"] == "/regret":
        raise ValueError("regret")
"""


@pytest.fixture
def start(launch, tmp_path):
    """Start the application with these options, and only what is asked for is sampled."""
    (tmp_path / "asgi_app.py").write_text(APPLICATION)

    def started(*arguments):
        control = f"--control={tmp_path / 'control'}"
        options = ("--interface=asgi", "--record-slow=0.3", "--record-sample=0", control)
        return launch("asgi_app:app", *options, *arguments).wait_until_ready()

    return started


@pytest.fixture
def kept(tmp_path):
    """The requests that are kept, once there are so many."""

    def entries(server, count):
        with controlling(str(tmp_path / "control")) as control:
            server.until(lambda: len(control.ask("requests")["requests"]) >= count, "all are kept")
            return control.ask("requests")["requests"]

    return entries


def get(server, path="/", **headers):
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    try:
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        return answer, answer.read().decode()
    finally:
        connection.close()


def test_slow_and_failed_requests_are_kept_with_their_moments(start, kept):
    server, began = start(), time.time()
    get(server)
    get(server, "/slow?page=2&password=hunter2")
    get(server, "/broken")
    get(server, "/refused")
    refused, broken, slow = kept(server, 3)
    assert (slow["path"], slow["status"], slow["why"]) == ("/slow", 200, ["slow"])
    assert slow["query"].startswith("page=2&password=")
    assert "hunter2" not in repr(slow)
    assert 300_000_000 <= slow["first_byte"] <= slow["duration"]
    assert slow.get("queued", 0) == 0
    assert began <= slow["time"] <= time.time()
    assert slow["sent"] > 0
    assert (broken["status"], broken["why"]) == (500, ["failed"])
    assert broken["error"].startswith("KeyError")
    assert re.search(r"asgi_app\.py:\d+ app$", broken["error_frames"][0])
    assert "error_frames" not in slow and "error_frames" not in refused
    assert (refused["status"], refused["why"]) == (503, ["failed"])


def test_who_brings_the_token_gets_a_trace_and_the_way_to_it(start, kept):
    server = start(f"--trace-token={TOKEN}")
    answer, body = get(server, "/", **{"Enfilade-Trace": TOKEN, "traceparent": PARENT})
    span = answer.getheader("Enfilade-Trace")
    assert span in body
    assert "enfilade-trace" not in body
    assert answer.getheader("Server-Timing").startswith("total;dur=")
    assert answer.getheader("X-Seen") == "1"
    (entry,) = kept(server, 1)
    assert (entry["span"], entry["why"]) == (span, ["asked"])
    assert (entry["trace_id"], entry["parent"]) == ("a" * 32, "b" * 16)
    events = [event["event"] for event in entry["events"]]
    assert events == [
        "accept",
        "read",
        "gateway",
        "write",
        "send",
    ]
    assert ["x-seen", "1"] in entry["response_fields"]
    assert TOKEN not in repr(entry)


@pytest.mark.parametrize(("path", "function"), [("/slow", "doze"), ("/blocking", "hold")])
def test_a_slow_request_tells_where_its_task_stood(start, kept, path, function):
    server = start()
    get(server, path)
    (entry,) = kept(server, 1)
    own = [[f for f in stack["frames"] if "asgi_app.py" in f] for stack in entry["stacks"]]
    assert any([f.split()[-1] for f in frames] == [function, "app"] for frames in own)
    assert all(stack["frames"][-1].endswith(" app") for stack in entry["stacks"])
    assert all("/server/asgi/" not in f for stack in entry["stacks"] for f in stack["frames"])


@pytest.mark.parametrize("field", [{}, {"Enfilade-Trace": "wrong"}], ids=["none", "wrong"])
def test_nobody_else_gets_one(start, field):
    answer, body = get(start(f"--trace-token={TOKEN}"), "/", **field)
    assert answer.getheader("Enfilade-Trace") is answer.getheader("Server-Timing") is None
    assert '"trace": null' in body
    assert '"private": []' in body


def test_one_like_a_slow_one_is_traced(start, kept):
    server = start()
    get(server, "/slow")
    get(server, "/slow")
    later, first = kept(server, 2)
    assert "events" not in first
    assert later["why"] == ["slow", "suspected"]
    assert later["events"]


def test_what_porters_answer_is_not_kept_as_failed(start, tmp_path):
    server = start()
    with controlling(str(tmp_path / "control")) as control:
        control.ask("pause")
        assert get(server)[0].status == 503
        control.ask("resume")
        assert get(server)[0].status == 200
        assert control.ask("requests")["requests"] == []


def test_the_peer_is_whom_a_trusted_proxy_names_but_only_the_proxy_is_trusted(start, kept):
    server = start("--trusted-proxies=127.0.0.1")
    get(server, "/", **{"X-Forwarded-For": "192.0.2.7", "traceparent": PARENT})
    (entry,) = kept(server, 1)
    assert (entry["peer"], entry["why"]) == ("192.0.2.7", ["upstream"])


def test_access_lines_are_as_without_a_recorder(start, launch):
    server = start("--no-recorder")
    get(server, "/refused")
    get(server, "/regret")
    server.until(lambda: len(server.lines) == 2, "both lines are written")
    assert '"GET /refused HTTP/1.1" 503' in server.lines[0]
    assert '"GET /regret HTTP/1.1" 200' in server.lines[1]
    assert "regret" in server.log

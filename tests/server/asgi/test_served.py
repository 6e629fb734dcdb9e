"""For ASGI, too, health checks and pauses are answered before the application, and what it
does is counted."""

import http.client
import json
import threading

import pytest

from enfilade.server.control import controlling

APPLICATION = """
import asyncio

async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        while (await receive())["type"] != "lifespan.shutdown":
            await send({"type": "lifespan.startup.complete"})
        await send({"type": "lifespan.shutdown.complete"})
        return
    if scope["path"] == "/slow":
        await asyncio.sleep(1)
    if scope["path"] == "/broken":
        raise ValueError("broken")
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"hello"})
    if scope["path"] == "/regret":
        raise ValueError("regret")
"""


@pytest.fixture
def server(launch, tmp_path):
    (tmp_path / "asgi_app.py").write_text(APPLICATION)
    return launch(
        "asgi_app:app", "--interface=asgi", "--health", f"--control={tmp_path / 'control'}"
    ).wait_until_ready()


@pytest.fixture
def control(server, tmp_path):
    with controlling(str(tmp_path / "control")) as control:
        yield control


def ask(server, path="/", **headers):
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    try:
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        return answer.status, answer.read().decode(), answer
    finally:
        connection.close()


def test_answers_health_checks(server, control):
    assert ask(server, "/livez")[:2] == (200, "ok\n")
    assert ask(server, "/readyz?x=1")[:2] == (200, "ok\n")
    control.ask("drain")
    assert ask(server, "/readyz")[:2] == (503, "not ready: draining\n")
    assert ask(server, "/elsewhere")[:2] == (200, "hello")


def test_can_be_paused(server, control):
    control.ask("pause", message="Back at noon", retry_after=7)
    status, text, answer = ask(server, "/", Accept="application/json")
    assert (status, json.loads(text)["detail"]) == (503, "Back at noon")
    assert answer.getheader("Retry-After") == "7"
    control.ask("resume")
    assert ask(server)[:2] == (200, "hello")


@pytest.mark.slow
def test_is_counted_and_shown(server, control):
    client = threading.Thread(target=ask, args=(server, "/slow?x=1"))
    client.start()
    shown = server.until(lambda: control.ask("top")["activities"], "the request is shown")
    assert (shown[0]["method"], shown[0]["target"]) == ("GET", "/slow?x=1")
    client.join()
    assert ask(server, "/broken")[0] == 500
    # It is counted when it has been answered, so perhaps a moment after the client has that.
    server.until(lambda: control.ask("status")["totals"]["responses_5xx"] == 1, "it is counted")
    totals = control.ask("status")["totals"]
    assert totals["responses_2xx"] == 1
    assert totals["connections_accepted"] == 2
    server.until(lambda: control.ask("status")["totals"]["connections"] == 0, "all are closed")
    assert control.ask("top")["activities"] == []


@pytest.mark.slow
def test_a_failure_after_the_answer_is_logged_and_the_connection_is_kept(server):
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    for _ in range(20):
        connection.request("GET", "/regret?x=1")
        assert connection.getresponse().read() == b"hello"
    connection.close()
    server.until(lambda: server.log.count("ValueError: regret") == 20, "all are in the log")
    assert "the application failed: GET /regret" in server.log

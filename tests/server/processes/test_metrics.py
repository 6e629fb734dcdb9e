"""Metrics as Prometheus gets them from a running server."""

import http.client
import os
import re
import signal
import socket
import time

import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from enfilade.server.control import controlling
from enfilade.server.options import Options
from enfilade.server.processes.metrics import open_listener, prefers_openmetrics
from enfilade.server.processes.sockets import ListenError


@pytest.fixture
def server(launch):
    return launch("--metrics=:0", "--workers=2").wait_until_ready()


def port(server):
    return int(re.search(r"metrics at 127\.0\.0\.1:(\d+)/metrics", server.log)[1])


def ask(server, path="/metrics", method="GET", **headers):
    connection = http.client.HTTPConnection("127.0.0.1", port(server), timeout=10)
    try:
        connection.request(method, path, headers=headers)
        answer = connection.getresponse()
        return answer, answer.read().decode()
    finally:
        connection.close()


def values(server):
    lines = ask(server)[1].splitlines()
    return {
        name: float(value)
        for name, _, value in (line.rpartition(" ") for line in lines if line[0] != "#")
    }


def talk(server, data):
    with socket.create_connection(("127.0.0.1", port(server)), 10) as sock:
        sock.sendall(data)
        return sock.makefile("rb").read()


def test_tells_what_the_workers_have_counted(server):
    server.until(lambda: values(server)['enfilade_workers{state="ready"}'] == 2, "both serve")
    for _ in range(5):
        server.get()
    last = "enfilade_request_duration_seconds_count"  # of what is counted of a request
    server.until(lambda: values(server)[last] == 5, "five are counted")
    found = values(server)
    assert found["enfilade_workers_wanted"] == 2
    assert found['enfilade_responses_total{class="2xx"}'] == 5
    assert found['enfilade_request_queue_seconds_bucket{le="+Inf"}'] == 5
    assert found["enfilade_connections_accepted_total"] >= 5
    assert found["enfilade_threads"] == 16
    assert found["enfilade_workers_memory_bytes"] > 1_000_000
    assert abs(found["enfilade_start_time_seconds"] - time.time()) < 60


def test_every_sample_has_help_and_type(server):
    answer, text = ask(server)
    assert answer.getheader("Content-Type").startswith("text/plain; version=0.0.4")
    helped = set(re.findall(r"^# HELP (\S+) \S", text, re.M))
    typed = dict(re.findall(r"^# TYPE (\S+) (counter|gauge|histogram)$", text, re.M))
    assert helped == set(typed)
    for name in re.findall(r"^([a-z_]+)", text, re.M):
        family = re.sub(r"_(bucket|sum|count)$", "", name)
        assert name in typed or typed[family] == "histogram"
    assert all(name.endswith("_total") for name, kind in typed.items() if kind == "counter")


@pytest.mark.slow
def test_counters_do_not_go_back_when_a_worker_dies(server):
    for _ in range(4):
        server.get()
    counted = 'enfilade_responses_total{class="2xx"}'
    server.until(lambda: values(server)[counted] == 4, "four are counted")
    for pid in server.workers():
        os.kill(pid, signal.SIGKILL)
    server.until(lambda: values(server)["enfilade_worker_deaths_total"] == 2, "two have died")
    server.until(lambda: values(server)['enfilade_workers{state="ready"}'] == 2, "replaced")
    server.get()
    server.until(lambda: values(server)[counted] == 5, "and they go on")
    server.until(
        lambda: values(server)["enfilade_connections"] == 0, "their connections are closed"
    )


def test_counters_go_on_after_a_reload(server):
    server.get()
    server.reload()
    server.get()
    counted = 'enfilade_responses_total{class="2xx"}'
    server.until(lambda: values(server)[counted] == 2, "both are counted")
    server.until(lambda: values(server)["enfilade_generation"] == 1, "it is the second code")


OPENMETRICS = "application/openmetrics-text;version=1.0.0;q=0.5,text/plain;q=0.3"


def exemplars(server):
    """The exemplars of the durations, by the bound of their bucket, as Prometheus reads them."""
    answer, text = ask(server, Accept=OPENMETRICS)
    assert answer.getheader("Content-Type").startswith("application/openmetrics-text; version=1")
    assert answer.getheader("Vary") == "Accept"
    return {
        sample.labels["le"]: sample.exemplar
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if sample.name == "enfilade_request_duration_seconds_bucket" and sample.exemplar
    }


def test_buckets_point_to_requests_that_are_kept_where_openmetrics_is_understood(launch, tmp_path):
    control = str(tmp_path / "control")
    server = launch(
        "--metrics=:0", "--record-slow=0.3", "--record-sample=0", f"--control={control}"
    ).wait_until_ready()
    assert exemplars(server) == {}
    server.get("/slow")
    server.until(lambda: exemplars(server), "there is one")
    ((bound, exemplar),) = exemplars(server).items()
    with controlling(control) as connection:
        (entry,) = connection.ask("requests", span=exemplar.labels["span_id"])["requests"]
    assert entry["trace_id"] == exemplar.labels["trace_id"]
    assert exemplar.value == entry["duration"] / 1e9
    assert 0.5 <= exemplar.value <= float(bound)
    assert abs(float(exemplar.timestamp) - time.time()) < 60
    server.get("/slow")
    server.until(lambda: exemplars(server) != {bound: exemplar}, "a later one takes its place")
    assert "span_id" not in ask(server)[1]


def test_without_a_recorder_there_are_no_exemplars(launch):
    server = launch("--metrics=:0", "--no-recorder").wait_until_ready()
    server.get("/slow")
    assert exemplars(server) == {}


def test_there_is_nothing_else_to_ask_for(server):
    assert ask(server, "/")[0].status == 404
    assert ask(server, "/metrics/../")[0].status == 404
    answer, _ = ask(server, method="POST")
    assert (answer.status, answer.getheader("Allow")) == (405, "GET, HEAD")
    answer, body = ask(server, method="HEAD")
    assert (answer.status, body) == (200, "")


def test_garbage_and_what_is_too_large_are_refused(server):
    assert talk(server, b"nonsense\r\n\r\n").startswith(b"HTTP/1.1 400 ")
    assert talk(server, b"GET /" + b"x" * 3000 + b" HTTP/1.1\r\n\r\n").startswith(b"HTTP/1.1 414 ")
    assert talk(server, b"GET /metrics HTTP/1.1\r\n\r\n").startswith(b"HTTP/1.1 400 ")
    assert server.get().startswith("one ")


def test_silent_clients_hold_up_nobody(server):
    silent = [socket.create_connection(("127.0.0.1", port(server)), 10) for _ in range(20)]
    assert values(server)["enfilade_ready"] == 1
    for sock in silent:
        sock.close()


def test_listens_on_the_loopback_interface_unless_told_otherwise():
    with open_listener(":0") as listener:
        assert listener.getsockname()[0] == "127.0.0.1"
        taken = listener.getsockname()[1]
        with pytest.raises(ListenError, match=f"Cannot listen at 127.0.0.1:{taken}") as caught:
            open_listener(f":{taken}")
    assert "--metrics 127.0.0.1:0" in (caught.value.hint or "")
    with pytest.raises(ListenError, match="Prometheus reads from HOST:PORT"):
        open_listener("unix:/tmp/x")


def test_is_off_unless_asked_for():
    assert Options().metrics == ""


@pytest.mark.parametrize(
    ("accept", "prefers"),
    [
        ("application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.4", True),
        ("application/openmetrics-text; version=1.0.0", True),
        ("Application/OpenMetrics-Text", True),
        ("text/plain, application/openmetrics-text;q=0.1", False),
        ("application/openmetrics-text;q=0", False),
        ("text/plain;version=0.0.4", False),
        ("*/*", False),
        ("", False),
    ],
)
def test_openmetrics_is_for_those_that_ask_for_it(accept, prefers):
    assert prefers_openmetrics(accept) is prefers

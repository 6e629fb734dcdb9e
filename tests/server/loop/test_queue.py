"""What waits for a thread, and for how long."""

import logging
import threading
from time import sleep, time

import pytest

from enfilade.server.scoreboard import GONE, SHED, WAITED
from enfilade.types import Environ, StartResponse
from patience import until
from wire import serving


class Gated:
    """``/hold`` holds its thread until the gate is opened; ``paths`` are what was called for."""

    def __init__(self) -> None:
        self.gate = threading.Event()
        self.held = threading.Event()
        self.paths: list[str] = []

    def __call__(self, environ: Environ, start_response: StartResponse) -> list[bytes]:
        self.paths.append(environ["PATH_INFO"])
        if environ["PATH_INFO"] == "/hold":
            self.held.set()
            self.gate.wait(10)
        start_response("200 OK", [("Content-Length", "2")])
        return [b"ok"]


def test_who_has_waited_too_long_is_told_to_come_later(caplog):
    application = Gated()
    caplog.set_level(logging.ERROR, "enfilade.server")
    with (
        serving(application, threads=1, queue_timeout=0.2) as site,
        site.client() as first,
        site.client() as second,
    ):
        first.request("/hold")
        assert application.held.wait(10)
        answer = second.get("/late")
        assert (answer.status, answer.headers["retry-after"]) == (503, "1")
        application.gate.set()
        assert first.answer().body == b"ok"
        assert first.get("/next").body == b"ok"
        assert application.paths == ["/hold", "/next"]
        total = site.tally.total()
        assert total[SHED] == 1
        assert total.waiting == 0
        assert site.stuck == 0
    assert "GET /late waited" in caplog.text


def test_the_application_s_own_time_is_another():
    application = Gated()
    with serving(application, threads=1, queue_timeout=0.1) as site, site.client() as client:
        client.request("/hold")
        assert application.held.wait(10)
        sleep(0.3)
        application.gate.set()
        assert client.answer().status == 200


@pytest.mark.parametrize("end", ["close", "reset"])
def test_nothing_is_run_for_who_has_gone_meanwhile(end):
    application = Gated()
    with (
        serving(application, threads=1, queue_timeout=5) as site,
        site.client() as first,
        site.client() as second,
    ):
        first.request("/hold")
        assert application.held.wait(10)
        second.request("/vain")
        until(lambda: site.tally.total().waiting == 1)
        getattr(second, end)()
        sleep(0.1)
        application.gate.set()
        assert first.answer().status == 200
        until(lambda: site.tally.total()[GONE] == 1)
        assert first.get("/next").status == 200
        assert application.paths == ["/hold", "/next"]
        assert site.tally.total().waiting == 0
        records = {record.target: record for record in site.wait_for_records(3)}
        vain = records["/vain"]
        assert (vain.status, vain.bytes_sent, vain.peer) == (499, 0, "127.0.0.1")
        assert vain.queued >= 0.1


def test_who_has_only_ended_his_half_is_answered_without_a_queue_timeout():
    with serving(Gated()) as site, site.client() as client:
        client.request("/")
        client.half_close()
        assert client.answer().body == b"ok"


@pytest.mark.parametrize(("scale", "digits"), [(1, 3), (1e3, 0), (1e6, 0)])
def test_the_time_in_a_trusted_proxy_counts_as_time_in_the_queue(scale, digits):
    with serving(Gated()) as site, site.client() as client:
        began = (time() - 2) * scale
        client.get(
            "/",
            f"X-Request-Start: t={began:.3f}" if scale == 1 else f"X-Request-Start: {began:.0f}",
        )
        (record,) = site.wait_for_records(1)
        assert 1.9 < record.queued < 20
        assert record.duration < record.queued
        assert 1.9 < site.tally.total().seconds(WAITED) < 20


def test_a_stranger_says_nothing_of_a_queue():
    with serving(Gated(), trusted_proxies=("none",)) as site, site.client() as client:
        client.get("/", f"X-Request-Start: t={time() - 60}")
        assert site.wait_for_records(1)[0].queued < 1


def test_the_first_byte_of_an_answer_in_pieces_is_timed():
    def slow(_environ, start_response):
        start_response("200 OK", [])
        yield b"first"
        sleep(0.2)
        yield b"last"

    with serving(slow) as site, site.client() as client:
        client.get("/")
        (record,) = site.wait_for_records(1)
        assert 0 < record.first_byte <= record.duration - 0.2

"""What the log says of a request whose application has missed its deadline."""

import logging
import re
import threading

from enfilade.types import Environ, StartResponse
from wire import serving


class Stuck:
    """``/stuck`` and ``/other`` hold their threads, each in a function of its own."""

    def __init__(self) -> None:
        self.gate = threading.Event()
        self.other = threading.Event()

    def __call__(self, environ: Environ, start_response: StartResponse) -> list[bytes]:
        if environ["PATH_INFO"] == "/other":
            self.somewhere_else()
        elif environ["PATH_INFO"] == "/stuck":
            self.gate.wait(10)
        start_response("200 OK", [("Content-Length", "0")])
        return [b""]

    def somewhere_else(self) -> None:
        self.other.set()
        self.gate.wait(10)


def test_the_report_has_everything_that_was_at_work(caplog):
    application = Stuck()
    caplog.set_level(logging.ERROR, "enfilade.server")
    with (
        serving(application, threads=3, application_timeout=0.4) as site,
        site.client() as first,
        site.client() as second,
    ):
        first.request("/stuck?a=b")
        second.request("/other")
        assert application.other.wait(10)
        assert first.answer().status == 504
        assert second.answer().status == 504
        application.gate.set()
    reports = [text for text in caplog.messages if "has not begun its answer" in text]
    assert len(reports) == 2
    assert re.match(
        r"GET /(stuck\?a=b|other) has not begun its answer after 0\.\d s "
        r"\(phase application; it waited 0\.\d{3} s for a thread; memory [\d.]+ MiB\);"
        r" its thread is here:\n",
        reports[0],
    )
    assert "somewhere_else" in reports[0]  # of the other thread, or its own
    assert "\nthread " in reports[0]
    assert "\nthread " not in reports[1]  # the others are told once in a while


def test_a_report_has_an_end(caplog):
    def deep(environ: Environ, start_response: StartResponse) -> list[bytes]:
        def descend(depth: int) -> None:
            descend(depth - 1) if depth else gate.wait(10)

        descend(500)
        start_response("200 OK", [])
        return []

    gate = threading.Event()
    caplog.set_level(logging.ERROR, "enfilade.server")
    with serving(deep, application_timeout=0.1) as site, site.client() as client:
        assert client.get("/").status == 504
        gate.set()
    (report,) = [text for text in caplog.messages if "has not begun its answer" in text]
    assert len(report) < 64 * 1024
    assert "gate.wait(10)" in report
    assert "waiter.acquire" in report, "it is not told where the thread stands"

"""The reserved paths of ``enfilade dev``: who answers there, for how long, and when nobody does."""

import json
import os
import re
import signal
import socket
from contextlib import suppress
from pathlib import Path

import httpx
import pytest

from patience import PATIENCE, until
from running import Running, free_port

pytestmark = pytest.mark.slow

SITE = "enfilade_site:application"
DOORS = {"wsgi": [], "asgi": ["--interface=asgi"]}


def ask(site: Running, path: str = "", **how) -> httpx.Response:
    return httpx.get(f"{site.url}/-/enfilade/{path}", timeout=20, **how)


@pytest.mark.parametrize("door", DOORS)
def test_switched_off_nothing_is_added_and_the_paths_are_the_site_s(develop, door):
    site = develop(SITE, "--profiler=off", *DOORS[door])
    page = httpx.get(site.url, timeout=PATIENCE)
    assert "enfilade-toolbar" not in page.text
    for name in ("link", "server-timing", "enfilade-trace"):
        assert name not in page.headers
    assert "Page not found" in ask(site).text
    assert "Profiler" not in site.log


def test_the_banner_says_where_they_are(develop):
    site = develop(SITE)
    assert f"Profiler  {site.url}/-/enfilade/\n" in site.log


def test_an_address_of_their_own_is_another_one_and_the_banner_has_both(develop):
    port = free_port()
    site = develop(SITE, f"--profiler=127.0.0.1:{port}")
    assert re.findall(r"Profiler  (\S+?)(?:\?token=\S+)?\n", site.log) == [
        f"{site.url}/-/enfilade/",
        f"http://127.0.0.1:{port}/-/enfilade/",
    ]
    (link,) = re.findall(r"Profiler  (\S+token=\S+)", site.log)
    assert ask(site).status_code == 200
    until(lambda: _status(link) == 303)
    assert _status(link.partition("?")[0]) == 401


def _status(address: str) -> int:
    with suppress(httpx.TransportError):
        return httpx.get(address, timeout=PATIENCE).status_code
    return 0


def test_production_answers_nothing_there(develop):
    site = develop(SITE, command="run")
    assert "enfilade-toolbar" not in httpx.get(site.url, timeout=PATIENCE).text
    assert "Page not found" in ask(site).text


def test_without_a_recorder_there_are_pages_and_no_links(develop):
    site = develop(SITE, "--no-recorder")
    page = httpx.get(site.url, timeout=PATIENCE)
    assert "enfilade-toolbar" not in page.text
    assert "link" not in page.headers
    assert ask(site).status_code == 200


def test_files_at_the_root_do_not_stand_in_the_way(develop, tmp_path):
    (tmp_path / "page.txt").write_text("a file")
    site = develop(SITE, f"--static=/={tmp_path}", "--static-missing=404")
    assert httpx.get(f"{site.url}/page.txt", timeout=PATIENCE).text == "a file"
    assert httpx.get(f"{site.url}/data/", timeout=PATIENCE).status_code == 404
    assert ask(site).status_code == 200


def test_they_are_there_when_the_site_does_not_start(develop, tmp_path):
    broken = tmp_path / "broken_site.py"
    broken.write_text("import nothing_of_that_name\n")
    site = develop(f"{broken}:application")
    page = httpx.get(site.url, timeout=PATIENCE).text
    assert "nothing_of_that_name" in page
    assert '<a href="/-/enfilade/">' in page
    assert ask(site).status_code == 200
    assert ask(site, "routes/").status_code == 200
    assert "The application does not start as it is now." in ask(site, "chain/").text


def test_a_route_that_they_hide_is_told_of_at_the_start(develop, tmp_path):
    hidden = tmp_path / "hidden_site.py"
    hidden.write_text(
        "from enfilade import Application, path\n"
        "application = Application([path('-/enfilade/mine/', print)], SECRET_KEY='x')\n"
    )
    site = develop(f"{hidden}:application")
    assert "/-/enfilade/mine/ is not served" in site.log
    assert "--profiler off" in site.log


@pytest.mark.parametrize("door", DOORS)
def test_a_live_page_holds_up_no_reload(develop, door):
    site = develop(SITE, "--grace=20", *DOORS[door])
    with httpx.stream("GET", f"{site.url}/-/enfilade/requests/events", timeout=20) as events:
        lines = events.iter_lines()
        next(lines)
        site.process.send_signal(signal.SIGHUP)
        rest = list(lines)  # to its end, which comes long before its time
    assert not any("still there" in line for line in rest)
    until(lambda: "reloaded in" in site.log)
    assert httpx.get(site.url, timeout=PATIENCE).status_code == 200
    assert "overdue" not in site.log


@pytest.mark.parametrize("door", DOORS)
def test_the_pages_are_not_counted(develop, door, tmp_path):
    control = tmp_path / "control"
    site = develop(SITE, f"--control={control}", *DOORS[door])
    for _ in range(3):
        assert ask(site).status_code == 200
    assert httpx.get(site.url, timeout=PATIENCE).status_code == 200
    until(lambda: _top(control)["totals"]["responses_2xx"])
    assert _top(control)["totals"]["responses_2xx"] == 1  # who waited for the start had a 404


def _top(path: Path) -> dict:
    folder = os.open(path.parent, os.O_RDONLY)
    try:  # a path that is not too long for a socket
        with socket.socket(socket.AF_UNIX) as sock:
            sock.connect(f"/proc/self/fd/{folder}/{path.name}")
            sock.sendall(b'{"protocol": 1, "command": "top"}\n')
            return json.loads(sock.makefile().readline())
    finally:
        os.close(folder)


@pytest.mark.parametrize(
    "call",
    ["def application(environ, start_response)", "async def application(scope, receive, send)"],
)
def test_an_error_that_the_server_tells_of_leads_to_its_request(develop, tmp_path, call):
    failing = tmp_path / "failing_site.py"
    failing.write_text(f"{call}:\n    raise LookupError\n")
    site = develop(f"{failing}:application")
    answer = httpx.get(site.url, timeout=PATIENCE)
    assert answer.status_code == 500
    page = answer.headers["link"].partition(">")[0].removeprefix("<")
    until(lambda: "LookupError" in httpx.get(f"{site.url}{page}", timeout=PATIENCE).text)

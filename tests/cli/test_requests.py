"""``enfilade requests``, as an operator types it, of a running server."""

import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from io import StringIO

import pytest
from rich.console import Console

from commands import enfilade
from enfilade.build import COMPILED
from enfilade.cli.recorded import HEADINGS, requests_view
from enfilade.cli.terminal import THEME
from enfilade.trace import Entry
from patience import PATIENCE, until
from running import enfilade_run, surroundings

TOKEN = "0123456789abcdef"

SITE = r"""
import logging, os, signal, time
from enfilade import Application, HttpResponse, path

def front(request):
    logging.getLogger("site").warning("seen \x1b[2J\ntwice")
    return HttpResponse("front")

def slow(request, page):
    time.sleep(0.85)
    return HttpResponse("slow")

def broken(request):
    raise ValueError("broken")

def die(request):
    os.kill(os.getpid(), signal.SIGKILL)

application = Application(
    [path("", front), path("slow/<str:page>/", slow), path("broken/", broken), path("die/", die)],
    ALLOWED_HOSTS=["127.0.0.1"],
    MIDDLEWARE=["enfilade.middleware.security.SecurityMiddleware"],
)
"""

OPTIONS = """
application = "app:application"
control = "control"
record_slow = 0.8
record_sample = 0
"""


class Site:
    """A server in a folder of its own, and what is asked of it."""

    def __init__(self, folder):
        self.folder = folder

    def __call__(self, *arguments, **environ):
        return enfilade("requests", *arguments, cwd=self.folder, env={**os.environ, **environ})

    def lines(self, *arguments, **environ):
        done = self(*arguments, **environ)
        assert done.returncode == 0, done.stderr
        return done.stdout.splitlines()

    def json(self, *arguments):
        return json.loads(self(*arguments, "--json").stdout)["requests"]

    def get(self, path, **fields):
        request = urllib.request.Request(f"{self.server.url}{path}", headers=fields)
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return answer.headers
        except (urllib.error.HTTPError, OSError):
            return None


@pytest.fixture(scope="module", params=["compiled", "plain"])
def site(request, tmp_path_factory):
    """A server, in either build, that keeps one request of each kind: traced by the token, slow,
    failed, and lost with its worker."""
    if request.param == "compiled" and not COMPILED:
        pytest.skip("this is the plain build")
    folder = tmp_path_factory.mktemp("site")
    (folder / "app.py").write_text(SITE)
    (folder / "enfilade.toml").write_text(f'{OPTIONS}trace_token = "{TOKEN}"\n')
    site = Site(folder)
    environ = {"ENFILADE_PLAIN": "1" * (request.param == "plain")}
    with enfilade_run(output=folder / "log", cwd=folder, env=environ) as site.server:
        site.span = site.get("/?page=2", **{"Enfilade-Trace": TOKEN})["Enfilade-Trace"]
        site.get("/slow/%1b%5b2J/?password=hunter2")
        until(lambda: len(site.json()) == 2, "two are kept")  # the order is that of their ends
        site.get("/broken/")
        until(lambda: len(site.json()) == 3, "three are kept")
        site.get("/die/")
        until(lambda: len(site.json()) == 4, "four are kept")
        yield site


def cells(line):
    """The columns of *line* behind the time, the span and the durations; they are two blanks
    apart."""
    return re.split(r"\s{2,}", line)[4:]


def test_the_list_ends_with_the_latest(site):
    head, *lines = site.lines()
    assert " ".join(head.split()) == "time span took queued status why method path route"
    assert [cells(line) for line in lines] == [
        ["200", "asked", "GET", "/?page=2", "/"],
        ["200", "slow", "GET", "/slow/%1b%5b2J/?password=••••••••"],
        ["500", "failed", "GET", "/broken/"],
        ["-", "lost", "GET", "/die/"],
    ]
    assert lines[0].split()[2] == site.span[:8]


def test_a_pipe_gets_whole_lines_without_colours(site):
    assert site.lines(COLUMNS="20", TERM="xterm-256color") == site.lines()
    assert site.lines(site.span, COLUMNS="20") == site.lines(site.span)
    assert not [line for line in site.lines(COLUMNS="20") if "\x1b" in line or "…" in line]


@pytest.mark.parametrize(
    ("arguments", "found"),
    [
        (["--failed"], ["/broken/", "/die/"]),
        (["--slow", "0.8"], ["/slow/%1b%5b2J/"]),
        (["--path", "/b"], ["/broken/"]),
        (["--path", "/slow/\x1b"], ["/slow/%1b%5b2J/"]),
        (["--path", "/slow/%1B"], ["/slow/%1b%5b2J/"]),
        (["--why", "lost"], ["/die/"]),
        (["--status", "2xx"], ["/", "/slow/%1b%5b2J/"]),
        (["--status", "500"], ["/broken/"]),
        (["--method", "get", "--limit", "1"], ["/die/"]),
        (["--method", "POST"], []),
    ],
    ids=str,
)
def test_conditions_narrow_the_list(site, arguments, found):
    assert [entry["path"] for entry in reversed(site.json(*arguments))] == found
    assert len(site.lines(*arguments)) == 1 + len(found)


def test_one_request_is_shown_with_all_that_is_known_of_it(site):
    text = "\n".join(site.lines(site.span[:6].upper()))
    assert "GET /?page=2   from 127.0.0.1, HTTP/1.1, worker " in text
    steps = re.findall(r"^ +(\d+)   (\w+)", text, re.M)
    assert steps[1:] == [
        ("3", "gateway"), ("4", "handler"), ("5", "request"), ("6", "middleware"),
        ("7", "resolve"), ("9", "view"), ("10", "render"), ("11", "middleware"), ("13", "send"),
    ]  # fmt: skip
    assert re.search(r"^ +9   view  +front +\d+\.\d{3} ms", text, re.M)
    assert "◀" in text
    assert "answer        200 OK, 5 bytes" in text
    assert "kept for      asked" in text
    assert f"span          {site.span}" in text
    assert re.search(r"notes .* log site  WARNING seen \?\[2J\n +twice\n", text)
    assert re.search(r"^ +asked with    \S+: .*\n +host: 127.0.0.1:\d+$", text, re.M | re.S)
    assert "answered with X-Content-Type-Options: nosniff" in text
    assert TOKEN not in text


def test_a_slow_request_shows_where_its_thread_stood(site):
    (slow,) = site.json("--slow", "0.8")
    text = "\n".join(site.lines(slow["span"]))
    assert re.search(r"stood in .* \d+ of \d+  .*application\.py:\d+ Application", text)
    assert re.search(r"\d+ of \d+  app\.py:\d+ slow$", text, re.M)
    assert "the application" in text
    assert "hunter2" not in text


def test_an_exception_is_told_once(site):
    broken = site.json("--path", "/broken/")[0]
    text = "\n".join(site.lines(broken["span"]))
    kind = broken["error"].partition(":")[0]
    assert text.count(kind) == 1
    assert re.search(rf"^ +raised +{kind}", text, re.M)


def test_the_frames_of_an_exception_are_told_as_in_a_traceback(site):
    broken = site.json("--path", "/broken/")[0]
    (whole,) = site.json(broken["span"])
    assert re.search(r"app\.py:\d+ broken$", whole["error_frames"][0])
    assert len(whole["error_frames"]) > 1
    text = "\n".join(site.lines(broken["span"]))
    assert re.search(r"^ +traceback +enfilade/\S+:\d+ \S+$", text, re.M)
    assert re.search(r"^ +app\.py:\d+ broken\n +asked with", text, re.M)


def test_a_lost_request_says_what_ended_it(site):
    (lost,) = site.json("--why", "lost")
    text = "\n".join(site.lines(lost["span"]))
    assert "answer        none\n" in text
    assert "because       the worker was killed by SIGKILL, in the application" in text


def test_perfetto_gets_those_that_are_chosen(site):
    (line,) = site.lines("--status", "2xx", "--perfetto", "out.json")
    assert line == "2 requests written to out.json; ui.perfetto.dev opens it."
    written = json.loads((site.folder / "out.json").read_text())
    names = {event.get("name") for event in written["traceEvents"]}
    assert {"GET /", "GET /slow/%1b%5b2J/"} <= names
    (line,) = site.lines(site.span, "--perfetto", "one.json")
    assert line.startswith("1 request written to one.json")
    assert json.loads(site(site.span, "--perfetto", "-").stdout)["traceEvents"]
    refused = site("--perfetto", "no/such/folder.json")
    assert refused.returncode == 2
    assert "no/such/folder.json cannot be written: No such file" in refused.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["ffffffffffff"], 1, "No request is kept whose span begins with 'ffffffffffff'."),
        (["--status", "teapot"], 1, "There is no status 'teapot'."),
        (["--why", "nope"], 1, "not kept for 'nope'.\nHint: There are slow, failed, lost, sampled"),
        (["--follow", "abc"], 2, "--follow shows a list as it grows"),
        (["--slow", "-1"], 2, "--slow"),
        (["--limit", "0"], 2, "--limit"),
        (["--control", "elsewhere"], 2, "No server is controlled at elsewhere"),
    ],
    ids=str,
)
def test_what_cannot_be_shown_is_explained(site, arguments, code, words):
    done = site(*arguments)
    assert done.returncode == code
    assert words in done.stderr


def test_who_knows_no_server_is_shown_the_way_of_development(tmp_path):
    done = enfilade("requests", cwd=tmp_path, env=surroundings())
    assert done.returncode == 2
    assert "It is not known which server is meant." in done.stderr
    assert "--control PATH" in done.stderr
    assert "enfilade dev shows its requests at /-/enfilade/" in done.stderr


def test_a_server_without_recorder_says_so(tmp_path):
    (tmp_path / "app.py").write_text(SITE)
    (tmp_path / "enfilade.toml").write_text(f"{OPTIONS}recorder = false\n")
    with enfilade_run(output=tmp_path / "log", cwd=tmp_path):
        done = Site(tmp_path)()
        assert done.returncode == 1
        assert done.stderr == (
            "Error: This server keeps no requests.\nHint: Start it without --no-recorder.\n"
        )


# On a terminal -----------------------------------------------------------------------------


NARROW = {"queued", "route", "why", "method"}


@pytest.mark.parametrize(
    ("columns", "left_out"),
    [
        (24, {*NARROW, "took", "time"}),
        (40, {*NARROW, "took", "time"}),
        (50, {*NARROW, "took"}),
        (60, NARROW),
        (80, {"queued", "route"}),
        (116, set()),
    ],
)
def test_a_terminal_gets_as_many_columns_as_it_has_room_for(columns, left_out):
    console = Console(
        file=StringIO(), force_terminal=True, width=columns, theme=THEME, no_color=True
    )
    kept = Entry(
        span="a" * 16, trace_id="b" * 32, time=time.time(), pid=7, method="GET", status=200,
        path="/long" * 40, version="HTTP/1.1", why=("slow", "suspected"), route="long/" * 20,
    )  # fmt: skip
    console.print(requests_view(console, [kept]))
    plain = re.sub(r"\x1b\[\d*m", "", console.file.getvalue())
    head, line = plain.splitlines()
    assert set(HEADINGS) - set(head.split()) == left_out
    assert len(line) <= columns
    assert line.count("…") == 1 + ("route" not in left_out)
    assert re.search(r"aaaaaaaa .* 200  ", line)
    assert "why" in left_out or "slow suspected" in line


def test_many_reasons_are_shortened_before_a_column_is_left_out():
    console = Console(file=StringIO(), force_terminal=True, width=80, theme=THEME, no_color=True)
    kept = Entry(
        span="a" * 16, trace_id="b" * 32, time=time.time(), pid=7, method="GET", status=200,
        path="/long" * 40, version="HTTP/1.1", why=("slow", "failed", "suspected"),
    )  # fmt: skip
    console.print(requests_view(console, [kept]))
    head, line = re.sub(r"\x1b\[\d*m", "", console.file.getvalue()).splitlines()
    assert head.split() == ["time", "span", "took", "status", "why", "method", "path"]
    assert re.search(r"aaaaaaaa .* 200  slow failed s…  GET     /long/long/…", line)


def test_new_lines_have_the_columns_of_those_above():
    console = Console(file=StringIO(), force_terminal=True, width=116, theme=THEME, no_color=True)
    widths = {}
    for path, why in (("/a", ("slow",)), ("/much/longer" * 20, ("slow", "suspected"))):
        kept = Entry(
            span="a" * 16, trace_id="b" * 32, time=time.time(), pid=7, method="GET", status=200,
            path=path, version="HTTP/1.1", why=why,
        )  # fmt: skip
        console.print(requests_view(console, [kept], widths))
    _, first, later = re.sub(r"\x1b\[\d*m", "", console.file.getvalue()).splitlines()
    assert first.index("/a") == later.index("/m")


# To follow ---------------------------------------------------------------------------------


def follow(folder, *arguments):
    """``enfilade requests --follow`` as a process of its own, whose lines can be read."""
    return subprocess.Popen(
        [sys.executable, "-m", "enfilade", "requests", "--follow", *arguments],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_following_shows_each_request_once_until_ctrl_c(site):
    known = len(site.json())
    process = follow(site.folder, "--limit", "2")
    shown = [process.stdout.readline() for _ in range(3)]
    assert shown[0].split()[0] == "time"
    for number in (1, 2):  # the order is that of their ends
        site.get(f"/broken/?number={number}")
        shown.append(process.stdout.readline())
    assert [cells(line)[3].strip() for line in shown[3:]] == [
        "/broken/?number=1",
        "/broken/?number=2",
    ]
    process.send_signal(signal.SIGINT)
    rest, said = process.communicate(timeout=PATIENCE)
    assert (process.returncode, rest, said.strip()) == (0, "", "")
    assert len(site.json()) == known + 2


def test_the_lines_of_a_pipe_stand_below_the_head_that_came_first(tmp_path):
    (tmp_path / "app.py").write_text(SITE)
    (tmp_path / "enfilade.toml").write_text(f'{OPTIONS}trace_token = "{TOKEN}"\n')
    site = Site(tmp_path)
    with enfilade_run(output=tmp_path / "log", cwd=tmp_path) as site.server:
        process = follow(tmp_path)
        lines = [process.stdout.readline()]
        for path in ("/", "/broken/?" + "long" * 30):
            site.get(path, **{"Enfilade-Trace": TOKEN})
            lines.append(process.stdout.readline())
    process.communicate(timeout=PATIENCE)
    head, *rows = lines
    for name in ("span", "why", "method", "path"):
        assert all(row[head.index(name) - 2 :].startswith("  ") for row in rows), lines
        assert all(row[head.index(name)].strip() for row in rows), lines
    assert rows[1].split()[-2:] == ["/broken/?" + "long" * 30, "broken/"]


def test_following_ends_when_the_server_goes(tmp_path):
    (tmp_path / "app.py").write_text(SITE)
    (tmp_path / "enfilade.toml").write_text(OPTIONS)
    site = Site(tmp_path)
    with enfilade_run(output=tmp_path / "log", cwd=tmp_path) as site.server:
        process = follow(tmp_path, "--json", "--failed")
        site.get("/broken/")
        entry = json.loads(process.stdout.readline())
        assert (entry["path"], entry["why"]) == ("/broken/", ["failed"])
    rest, said = process.communicate(timeout=PATIENCE)
    assert (process.returncode, rest) == (0, "")
    assert said.startswith("The server at control ended the conversation.\nHint: It may have ended")

"""Which of the kept requests the control command gives, and how a server with workers answers."""

import http.client
import time
from dataclasses import replace

import pytest

from enfilade.build import COMPILED
from enfilade.server.control import ControlError, ControlFailure, controlling
from enfilade.server.processes.requests import answer_requests
from enfilade.server.recorder import Rings
from enfilade.trace import Entry, Event

ENTRY = Entry(
    span="0" * 16, trace_id="1" * 32, time=1000.0, pid=7, method="GET", path="/orders/7",
    version="HTTP/1.1", status=200, why=("sampled",), duration=2_000_000,
    events=(Event(0, "handler", until=10),), fields=(("host", "example.org"),),
)  # fmt: skip


@pytest.fixture
def rings():
    """Two rings, and in them six requests that ended one second after another."""
    rings = Rings(2, 8)
    ring, other = rings.ring(0), rings.ring(1)
    ring.write(replace(ENTRY, span="a" * 16))
    other.write(replace(ENTRY, span="ab" + "0" * 14, time=1001.0, status=404, method="POST"))
    ring.write(replace(ENTRY, span="b" * 16, time=1002.0, status=500, why=("failed", "sampled")))
    other.write(replace(ENTRY, span="c" * 16, time=1003.0, status=0, why=("lost",)))
    ring.write(replace(ENTRY, span="d" * 16, time=1002.0, duration=2_000_000_000, why=("slow",)))
    ring.write(replace(ENTRY, span="e" * 16, time=1005.0, path="/basket/"))
    return rings


def spans(rings, **asked):
    return "".join(entry["span"][0] for entry in answer_requests(rings, asked)["requests"])


def test_the_latest_to_end_comes_first_from_whichever_worker(rings):
    assert spans(rings) == "edcbaa"
    assert spans(rings, limit=2) == "ed"


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"status": "404"}, "a"),
        ({"status": "4xx"}, "a"),
        ({"status": "2xx"}, "eda"),
        ({"failed": True}, "cb"),
        ({"slower": 1.5}, "d"),
        ({"slower": 2}, "d"),
        ({"path": "/orders/"}, "dcbaa"),
        ({"path": "/b%61sk"}, "e"),
        ({"method": "POST"}, "a"),
        ({"why": "sampled"}, "ebaa"),
        ({"since": 1003.5}, "ed"),
        ({"since": 5000}, ""),
        ({"failed": True, "why": "lost", "status": "0"}, "c"),
    ],
    ids=str,
)
def test_each_condition_narrows(rings, asked, found):
    assert spans(rings, **asked) == found


def test_an_answer_has_whole_entries_or_only_their_heads(rings):
    (whole,) = answer_requests(rings, {"span": "aa"})["requests"]
    assert Entry.from_dict(whole) == replace(ENTRY, span="a" * 16)
    (head,) = answer_requests(rings, {"span": "aa", "details": False})["requests"]
    assert Entry.from_dict(head) == replace(ENTRY, span="a" * 16, events=(), fields=())


def test_the_beginning_of_a_span_names_one_request_or_none(rings):
    assert spans(rings, span="ab") == "a"
    with pytest.raises(ControlError, match="whose span begins with 'f'"):
        answer_requests(rings, {"span": "f"})
    with pytest.raises(ControlError, match="There are 2 requests") as several:
        answer_requests(rings, {"span": "a", "limit": 1})
    assert "ab" + "0" * 14 in several.value.hint


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"slowr": 1}, "not selected by 'slowr'"),
        ({"slower": "1"}, "slower is not a number"),
        ({"slower": float("nan")}, "slower is not a number"),
        ({"failed": 1}, "failed is not of type bool"),
        ({"limit": True}, "limit is not of type int"),
        ({"limit": 0}, "between 1 and 1000"),
        ({"limit": 10**6}, "between 1 and 1000"),
        ({"status": "abc"}, "no status 'abc'"),
        ({"path": None}, "path is not of type str"),
        ({"why": "boredom"}, "Requests are not kept for 'boredom'"),
    ],
    ids=str,
)
def test_conditions_that_are_none_are_refused(rings, asked, words):
    with pytest.raises(ControlError, match=words):
        answer_requests(rings, asked)


# A running server --------------------------------------------------------------------------

APPLICATION = """
import time

def app(environ, start_response):
    if environ["PATH_INFO"] == "/slow":
        time.sleep(0.35)
    if environ["PATH_INFO"] == "/broken":
        raise KeyError("k")
    start_response("200 OK", [("Content-Length", "5")])
    return [b"hello"]
"""


@pytest.fixture(params=["compiled", "plain"])
def server(request, launch, tmp_path):
    """A server in either build, with two workers, that keeps what takes 0.3 s or fails."""
    if request.param == "compiled" and not COMPILED:
        pytest.skip("this is the plain build")
    (tmp_path / "app.py").write_text(APPLICATION)
    return launch(
        "app:app", "--workers=2", "--record-slow=0.3", "--record-sample=0",
        f"--control={tmp_path / 'control'}", ENFILADE_PLAIN="1" * (request.param == "plain"),
    ).wait_until_ready()  # fmt: skip


@pytest.fixture
def control(server, tmp_path):
    with controlling(str(tmp_path / "control")) as control:
        yield control


def test_a_server_gives_what_its_workers_keep(server, control):
    began = time.time()
    server.get("/")
    for number in range(3):
        server.get(f"/slow?page={number}&password=hunter2")
    server.until(lambda: len(control.ask("requests")["requests"]) == 3, "three are kept")
    kept = control.ask("requests", slower=0.3)["requests"]
    assert [entry["path"] for entry in kept] == ["/slow"] * 3
    assert [entry["query"].partition("&")[0] for entry in kept] == ["page=2", "page=1", "page=0"]
    assert "hunter2" not in repr(kept)
    assert {entry["status"] for entry in kept} == {200}
    assert all(began <= entry["time"] <= time.time() for entry in kept)
    assert all("slow" in entry["why"] for entry in kept)
    assert control.ask("requests", failed=True)["requests"] == []


def test_what_failed_is_kept_with_its_reason(server, control):
    connection = server.connect()
    connection.request("GET", "/broken")
    assert connection.getresponse().status == http.client.INTERNAL_SERVER_ERROR
    connection.close()
    failed = {"failed": True, "status": "5xx", "path": "/broken"}
    server.until(lambda: control.ask("requests", **failed)["requests"], "it is kept")
    (entry,) = control.ask("requests", **failed)["requests"]
    assert entry["why"] == ["failed"]
    assert "KeyError" in entry["error"]
    assert control.ask("requests", span=entry["span"][:8])["requests"] == [entry]


def test_a_server_without_a_recorder_says_so(launch, tmp_path):
    launch("app:app", "--no-recorder", f"--control={tmp_path / 'control'}").wait_until_ready()
    with (
        controlling(str(tmp_path / "control")) as control,
        pytest.raises(ControlFailure, match="keeps no requests") as refusal,
    ):
        control.ask("requests")
    assert "--no-recorder" in refusal.value.hint

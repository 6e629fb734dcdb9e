"""The pages as whole HTML that runs nothing of what strangers wrote, whatever that is."""

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, example, given, settings

from enfilade import trace
from enfilade.profiler.page import Page
from enfilade.profiler.pages import PAGES, Profiler
from enfilade.profiler.selection import REASONS
from enfilade.trace import Event, Stack
from kept_requests import HOSTILE, QUERIES, TRACED, Gone, Kept, describe_server, entries, make_entry

ROOT = "/-/enfilade/"
VOID = frozenset({"br", "hr", "input", "link", "meta", "wbr"})


class Reader(HTMLParser):
    """Sees that every element that is opened is closed, and takes what there is of text."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in VOID:
            self.open.append(tag)
        found = dict(attrs)
        assert not [name for name in found if name.startswith("on") or name == "style"]
        self.ids += [found["id"] or ""] if "id" in found else []
        self.links += [found["href"] or ""] if tag == "a" else []
        if tag == "script":
            assert found.get("src") == f"{ROOT}assets/profiler.js"

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag
        self.text += " " * (tag in ("td", "th", "dt", "text"))

    def handle_data(self, data: str) -> None:
        self.text += data


def read(page: Page) -> Reader:
    """The text of a whole page."""
    fields = dict(page.fields)
    assert fields["Content-Type"] == "text/html; charset=utf-8"
    assert fields["Content-Length"] == str(len(page.body))
    reader = Reader()
    reader.feed(page.body.decode())
    assert reader.open == []
    assert len(set(reader.ids)) == len(reader.ids)
    reader.text = " ".join(reader.text.split())
    return reader


def get(source: Kept, path: str = "", query: str = "") -> Page:
    return Profiler(source, ROOT).answer("GET", ROOT + path, query)


def text(source: Kept, path: str = "", query: str = "") -> str:
    return read(get(source, path, query)).text


FAILED = make_entry(2, status=500, why=("failed",), error="KeyError: 'tea'", route="checkout/")


@pytest.mark.parametrize("path", [*PAGES, "requests/1", "nowhere"])
@pytest.mark.parametrize("kept", [None, [], [FAILED]], ids=["off", "empty", "one"])
def test_is_careful_with_what_may_be_loaded(path: str, kept: Any) -> None:
    page = get(Kept(kept), path)
    fields = dict(page.fields)
    assert "default-src 'none'" in fields["Content-Security-Policy"]
    assert "unsafe" not in fields["Content-Security-Policy"]
    assert fields["Cache-Control"] == "no-store"
    assert fields["X-Content-Type-Options"] == "nosniff"
    read(page)


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(entries())
@example(make_entry(path=HOSTILE[0], route=HOSTILE[0], error=HOSTILE[0], method=HOSTILE[1]))
def test_shows_whatever_strangers_wrote_as_text(entry: Any) -> None:
    source = Kept([entry])
    for path in [*PAGES, f"requests/{entry.span}"]:
        page = get(source, path)
        assert page.status == 200
        read(page)
        shown = page.body.decode()
        assert "<script>alert" not in shown
        assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", shown)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(entries())
def test_gives_each_request_as_json_and_for_perfetto(entry: Any) -> None:
    source = Kept([entry])
    plain = get(source, f"requests/{entry.span}.json")
    assert type(entry).from_dict(json.loads(plain.body)) == entry
    assert dict(plain.fields)["Content-Disposition"].startswith("attachment;")
    drawn = get(source, f"requests/{entry.span}.perfetto.json")
    assert json.loads(drawn.body)["traceEvents"]


def test_the_links_of_a_page_lead_to_pages() -> None:
    source = Kept([make_entry(3), FAILED, make_entry(1, events=TRACED, notes=QUERIES)])
    seen, waiting = set(), [ROOT]
    while waiting:
        address = waiting.pop()
        path, _, query = address.partition("?")
        page = Profiler(source, ROOT).answer("GET", path, query)
        assert page.status == 200, address
        seen.add(address)
        if dict(page.fields)["Content-Type"].startswith("text/html"):
            links = {link for link in read(page).links if not link.startswith("#")}
            waiting += links - seen - set(waiting)
    assert len(seen) > 12


def test_the_overview_tells_counters_and_requests_of_late() -> None:
    told = text(Kept([make_entry(3, duration=2_500_000_000, path="/slow/"), FAILED]))
    assert "2xx 9" in told
    assert "none 1" in told
    assert "50 % below 2.05 ms" in told
    assert "GET /slow/ 2.50 s" in told
    assert "KeyError: 'tea'" in told
    assert "2 requests are kept in detail, of 14 that were answered" in told


def test_the_overview_says_what_is_not_known() -> None:
    source = Kept([])
    source.told = describe_server(histograms={})
    assert "Not known: the server does not tell" in text(source)
    assert "Nothing is recorded yet" in text(source)
    assert "The recorder is off" in text(Kept(None))


def test_requests_are_chosen_by_path_status_and_reason() -> None:
    source = Kept([make_entry(3, path="/slow/", why=("slow",)), FAILED, make_entry(1)])
    assert "1 request of 3 that are kept" in text(source, "requests/", "path=slow")
    assert "1 request of 3" in text(source, "requests/", "status=5")
    assert "1 request of 3" in text(source, "requests/", "status=500")
    assert "1 request of 3" in text(source, "requests/", "why=slow")
    assert "None of the 3 that are kept is like this" in text(source, "requests/", "status=3")
    assert "1 request of 3" in text(source, "requests/", "status=5xx")


def test_a_filter_that_is_not_understood_is_told() -> None:
    source = Kept([make_entry(3, path="/slow/", why=("slow",)), FAILED, make_entry(1)])
    told = text(source, "requests/", "status=nonsense&why=boredom")
    assert "There is no status 'nonsense': it is like 404, or like 4xx." in told
    assert "Requests are not kept for 'boredom'. This is left out of the filter." in told
    assert "3 requests" in told
    assert "1 request of 3" in text(source, "requests/", "status=nonsense&why=slow")
    assert "left out" not in text(source, "requests/", "status=404&why=slow&path=a")


@pytest.mark.parametrize("path", ["straße", "stra%C3%9Fe", "stra%c3%9fe", "%C3", "%FF", "a/b"])
@pytest.mark.parametrize("route", ["", "straße/"])
def test_a_path_is_found_by_either_spelling(path: str, route: str) -> None:
    kept = [make_entry(2, path="/stra%C3%9Fe/%FF/a%2Fb/", route=route), make_entry(1)]
    query = urlencode({"path": path})
    assert "1 request of 2" in text(Kept(kept), "requests/", query)
    assert "None of the 2" in text(Kept(kept), "requests/", urlencode({"path": "%FE"}))


def test_there_is_a_word_for_every_reason() -> None:
    assert tuple(REASONS) == trace.REASONS


def test_one_request_tells_its_walk_and_what_was_said() -> None:
    told = text(Kept([make_entry(1, events=TRACED, notes=QUERIES)]), f"requests/{1:016x}")
    assert "200 OK in 5.000 ms, the same query 14 times" in told
    assert "The same query 14 times, 700 µs together: SELECT cents FROM price" in told
    assert "2 read the head 0.300 ms" in told
    assert "3 gateway waited for a thread 0.200 ms" in told
    assert "9 view teas slowest, 57 % 3.000 ms" in told
    assert "6 middleware.in Porter.process_request 0.010 ms" in told
    assert "0.700 ms 0.700 ms sql ×14" in told


def test_files_are_told_as_seen_from_where_they_are_found() -> None:
    place = f"{Path(__file__).absolute()}:7 in brew"
    entry = make_entry(1, error=f"KeyError: tea at {place}", stacks=(Stack(1, 2, 3, (place,)),))
    told = text(Kept([entry]), f"requests/{1:016x}")
    assert str(Path(__file__).parent) not in told
    assert "test_pages.py:7 in brew" in told


def test_frames_are_in_the_order_of_the_command_line_the_outermost_first() -> None:
    entry = make_entry(1, stacks=(Stack(1, 2, 3, ("/b.py:2 brew", "/a.py:1 app")),))
    told = text(Kept([entry]), f"requests/{1:016x}")
    assert told.rindex("a.py:1 app") < told.rindex("b.py:2 brew")


def test_the_frames_of_an_exception_are_told_the_innermost_last() -> None:
    frames = ("/b.py:2 brew", "/a.py:1 app")
    entry = make_entry(1, status=500, error="KeyError: 'tea'", error_frames=frames)
    told = text(Kept([entry]), f"requests/{1:016x}")
    assert "Where it was raised" in told
    assert told.rindex("a.py:1 app") < told.rindex("b.py:2 brew")
    assert "Where it was raised" not in text(Kept([FAILED]), f"requests/{2:016x}")


def test_one_request_without_a_trace_says_so() -> None:
    told = text(Kept([make_entry(1)]), f"requests/{1:016x}")
    assert "was not traced" in told
    assert "4 handler the application slowest, 76 % 3.800 ms 3.800 ms" in told


def test_neighbours_of_a_request_can_be_reached() -> None:
    source = Kept([make_entry(3), make_entry(2), make_entry(1)])
    links = read(get(source, f"requests/{2:016x}")).links
    assert f"{ROOT}requests/{3:016x}" in links
    assert f"{ROOT}requests/{1:016x}" in links


def test_a_connection_that_has_idled_is_not_drawn() -> None:
    events = (Event(-90_000_000_000, "accept", "127.0.0.1"), *TRACED[1:])
    told = text(Kept([make_entry(1, events=events)]), f"requests/{1:016x}")
    assert "was there 90.0 s before; that is not drawn" in told
    assert "the head" not in told


def test_faults_are_told_by_kind_and_route() -> None:
    again = make_entry(3, status=500, why=("failed",), error="KeyError: 'pot'", route="checkout/")
    said = "the worker was killed by SIGKILL, in the application"
    lost = make_entry(4, status=0, why=("lost",), route="", error=said)
    told = text(Kept([lost, again, FAILED, make_entry(1)]), "errors/")
    assert "2 kinds of failure among 4 requests that are kept" in told
    assert "KeyError at checkout/ 2 requests" in told
    assert "The worker was killed by SIGKILL, in the application 1 request" in told
    assert "No request that is kept has failed" in text(Kept([make_entry(1)]), "errors/")


def test_a_fault_with_a_place_is_told_with_its_routes() -> None:
    error = "KeyError: 'pot' at /srv/app.py:19 in fail"
    some = [make_entry(n, status=500, error=error, route="fail/" * n) for n in (1, 0)]
    told = text(Kept(some), "errors/")
    assert "1 kind of failure" in told
    assert "KeyError at /srv/app.py:19 in fail 2 requests Route: fail/" in told


def test_a_lost_request_says_what_is_not_known_of_it() -> None:
    lost = make_entry(
        1, status=0, why=("lost",), version="", queued=0, first_byte=0, sent=0, route=""
    )
    told = text(Kept([lost]), f"requests/{1:016x}")
    assert "No answer: its worker died in" in told
    assert "none No answer" not in told
    for fact in ("Route", "Waited for a thread", "First byte after", "Body", "Client"):
        assert f"{fact} not known" in told
    assert "not known," not in told


@pytest.mark.parametrize("why", ["slow", "failed", "lost", "upstream"])
def test_only_what_was_slow_or_failed_is_followed_by_traces(why: str) -> None:
    told = text(Kept([make_entry(1, why=(why,))]), f"requests/{1:016x}")
    assert "was not traced" in told
    assert ("are traced in full" in told) is (why in ("slow", "failed"))


def test_workers_are_told_without_the_requests_for_these_pages() -> None:
    source = Kept([])
    busy = {"worker": 4711, "slot": 2, "method": "GET", "phase": "sending", "elapsed": 1.0}
    own = {**busy, "target": f"{ROOT}requests/events"}
    source.told = describe_server(activities=[*source.told["activities"], own])
    told = text(source, "workers/")
    assert "2.50 s GET /slow/ application 4711 1" in told
    assert "requests/events" not in told
    assert "1 thread has these pages in hand" in told
    assert "4711 ready 1 3 s 14 1 1/8 3 3 52.0 MB" in told


def test_routes_without_a_site_are_those_that_were_met() -> None:
    told = text(Kept([FAILED, make_entry(1)]), "routes/")
    assert "only those that recorded requests have met" in told
    assert "checkout/ 1 1" in told
    for page in ("chain/", "routes/"):
        assert "The house is closed. Its" in text(Kept([]), page)


def test_without_a_site_the_menu_has_no_chain() -> None:
    links = read(get(Kept([]), "")).links
    assert f"{ROOT}routes/" in links
    assert f"{ROOT}chain/" not in links


@pytest.mark.parametrize(
    "path",
    ["nowhere", "requests/xyz", "requests/1.txt", "assets/", "assets/../page.py"],
)
def test_what_is_not_there_is_a_page_too(path: str) -> None:
    page = get(Kept([]), path)
    assert page.status == 404
    assert ROOT in read(page).links


@pytest.mark.parametrize(("query", "behind"), [("", ""), ("status=5", "?status=5")])
def test_an_address_without_its_slash_leads_to_the_page(query: str, behind: str) -> None:
    page = get(Kept([]), "requests", query)
    assert page.status == 303
    assert dict(page.fields)["Location"] == f"{ROOT}requests/{behind}"


def test_a_request_that_is_not_kept_says_why_that_may_be() -> None:
    page = get(Kept([make_entry(1)]), "requests/00f067aa0ba902b7")
    assert page.status == 404
    assert "the last 1 request is here" in read(page).text
    assert get(Kept(None), "requests/00f067aa0ba902b7.json").status == 404


def test_a_server_out_of_reach_is_a_page_with_its_hint() -> None:
    page = get(Gone([]))
    assert page.status == 503
    assert "no server answers at /run/shop.sock Is it running?" in read(page).text


def test_only_reading_is_allowed() -> None:
    page = Profiler(Kept([]), ROOT).answer("POST", ROOT)
    assert page.status == 405
    assert dict(page.fields)["Allow"] == "GET, HEAD"


def test_style_and_script_come_with_their_types() -> None:
    style = get(Kept([]), "assets/profiler.css")
    assert dict(style.fields)["Content-Type"].startswith("text/css")
    assert style.body.index(b"--paper") < style.body.index(b"--server")
    script = get(Kept([]), "assets/profiler.js")
    assert dict(script.fields)["Content-Type"].startswith("text/javascript")


def test_pages_can_be_at_the_root_of_an_address() -> None:
    page = Profiler(Kept([make_entry(1)]), "/").answer("GET", f"/requests/{1:016x}")
    assert page.status == 200
    assert b'href="/requests/"' in page.body

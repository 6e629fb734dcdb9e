"""The stream of requests as they come in."""

import asyncio
import json
from threading import Thread

from enfilade.profiler.pages import Profiler
from enfilade.profiler.tail import Pace, Tail
from enfilade.trace import Entry
from kept_requests import Kept, make_entry

ROOT = "/-/enfilade/"
QUICK = Pace(limit=60, pause=0.005, heartbeat=60)


def follow(source: Kept, query: str = "", last: str = "", pace: Pace = QUICK) -> Tail:
    return open_one(Profiler(source, ROOT, pace=pace), query, last)


def open_one(profiler: Profiler, query: str = "", last: str = "") -> Tail:
    page = profiler.answer("GET", f"{ROOT}requests/events", query, last)
    assert dict(page.fields)["Content-Type"].startswith("text/event-stream")
    assert page.events is not None
    return page.events


def spans(piece: bytes) -> list[str]:
    return [line[4:] for line in piece.decode().splitlines() if line.startswith("id: ")]


def of(*numbers: int) -> list[str]:
    return [f"{number:016x}" for number in numbers]


def kept(*numbers: int) -> list[Entry]:
    return [make_entry(number) for number in sorted(numbers, reverse=True)]


def test_begins_with_what_is_kept_in_the_order_in_which_it_ended() -> None:
    late = make_entry(1, duration=9_000_000_000)
    first = next(follow(Kept([late, *kept(2, 3)])))
    assert first.startswith(b"retry: 1500\n\n")
    assert spans(first) == of(2, 3, 1)


def test_an_event_has_the_row_of_the_table() -> None:
    piece = next(follow(Kept(kept(1)))).decode()
    data = json.loads(piece.partition("data: ")[2].partition("\n")[0])
    assert data["span"] == of(1)[0]
    assert data["row"].strip().startswith("<tr")
    assert f"{ROOT}requests/{of(1)[0]}" in data["row"]


def test_tells_of_each_request_once_also_of_one_that_began_before_others() -> None:
    source = Kept(kept(5))
    tail = follow(source)
    assert spans(next(tail)) == of(5)
    source.kept = [make_entry(1, duration=1_000_000), *kept(5, 6)]
    assert spans(next(tail)) == of(1, 6)
    source.kept = [make_entry(7), *source.kept]
    assert spans(next(tail)) == of(7)


def test_goes_on_after_the_last_event_that_the_visitor_has_seen() -> None:
    assert spans(next(follow(Kept(kept(1, 2, 3, 4)), last=of(2)[0]))) == of(3, 4)
    assert spans(next(follow(Kept(kept(1, 2, 3)), query=f"after={of(2)[0]}"))) == of(3)
    assert spans(next(follow(Kept(kept(3, 4)), last=of(1)[0]))) == of(3, 4)


def test_tells_only_of_what_is_asked_for() -> None:
    source = Kept([make_entry(2, status=500), *kept(1)])
    assert spans(next(follow(source, query="status=5"))) == of(2)


def test_ends_after_its_time_and_when_the_server_drains() -> None:
    source = Kept(kept(1))
    assert len(list(follow(source, pace=Pace(limit=0.03, pause=0.005, heartbeat=60)))) == 1
    tail = follow(source)
    next(tail)
    source.leaving = True
    assert list(tail) == []


def test_breaks_the_silence_now_and_then() -> None:
    tail = follow(Kept([]), pace=Pace(limit=60, pause=0.005, heartbeat=0.01))
    next(tail)
    assert next(tail) == b": still there\n\n"
    tail.close()
    assert list(tail) == []


def test_one_more_takes_the_place_of_the_oldest() -> None:
    profiler = Profiler(Kept([]), ROOT, streams=2, pace=QUICK)
    tails = [open_one(profiler) for _ in range(3)]
    for tail in tails[1:]:
        assert next(tail).startswith(b"retry: 1500")
    assert list(tails[0]) == [b"retry: 20000\n\n"]
    tails[1].close()
    open_one(profiler)
    assert not tails[2].closed


def test_can_be_closed_from_another_thread() -> None:
    tail = follow(Kept([]))
    next(tail)
    reader = Thread(target=lambda: list(tail))
    reader.start()
    tail.close()
    reader.join(10)
    assert not reader.is_alive()


async def test_does_the_same_for_who_awaits_it() -> None:
    source = Kept(kept(1))
    tail = follow(source)
    assert spans(await anext(tail)) == of(1)
    waiting = asyncio.ensure_future(anext(tail))
    await asyncio.sleep(0.02)
    source.kept = kept(1, 2)
    assert spans(await waiting) == of(2)
    source.leaving = True
    assert [piece async for piece in tail] == []


def test_there_is_nothing_to_follow_where_nothing_is_recorded() -> None:
    for method in ("GET", "HEAD"):
        page = Profiler(Kept(None), ROOT).answer(method, f"{ROOT}requests/events")
        assert page.status == 204
    assert Profiler(Kept([]), ROOT).answer("HEAD", f"{ROOT}requests/events").events is None

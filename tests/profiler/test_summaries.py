"""Many requests in a few lines."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enfilade.profiler.selection import REASONS, Selection, has_failed
from enfilade.profiler.summaries import buckets, by_route, faults, quantile, summarize
from enfilade.server.exposition import histogram
from enfilade.server.scoreboard import BUCKETS
from enfilade.trace import REASONS as KEPT_FOR
from kept_requests import make_entry

counts = st.lists(st.integers(0, 1000), min_size=BUCKETS, max_size=BUCKETS)


@given(counts)
def test_no_request_is_lost_between_the_buckets(words: list[int]) -> None:
    found = buckets(words)
    assert sum(bucket.count for bucket in found) == sum(words)
    assert all(0 <= bucket.share <= 100 for bucket in found)
    if found:
        assert found[0].count
        assert found[-1].count


@given(counts)
def test_buckets_are_those_that_prometheus_is_told(words: list[int]) -> None:
    told = {
        float(labels["le"]): value
        for suffix, labels, value in histogram("took", "", words, 0).samples
        if suffix == "_bucket"
    }
    below = 0
    for bucket in buckets(words):
        below += bucket.count
        if bucket.below is not None:
            assert told[float(f"{bucket.below / 1e6:g}")] == below


def test_a_quantile_is_the_end_of_its_bucket() -> None:
    words = [0] * BUCKETS
    words[10], words[12] = 90, 10
    assert [quantile(words, share) for share in (0.5, 0.9, 0.95, 1)] == [1024, 1024, 4096, 4096]
    assert quantile([0] * BUCKETS, 0.5) is None
    assert quantile([*[0] * (BUCKETS - 1), 1], 0.5) is None


def test_routes_are_told_with_the_slowest_and_the_last() -> None:
    some = [make_entry(n, duration=n * 1000, status=500 if n == 2 else 200) for n in (3, 2, 1)]
    found = by_route([*some, make_entry(9, route="")])
    assert set(found) == {"teas/", ""}
    summary = found["teas/"]
    assert (summary.count, summary.failed, summary.median, summary.longest) == (3, 1, 2000, 3000)
    assert summary.slowest is some[0]
    assert summary.last is some[0]
    assert summarize([]).count == 0


@pytest.mark.parametrize(
    ("more", "failed"),
    [
        ({}, False),
        ({"status": 404}, False),
        ({"status": 503}, True),
        ({"status": 0, "why": ("lost",)}, True),
        ({"why": ("failed", "sampled")}, True),
        ({"status": 200, "error": "OSError: the body broke off"}, True),
    ],
)
def test_who_has_failed(more: dict, failed: bool) -> None:
    entry = make_entry(1, **more)
    assert has_failed(entry) is failed
    assert len(faults([entry])) == failed


def test_faults_of_one_kind_at_two_routes_are_two() -> None:
    found = faults([make_entry(n, error=f"KeyError: {n}", route=f"{n % 2}/") for n in (4, 3, 2)])
    assert [(fault.kind, fault.routes, len(fault.entries)) for fault in found] == [
        ("KeyError", ("0/",), 2), ("KeyError", ("1/",), 1),
    ]  # fmt: skip


def test_faults_of_one_place_are_one_whatever_is_known_of_their_routes() -> None:
    place = "/srv/app.py:19 in fail.<locals>.inner"
    errors = [f"KeyError: 'looked at :1 in {n}' at {place}" for n in (3, 2)]
    found = faults(
        [
            make_entry(3, error=errors[0], route=""),
            make_entry(2, error=errors[1], route="fail/"),
            make_entry(1, error=f"KeyError at {place}", route="more/"),
            make_entry(4, error=f"ValueError: x at {place}", route="more/"),
        ]
    )
    assert [(fault.kind, fault.place, fault.routes, len(fault.entries)) for fault in found] == [
        ("KeyError", place, ("fail/", "more/"), 3), ("ValueError", place, ("more/",), 1),
    ]  # fmt: skip


def test_a_selection_reads_what_it_writes() -> None:
    selection = Selection("te as/", "404", "slow")
    pairs = dict(pair.split("=") for pair in selection.query.replace("+", " ").split("&"))
    assert Selection.read({**pairs, "path": "te as/"}) == selection
    assert not Selection.read({"status": "²00", "why": "<", "more": "1"})


def test_a_selection_looks_at_path_and_route() -> None:
    entry = make_entry(1, path="/a/", route="<slug:x>/")
    assert Selection("a/").allows(entry)
    assert Selection("slug").allows(entry)
    assert not Selection("b").allows(entry)
    assert Selection(status="0").allows(make_entry(1, status=0))


def test_every_reason_to_keep_a_request_can_be_chosen() -> None:
    assert set(REASONS) == set(KEPT_FOR)

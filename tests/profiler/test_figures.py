"""Numbers as people read them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enfilade.profiler import figures


@pytest.mark.parametrize(
    ("ns", "told"),
    [
        (0, "0 ns"), (999, "999 ns"), (1000, "1.00 µs"), (12_345, "12.3 µs"), (999_000, "999 µs"),
        (2_345_678, "2.35 ms"), (134_000_000, "134 ms"), (1_050_000_000, "1.05 s"),
        (3_600 * 10**9, "3\u202f600 s"), (-50_000, "-50.0 µs"),
    ],
)  # fmt: skip
def test_a_time_has_three_digits_that_count(ns: int, told: str) -> None:
    assert figures.short(ns) == told


def test_sizes_counts_and_spans_of_time() -> None:
    assert figures.milliseconds(1_234_567_890) == "1\u202f234.568 ms"
    assert [figures.size(n) for n in (None, 12, 51_800, 52_000_000)] == [
        "–", "12 B", "51.8 kB", "52.0 MB",
    ]  # fmt: skip
    assert [figures.lasting(n) for n in (42, 180, 18_000, 181_440)] == [
        "42 s", "3 min", "5.0 h", "2.1 d",
    ]  # fmt: skip
    assert figures.plural(1, "route", "routes") == "1 route"
    assert figures.plural(2000, "route", "routes") == "2\u202f000 routes"


def test_times_of_day_are_utc() -> None:
    assert figures.clock(1_700_000_000.25) == "22:13:20.250"
    assert figures.date(1_700_000_000.25) == "2023-11-14T22:13:20.250Z"


@given(st.floats(), st.integers(), st.integers(0, 999))
def test_no_number_is_too_strange(time: float, number: int, status: int) -> None:
    assert figures.clock(time)
    assert figures.date(time).endswith("Z")
    assert figures.short(number)
    assert figures.tone(status)

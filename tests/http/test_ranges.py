"""The field Range: RFC 9110, 14.1 and 14.2."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from enfilade.http.ranges import MAX_RANGES, NEAR, ByteRange, parse_ranges

POSITIONS = st.integers(0, 2000)
SPECS = st.one_of(
    st.builds("{}-{}".format, POSITIONS, POSITIONS),
    st.builds("{}-".format, POSITIONS),
    st.builds("-{}".format, POSITIONS),
)


# The examples of RFC 9110, 14.1.2, for 10,000 bytes.
@pytest.mark.parametrize(
    ("field", "ranges"),
    [
        ("bytes=0-499", [(0, 499)]),
        ("bytes=500-999", [(500, 999)]),
        ("bytes=-500", [(9500, 9999)]),
        ("bytes=9500-", [(9500, 9999)]),
        ("bytes=0-0,-1", [(0, 0), (9999, 9999)]),
        ("bytes= 0-999, 4500-5499, -1000", [(0, 999), (4500, 5499), (9000, 9999)]),
        ("bytes=500-600,601-999", [(500, 999)]),
        ("bytes=500-700,601-999", [(500, 999)]),
    ],
)
def test_the_examples_of_the_standard(field, ranges):
    assert parse_ranges(field, 10_000) == ranges


@pytest.mark.parametrize(
    ("field", "ranges"),
    [
        ("BYTES=0-1", [(0, 1)]),
        ("bytes=0-99999999999999999", [(0, 9)]),
        ("bytes=-99999999999999999", [(0, 9)]),
        ("bytes=,\t0-1 , ,", [(0, 1)]),
        ("bytes=10-", []),
        ("bytes=10-20", []),
        ("bytes=-0", []),
        ("bytes=20-30, 3-4", [(3, 4)]),
    ],
)
def test_a_range_ends_with_the_file_and_one_beyond_it_does_not_count(field, ranges):
    assert parse_ranges(field, 10) == ranges


@pytest.mark.parametrize(
    "field",
    [
        "",
        "bytes",
        "bytes=",
        "bytes=,",
        "bytes=-",
        "bytes=2-1",
        "bytes=0-1, 2-1",
        "bytes=0-1-2",
        "bytes=+0-1",
        "bytes=0 -1",
        "bytes=a-b",
        "bytes=٠-١",
        "bytes =0-1",
        "seconds=0-1",
        f"bytes={'9' * 5000}-",
        "bytes=0-1,x",
    ],
)
def test_what_is_no_range_is_ignored(field):
    assert parse_ranges(field, 10) is None


def test_an_empty_file_has_no_parts():
    assert parse_ranges("bytes=0-", 0) == []
    assert parse_ranges("bytes=-5", 0) is None


def test_very_many_parts_are_not_given():
    few = ",".join(f"{n * 1000}-{n * 1000}" for n in range(MAX_RANGES))
    assert len(parse_ranges(f"bytes={few}", 10**6)) == MAX_RANGES
    assert parse_ranges(f"bytes={few},-1", 10**6) is None


def test_parts_are_sent_in_the_order_in_which_they_are_asked_for():
    assert parse_ranges("bytes=5000-5999,0-99", 10_000) == [(5000, 5999), (0, 99)]


def test_parts_that_nearly_touch_are_one():
    assert parse_ranges(f"bytes=0-9,{10 + NEAR}-200", 1000) == [(0, 200)]
    assert parse_ranges(f"bytes=0-9,{11 + NEAR}-200", 1000) == [(0, 9), (11 + NEAR, 200)]


@given(st.lists(SPECS, min_size=1, max_size=8), st.integers(1, 1500))
@example(["0-", "0-", "0-", "-1500"], 1500)
def test_every_byte_that_is_asked_for_is_sent_once(specs, length):
    ranges = parse_ranges("bytes=" + ",".join(specs), length)
    asked = set()
    for spec in specs:
        first, _, last = spec.partition("-")
        if first and last and int(last) < int(first):
            assert ranges is None
            return
        everything = range(length)
        asked |= set(
            everything[int(first) : int(last) + 1 if last else None]
            if first
            else everything[max(length - int(last), 0) :]
        )
    assert all(0 <= each.first <= each.last < length for each in ranges)
    sent = [place for each in ranges for place in range(each.first, each.last + 1)]
    assert len(sent) == len(set(sent)) <= length
    assert asked <= set(sent)
    assert bool(asked) == bool(sent)


@given(st.text() | st.text("0123456789-, \t").map("bytes={}".format), st.integers(0, 10**12))
def test_any_text_is_ranges_or_ignored(field, length):
    ranges = parse_ranges(field, length)
    assert ranges is None or all(0 <= each.first <= each.last < length for each in ranges)


def test_a_range_says_where_it_is():
    assert (ByteRange(2, 4).length, ByteRange(2, 4).content_range(10)) == (3, "bytes 2-4/10")

"""``Range`` on its own: any text gives parts of the file, or none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enfilade.server.static.ranges import MOST_RANGES, parse_ranges


@pytest.mark.parametrize(
    ("field", "parts"),
    [
        ("bytes=0-0", [(0, 1)]),
        ("bytes=0-", [(0, 10)]),
        ("bytes=-1", [(9, 10)]),
        ("bytes=9-9", [(9, 10)]),
        ("bytes=9-10", [(9, 10)]),
        ("bytes=10-10", []),
        ("bytes=-0", []),
        ("bytes= 1 - 2 , 4-5", [(1, 3), (4, 6)]),
        ("bytes=4-5,1-2", [(4, 6), (1, 3)]),
        ("bytes=", None),
        ("bytes=1-2,", []),
        ("bytes=--1", []),
        ("bytes=1-2-3", []),
        ("bytes=1", []),
        ("bytes=\u0661-2", []),
        ("bytes=0-9" + "9" * 5000, []),
        ("bytes", None),
        ("octets=1-2", None),
    ],
)
def test_a_field_gives_these_parts_of_ten_octets(field: str, parts: object):
    assert parse_ranges(field, 10) == parts


@given(st.text("0123456789-, b=", max_size=60), st.integers(0, 200))
def test_parts_lie_within_the_file_and_are_no_longer_than_it(text: str, size: int):
    for field in (text, f"bytes={text}"):
        parts = parse_ranges(field, size)
        if parts is not None:
            assert all(0 <= first < end <= size for first, end in parts)
            assert sum(end - first for first, end in parts) <= size
            assert len(parts) <= MOST_RANGES

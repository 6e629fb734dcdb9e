import pytest
from hypothesis import given
from hypothesis import strategies as st

from enfilade.gateway.request_start import waited_before

NOW = 1_770_000_000.5


@pytest.mark.parametrize(
    ("value", "waited"),
    [
        ("t=1770000000.250", 0.25),  # nginx, ${msec}
        ("1769999990.5", 10.0),
        ("1770000000250", 0.25),  # milliseconds
        ("t=1770000000250000", 0.25),  # Apache, %t
        ("1770000000250000000", 0.25),
        ("t=1770000001", 0.0),  # a clock that is ahead
        ("t=1760000000", 0.0),  # a clock that is far behind
        ("", 0.0),
        ("t=", 0.0),
        ("-5", 0.0),
        ("t=1e9", 0.0),
        ("yesterday", 0.0),
    ],
)
def test_the_unit_shows_in_the_size(value, waited):
    assert waited_before(value, NOW) == pytest.approx(waited, abs=1e-3)


@given(st.text())
def test_anything_else_is_no_time(value):
    assert 0.0 <= waited_before(value, NOW) <= 3600

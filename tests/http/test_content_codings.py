"""Accept-Encoding: which coding is chosen."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enfilade.http.content_codings import IDENTITY, choose_coding

ALL = ("zstd", "br", "gzip")


@pytest.mark.parametrize(
    ("field", "coding"),
    [
        ("", IDENTITY),
        ("gzip", "gzip"),
        ("gzip, deflate, br, zstd", "zstd"),
        ("gzip, deflate, br", "br"),
        ("gzip;q=1.0, br;q=0.9", "gzip"),
        ("GZip ; Q=0.8", "gzip"),
        ("x-gzip", "gzip"),
        ("deflate", IDENTITY),
        ("*", "zstd"),
        ("*;q=0.1", "zstd"),
        ("zstd;q=0, *", "br"),
        ("gzip;q=0", IDENTITY),
        ("gzip;q=0, *;q=0", IDENTITY),
        ("identity", IDENTITY),
        ("identity, gzip", "gzip"),
        ("identity;q=1, gzip;q=0.5", IDENTITY),
        ("identity;q=1, *;q=0", IDENTITY),  # what browsers send for a film
        ("identity;q=0.2, gzip;q=0.5", "gzip"),
        ("gzip;q=0.5;level=9, br;q=0.1", "br"),  # no such parameter
        ("gzip;q=2, br;q=0.1", "br"),
        ("gzip;q=0.1234, br;q=0.1", "br"),
        ("br;q=-1, gzip", "gzip"),
        (" ,, gzip ,", "gzip"),
        ("gzipped, notgzip", IDENTITY),
    ],
)
def test_the_coding_of_most_weight_is_chosen(field, coding):
    assert choose_coding(field, ALL).coding == coding


@pytest.mark.parametrize(
    ("field", "needed"),
    [
        ("gzip", False),
        ("gzip, identity;q=0", True),
        ("gzip, identity;q=0.000", True),
        ("gzip, *;q=0", True),
        ("*;q=0, gzip, identity;q=0.5", False),
        ("identity;q=0", False),  # nothing else is accepted, so it is sent as it is
        ("*;q=0", False),
    ],
)
def test_a_client_may_refuse_what_is_not_encoded(field, needed):
    assert choose_coding(field, ALL).needed is needed


WEIGHTS = st.none() | st.decimals(0, 1, places=3, allow_nan=False)
ELEMENTS = st.dictionaries(st.sampled_from([*ALL, "identity", "*", "deflate"]), WEIGHTS)


@given(ELEMENTS, st.lists(st.sampled_from(ALL), unique=True))
def test_what_is_chosen_is_acceptable_and_nothing_on_offer_weighs_more(elements, offered):
    field = ", ".join(
        name if weight is None else f"{name};q={weight}" for name, weight in elements.items()
    )
    weights = {name: 1 if weight is None else weight for name, weight in elements.items()}

    def weight(coding):
        return weights.get(coding, weights.get("*", 0))

    choice = choose_coding(field, tuple(offered))
    if choice.coding is IDENTITY:
        assert all(weight(each) <= weights.get(IDENTITY, 0) for each in offered)
        assert not choice.needed
    else:
        assert choice.coding in offered
        assert weight(choice.coding) > 0
        assert weight(choice.coding) == max(map(weight, offered)) >= weights.get(IDENTITY, 0)
        refused = weights.get(IDENTITY, weights.get("*", 1)) == 0
        assert choice.needed == refused


@given(st.text(max_size=60))
def test_any_text_leads_to_something_that_can_be_sent(field):
    choice = choose_coding(field, ALL)
    assert choice.coding in (*ALL, IDENTITY)
    if choice.coding is not IDENTITY:
        assert re.search(rf"{choice.coding}|\*", field, re.IGNORECASE)

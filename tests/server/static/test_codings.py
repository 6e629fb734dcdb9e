"""The weights of ``Accept-Encoding``."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enfilade.server.mounts import Mount
from enfilade.server.static.codings import choose_coding
from enfilade.server.static.files import StaticFiles
from enfilade.server.static.resources import LONGEST_WISH, MOST_WISHES, Resource, Terms

ALL = ["br", "zstd", "gzip"]


@pytest.mark.parametrize(
    ("field", "coding"),
    [
        (None, "identity"),
        ("", "identity"),
        ("gzip, br", "br"),
        ("GZIP", "gzip"),
        ("x-gzip", "gzip"),
        ("gzip; q=0.8, br; q=0.7", "gzip"),
        ("*;q=0.1", "br"),
        ("br;q=0, *", "zstd"),
        ("*;q=0", None),
        ("identity;q=0", None),
        ("*;q=0, identity", "identity"),
        ("gzip;q=0.001", "gzip"),
        ("gzip;q=0.1, identity;q=0.2", "identity"),
        ("gzip;q=2", "identity"),
        ("gzip;q=nan", "identity"),
        ("gzip;q=", "identity"),
        ("deflate", "identity"),
        (",,gzip,,", "gzip"),
    ],
)
def test_the_best_of_what_there_is(field: str | None, coding: str | None):
    assert choose_coding(field, ALL) == coding


@given(st.text("gzipbrsdtent*;q=01.,- ", max_size=40))
def test_any_text_is_answered_with_something_there_is(field: str):
    assert choose_coding(field, ALL) in {None, "identity", *ALL}


def test_what_clients_wish_does_not_fill_the_memory(folder: Path):
    found = StaticFiles([Mount("/", str(folder))], Terms()).lookup("/site.css")
    assert isinstance(found, Resource)
    for number in range(1000):
        found.choose(f"gzip, x-{number}")
        found.choose(f"gzip, {'x' * number}")
    assert len(found.chosen) <= MOST_WISHES
    assert max(len(wish or "") for wish in found.chosen) <= LONGEST_WISH

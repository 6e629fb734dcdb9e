import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enfilade.urls.regex import in_segment, leading_text, reversals


@pytest.mark.parametrize(
    "regex",
    ["[0-9]+", "[^/]+", "[0-9]{4}", "a|b", "(?:ab)?c*", r"\d+", "[-a-z_]+", "x{2,3}?", "(a|b)c"],
)
def test_knows_what_stays_within_a_segment(regex):
    assert in_segment(regex)


@pytest.mark.parametrize(
    "regex",
    [".+", "[^a]", "[+-9]", r"\D", r"[\W]", "a/b", "a|/", r"\b", "^a", "a$", "a(?=b)", r"(a)\1"],
)
def test_knows_what_may_leave_a_segment_or_look_around(regex):
    assert not in_segment(regex)


PARTS = st.sampled_from(
    ["a", ".", "[^b]", "[*-9]", r"\d", r"\S", "(?:a|/)", "x?", "a{2}", "(?:[^/]b)+", "/"]
)


@given(st.lists(PARTS, min_size=1, max_size=4).map("".join), st.text("ab/x1.", max_size=6))
def test_what_stays_within_a_segment_never_matches_a_slash(regex, text):
    if in_segment(regex) and re.fullmatch(regex, text):
        assert "/" not in text


@pytest.mark.parametrize(
    ("regex", "texts"),
    [
        (r"^a/(?P<x>\d+)/$", ["a/%(x)s/"]),
        (r"^(\d+)-(\w+)$", ["%(_1)s-%(_2)s"]),
        (r"^a(?:/(?P<x>b(c)))?/$", ["a/", "a/%(x)s/"]),
        (r"^(?:a|(?P<x>b)c)$", ["a", "%(x)sc"]),
        (r"^100%\.\d[x-z]\w+$", ["100%%.0xx"]),
        (r"^(?P<x>a)(?P=x)\b(?!z)q{3}b*$", ["%(x)s%(x)sqqq"]),
        (r"[^x]\s", ["0 "]),
    ],
)
def test_writes_the_texts_that_a_regex_matches(regex, texts):
    assert [text for text, _ in reversals(re.compile(regex), "_")] == texts


@pytest.mark.parametrize(
    ("regex", "text", "whole"),
    [
        (r"^blog/", "blog/", True),
        (r"^", "", True),
        (r"", "", True),
        (r"^a\.b/(\d+)/$", "a.b/", False),
        (r"^ab?", "a", False),
        (r"^a/$", "a/", False),
        (r"blog/", "", False),
        (r"(?i)^blog/", "", False),
        (r"(?m)^blog/", "", False),
        (r"(?x)^ blog/ ", "blog/", True),
        (r"^ab|^ac", "a", False),
        (r"^a|b", "", False),
    ],
)
def test_knows_the_text_that_every_match_begins_with(regex, text, whole):
    assert leading_text(re.compile(regex)) == (text, whole)

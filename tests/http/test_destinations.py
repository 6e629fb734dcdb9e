"""Addresses to go on to, judged as Django judges them."""

import re

import pytest
from django.utils.http import url_has_allowed_host_and_scheme as theirs
from hypothesis import example, given
from hypothesis import strategies as st

from enfilade.http.destinations import url_has_allowed_host_and_scheme

PARTS = [
    "http", "https", "ftp", "javascript", ":", "/", "//", "\\", "@", "a.example", "b.example",
    ":8000", "[", "]", "?", "#", "%2F", ".", "\0", "\x08", "\t", "\n", "\u200b", " ", "path",
    "\xa0",
]  # fmt: skip


@given(
    st.lists(st.sampled_from(PARTS), max_size=8).map("".join),
    st.sampled_from([None, "a.example", {"a.example", "a.example:8000"}, []]),
    st.booleans(),
)
@example("///a.example/", "a.example", False)
@example("http:///a.example/", "a.example", False)
@example("\\\\b.example", "a.example", False)
@example("\x08//b.example", "a.example", False)
@example("//a.example\\@b.example", "a.example", False)
@example("/" + "x" * 2048, None, False)
def test_judges_as_django_does_what_a_browser_reads(url, allowed_hosts, require_https):
    ours = url_has_allowed_host_and_scheme(url, allowed_hosts, require_https)
    read = re.sub("[\t\n\r]", "", url.strip())
    if re.match(r"[/\\]{2}([?#]|$)", read):  # a host that is empty until something is quoted
        assert not ours
    else:
        assert ours == theirs(read, allowed_hosts, require_https)


@pytest.mark.parametrize("url", ["/\t//b.example", "//\n/b.example", "/\r\\\\b.example"])
def test_sees_slashes_that_a_dropped_character_keeps_apart(url):
    assert not url_has_allowed_host_and_scheme(url, "a.example")


@pytest.mark.parametrize("url", ["/next/", "next", "?page=2", "https://a.example/", "//a.example/"])
def test_stays_on_the_site(url):
    assert url_has_allowed_host_and_scheme(url, "a.example")


@pytest.mark.parametrize("url", [None, "", " ", "https://b.example", "javascript:alert(1)"])
def test_goes_nowhere_else(url):
    assert not url_has_allowed_host_and_scheme(url, {"a.example"})


def test_https_may_be_required():
    assert not url_has_allowed_host_and_scheme("http://a.example/", "a.example", require_https=True)
    assert url_has_allowed_host_and_scheme("https://a.example/", "a.example", require_https=True)

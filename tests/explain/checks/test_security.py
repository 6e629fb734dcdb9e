"""The checks of the headers that make a browser careful, and of compression."""

import sys

import pytest

from enfilade.explain.checks import compression, security
from enfilade.explain.checks.used import SECURITY
from enfilade.middleware.clickjacking import XFrameOptionsMiddleware
from enfilade.test import override_settings

FRAMES = {"MIDDLEWARE": [SECURITY, security.FRAMES]}


class Own(XFrameOptionsMiddleware):
    pass


def ids(check, **values):
    with override_settings(**values):
        return [finding.id for finding in check()]


@pytest.mark.parametrize(
    ("policy", "wrong"),
    [
        ("same-origin", 0),
        ("no-referrer, strict-origin ", 0),
        (["origin", "unsafe-url"], 0),
        (None, 0),
        ("", 0),
        ("same-site", 1),
        (["origin", "none", "never"], 2),
    ],
)
def test_a_referrer_policy_that_browsers_do_not_know_is_found(policy, wrong):
    found = ids(security.check_referrer_policy, SECURE_REFERRER_POLICY=policy)
    assert found == ["security.E001"] * wrong


@pytest.mark.parametrize(("policy", "wrong"), [("same-origin", 0), (None, 0), ("none", 1)])
def test_an_opener_policy_that_browsers_do_not_know_is_found(policy, wrong):
    found = ids(security.check_opener_policy, SECURE_CROSS_ORIGIN_OPENER_POLICY=policy)
    assert found == ["security.E002"] * wrong


@pytest.mark.parametrize(
    ("patterns", "expected"),
    [
        ([r"^feed/", r"feed\.xml$"], []),
        (["^feed("], ["security.E003"]),
        (["^/feed/", "/a"], ["security.W004", "security.W004"]),
    ],
)
def test_an_exempt_path_that_never_matches_is_found(patterns, expected):
    found = ids(security.check_redirect_exempt, SECURE_REDIRECT_EXEMPT=patterns)
    assert found + ids(security.check_exempt_slash, SECURE_REDIRECT_EXEMPT=patterns) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [("DENY", []), ("sameorigin", []), ("ALLOW-FROM https://x.example", ["security.W005"])],
)
def test_frame_options_that_browsers_ignore_are_found(value, expected):
    assert ids(security.check_frame_options, X_FRAME_OPTIONS=value, **FRAMES) == expected
    assert ids(security.check_frame_options, X_FRAME_OPTIONS=value, MIDDLEWARE=[]) == []


@pytest.mark.parametrize(
    ("seconds", "subdomains", "expected"),
    [
        (security.YEAR, True, []),
        (security.YEAR, False, ["security.W006"]),
        (3600, True, ["security.W006"]),
    ],
)
def test_a_site_that_no_preload_list_takes_is_found(seconds, subdomains, expected):
    values = {"SECURE_HSTS_SECONDS": seconds, "SECURE_HSTS_INCLUDE_SUBDOMAINS": subdomains}
    assert ids(security.check_preload, SECURE_HSTS_PRELOAD=True, **values) == expected
    assert ids(security.check_preload, SECURE_HSTS_PRELOAD=False, **values) == []


def test_pages_that_anybody_may_frame_are_found():
    assert ids(security.check_frames_are_refused, MIDDLEWARE=[SECURITY]) == ["deploy.W020"]
    assert ids(security.check_frames_are_refused, MIDDLEWARE=[SECURITY, Own]) == []


@pytest.mark.parametrize("name", ["SECURE_CONTENT_TYPE_NOSNIFF", "SECURE_REFERRER_POLICY"])
def test_a_header_that_is_turned_off_is_found(name):
    assert ids(security.check_headers_are_on, **FRAMES) == []
    assert ids(security.check_headers_are_on, **{name: False}, **FRAMES) == ["deploy.W021"]


def test_a_coding_that_cannot_be_made_is_found(monkeypatch):
    used = {"MIDDLEWARE": [compression.COMPRESSION]}
    check = compression.check_codings
    assert ids(check, COMPRESSION_ENCODINGS=["zstd", "br", "gzip"], **used) == []
    assert ids(check, COMPRESSION_ENCODINGS=["deflate", "br"], **used) == ["compression.E001"]
    assert ids(check, COMPRESSION_ENCODINGS=["deflate"], MIDDLEWARE=[]) == []
    monkeypatch.setitem(sys.modules, "brotli", None)
    with override_settings(COMPRESSION_ENCODINGS=["br"], **used):
        (finding,) = check()
    assert "enfilade[compression]" in finding.hint

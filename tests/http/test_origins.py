"""What is trusted; tests/differential/test_csrf.py compares the decisions with Django's."""

import pytest

from enfilade.http.origins import TrustedOrigins

TRUSTED = TrustedOrigins(["https://shop.example:8443", "https://*.example.org"])


@pytest.mark.parametrize(
    "origin", ["https://shop.example:8443", "https://a.example.org", "https://example.org"]
)
def test_an_origin_that_is_named_is_trusted(origin: str) -> None:
    assert TRUSTED.cover_origin(origin)


@pytest.mark.parametrize(
    "origin",
    [
        "https://shop.example",
        "http://shop.example:8443",
        "http://a.example.org",
        "https://a.example.org:8443",
        "https://notexample.org",
        "https://a.example.org.evil.example",
        "https://evil.example/.example.org",
        "https://evil.example#.example.org",
        "https://[",
        "null",
        "",
    ],
)
def test_an_origin_that_only_looks_like_one_is_not(origin: str) -> None:
    assert not TRUSTED.cover_origin(origin)


def test_a_host_is_trusted_with_its_port() -> None:
    assert TRUSTED.cover_host("shop.example:8443")
    assert TRUSTED.cover_host("a.example.org")
    assert not TRUSTED.cover_host("shop.example")


def test_nothing_is_trusted_without_a_scheme() -> None:
    careless = TrustedOrigins(["example.org", "*"])
    assert not careless.cover_origin("https://example.org")
    assert not careless.cover_host("example.org")

"""What a page's Content-Security-Policy allows the toolbar."""

import pytest

from enfilade.profiler.doors.policy import Origin, permission

HERE = Origin("http", "127.0.0.1:8000")

ALLOWING = [
    [],
    ["img-src 'none'"],
    ["default-src 'self'"],
    ["default-src *"],
    ["default-src http:"],
    ["default-src 127.0.0.1:8000"],
    ["default-src http://127.0.0.1:8000"],
    ["default-src 127.0.0.1:*"],
    ["DEFAULT-SRC 'SELF'"],
    ["default-src 'none'; style-src 'self'; script-src 'self'"],
    ["default-src 'none'; style-src-elem 'self'; script-src-elem 'self'"],
    ["default-src 'self'; default-src 'none'"],
    ["default-src 'self', default-src *"],
]

FORBIDDING = [
    ["default-src 'none'"],
    ["default-src"],
    ["default-src 'self', default-src 'none'"],
    ["default-src 'self'", "default-src https:"],
    ["default-src https://cdn.example"],
    ["default-src 'self' ; style-src 'unsafe-inline'; script-src 'unsafe-inline'"],
    ["style-src-elem 'none'; style-src 'self'; script-src-elem 'none'; script-src 'self'"],
    ["default-src 'sha256-abc'"],
]


@pytest.mark.parametrize("kind", ["style", "script"])
@pytest.mark.parametrize("fields", ALLOWING)
def test_allows(fields, kind):
    assert permission(fields, kind, HERE) == ""


@pytest.mark.parametrize("kind", ["style", "script"])
@pytest.mark.parametrize("fields", FORBIDDING)
def test_forbids(fields, kind):
    assert permission(fields, kind, HERE) is None


def test_a_nonce_is_used_where_one_is_needed():
    fields = ["style-src 'nonce-Ab1'; script-src 'strict-dynamic' 'self' 'nonce-Cd2'"]
    assert permission(fields, "style", HERE) == "Ab1"
    assert permission(fields, "script", HERE) == "Cd2"


def test_a_nonce_has_to_satisfy_every_policy():
    assert (
        permission(["style-src 'nonce-A'", "style-src 'nonce-B' 'nonce-A'"], "style", HERE) == "A"
    )
    assert permission(["style-src 'nonce-A'", "style-src 'nonce-B'"], "style", HERE) is None


def test_the_host_counts_without_its_port_where_the_policy_has_none():
    assert permission(["style-src shop.example"], "style", Origin("https", "shop.example")) == ""
    assert permission(["style-src shop.example"], "style", Origin("https", "other.example")) is None

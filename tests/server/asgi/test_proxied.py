"""Scopes of ASGI behind proxies, by the same rules as environ."""

import asyncio
from typing import Any

import pytest

from enfilade.gateway.forwarded import FIELDS, Proxies
from enfilade.server.asgi.proxied import proxied

X = FIELDS[1:]


def seen(scope: dict[str, Any], trusted=("10.0.0.1", "unix"), believed=X) -> dict[str, Any]:
    """The scope that reaches the application."""
    scopes = []

    async def application(scope, receive, send):
        scopes.append(scope)

    asyncio.run(proxied(Proxies(trusted, believed), application)(scope, None, None))
    return scopes[0]


def scope(*headers: tuple[bytes, bytes], **changes: Any) -> dict[str, Any]:
    return {
        "type": "http",
        "scheme": "http",
        "client": ("10.0.0.1", 4711),
        "server": ("127.0.0.1", 8000),
        "headers": [(b"host", b"inner"), *headers],
        **changes,
    }


HTTPS = ((b"x-forwarded-for", b"192.0.2.7"), (b"x-forwarded-proto", b"https"))


def test_a_trusted_proxy_s_word_is_in_the_scope():
    told = seen(scope(*HTTPS))
    assert (told["client"], told["scheme"]) == (("192.0.2.7", 0), "https")
    assert told["headers"] == [(b"host", b"inner"), *HTTPS]


def test_repeated_fields_are_one_list():
    told = seen(scope((b"x-forwarded-for", b"1.1.1.1"), (b"x-forwarded-for", b"192.0.2.7")))
    assert told["client"] == ("192.0.2.7", 0)


def test_a_websocket_keeps_its_own_schemes():
    assert seen(scope(*HTTPS, type="websocket", scheme="ws"))["scheme"] == "wss"


def test_host_and_port_where_they_are_believed():
    told = seen(scope((b"x-forwarded-host", b"example.org"), (b"x-forwarded-port", b"443")))
    assert told["headers"][0] == (b"host", b"example.org")
    assert [name for name, _ in told["headers"]].count(b"host") == 1
    assert told["server"] == ("127.0.0.1", 443)


def test_a_unix_socket_has_no_address_and_may_be_trusted():
    assert seen(scope(*HTTPS, client=None))["client"] == ("192.0.2.7", 0)
    assert seen(scope(*HTTPS[1:], client=None))["client"] is None


def test_a_stranger_s_word_does_not_reach_the_application():
    told = seen(scope(*HTTPS, (b"x-real-ip", b"10.0.0.1")), trusted=("none",))
    assert told == scope()


@pytest.mark.parametrize("kind", ["lifespan", "http"])
def test_what_says_nothing_of_others_passes_as_it_is(kind):
    before = {"type": "lifespan"} if kind == "lifespan" else scope()
    assert seen(before) is before

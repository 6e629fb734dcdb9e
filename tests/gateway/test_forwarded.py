"""Who a request comes from: the walk along a chain of proxies, and what ends it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enfilade.gateway.forwarded import FIELDS, WITHHELD, Proxies, check_believed, check_peer
from enfilade.gateway.hops import Origin

PEER = "10.0.0.1"
NETWORK = ("10.0.0.0/8",)
X = ("x-forwarded-for", "x-forwarded-proto", "x-forwarded-host", "x-forwarded-port")


def x_forwarded(**fields: str) -> Origin:
    headers = {f"x-forwarded-{name.removesuffix('_')}": value for name, value in fields.items()}
    return Proxies(NETWORK, X).resolve(PEER, 1, headers)


def forwarded(value: str) -> Origin:
    return Proxies(NETWORK, ("forwarded",)).resolve(PEER, 1, {"forwarded": value})


# Whom to trust -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("trusted", "address", "expected"),
    [
        (("127.0.0.1",), "127.0.0.1", True),
        (("127.0.0.1",), "127.0.0.2", False),
        (("10.0.0.0/8",), "10.255.0.3", True),
        (("10.0.0.0/8",), "::ffff:10.255.0.3", True),
        (("::1",), "::1", True),
        (("2001:db8::/32",), "2001:db8:1::2", True),
        (("2001:db8::/32",), "10.0.0.1", False),
        (("unix",), "", True),
        (("127.0.0.1",), "", False),
        (("127.0.0.1, 10.0.0.0/8",), "10.0.0.9", True),
        (("*",), "", True),
        (("*",), "192.0.2.1", True),
        (("none",), "127.0.0.1", False),
        (("127.0.0.1",), "unix:", False),
        (("127.0.0.1",), "garbage", False),
    ],
)
def test_trusts_whom_it_was_told_to(trusted, address, expected):
    assert Proxies(trusted, X).trusts(address) is expected


@pytest.mark.parametrize(
    "text", ["10.0.0.1/8", "localhost", "", "127.0.0.1,", "10.0.0.0/33", "a:b"]
)
def test_refuses_a_peer_that_is_none(text):
    with pytest.raises(ValueError, match="write an address"):
        check_peer(text)


def test_refuses_to_believe_two_kinds_of_fields():
    with pytest.raises(ValueError, match="exclude"):
        check_believed(("forwarded", "x-forwarded-for"))


# X-Forwarded-* -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("chain", "client"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("198.51.100.9, 192.0.2.1", "192.0.2.1"),
        ("192.0.2.1, 10.0.0.2, 10.0.0.3", "192.0.2.1"),
        ("1.1.1.1,192.0.2.1,10.0.0.3", "192.0.2.1"),
        ("10.0.0.2, 10.0.0.3", "10.0.0.2"),
        ("2001:db8::1", "2001:db8::1"),
        ("[2001:db8::1]", "2001:db8::1"),
        ("unknown, 10.0.0.3", "10.0.0.3"),
        ("192.0.2.1, garbage, 10.0.0.3", "10.0.0.3"),
        ("192.0.2.1, garbage", PEER),
        ("192.0.2.1,", PEER),
        ("", PEER),
        ("fe80::1%eth0", PEER),
        ("[192.0.2.1", PEER),
    ],
)
def test_the_last_hop_that_is_no_proxy_is_the_client(chain, client):
    assert x_forwarded(for_=chain).address == client


def test_a_port_behind_the_address_is_the_client_s():
    assert x_forwarded(for_="192.0.2.1:4711") == Origin("192.0.2.1", 4711)
    assert x_forwarded(for_="[2001:db8::1]:4711") == Origin("2001:db8::1", 4711)
    assert x_forwarded(for_="192.0.2.1:99999") == Origin("192.0.2.1", 0)


@pytest.mark.parametrize(
    ("chain", "proto", "scheme"),
    [
        ("192.0.2.1", "https", "https"),
        ("192.0.2.1", "HTTPS", "https"),
        ("192.0.2.1", "wss", "https"),
        ("192.0.2.1", "http", "http"),
        ("192.0.2.1", "gopher", ""),
        ("192.0.2.1", "https://", ""),
        ("192.0.2.1, 10.0.0.3", "https, http", "https"),
        ("192.0.2.1, 10.0.0.3", "http, https, http", "https"),
        ("192.0.2.1, 10.0.0.3", "https", "https"),
        ("192.0.2.1", "https, http", "http"),
        ("", "http, https", "https"),
    ],
)
def test_the_scheme_is_that_of_the_proxy_who_saw_the_client(chain, proto, scheme):
    assert x_forwarded(for_=chain, proto=proto).scheme == scheme


def test_host_and_port_are_believed_where_that_was_asked_for():
    said = {"for_": "192.0.2.1", "host": "example.org", "port": "8443"}
    assert x_forwarded(**said) == Origin("192.0.2.1", 0, "", "example.org", 8443)
    assert x_forwarded(**said | {"host": "a b", "port": "x"}) == Origin("192.0.2.1")


def test_what_was_not_asked_for_is_not_believed():
    proxies = Proxies(NETWORK, ("x-forwarded-for",))
    fields = dict.fromkeys(FIELDS, "192.0.2.1")
    assert proxies.resolve(PEER, 1, fields) == Origin("192.0.2.1")


def test_a_chain_of_proxies_without_end_is_not_walked():
    assert x_forwarded(for_="192.0.2.1" + ", 10.0.0.2" * 1000).address == "10.0.0.2"


# Forwarded -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "origin"),
    [
        ("for=192.0.2.1", Origin("192.0.2.1")),
        ("For=192.0.2.1;Proto=https;by=10.0.0.1", Origin("192.0.2.1", 0, "https")),
        ('for="[2001:db8::1]:4711"', Origin("2001:db8::1", 4711)),
        ('for="192.0.2.1:80"; host="example.org:8"', Origin("192.0.2.1", 80, "", "example.org:8")),
        (r'for="192.0\.2.1"', Origin("192.0.2.1")),
        ('for=1.1.1.1;proto=http, for=192.0.2.1;proto=https, for="10.0.0.9"',
         Origin("192.0.2.1", 0, "https")),
        (",for=192.0.2.1,,", Origin("192.0.2.1")),
        ("for=unknown", Origin(PEER, 1)),
        ("for=_hidden, for=10.0.0.9", Origin("10.0.0.9")),
        ("for=192.0.2.1;for=192.0.2.2", Origin(PEER, 1)),
        ("for=192.0.2.1 proto=https", Origin(PEER, 1)),
        ("for=192.0.2.1:80", Origin(PEER, 1)),
        ('for="192.0.2.1', Origin(PEER, 1)),
        ('for="192.0.2.1, for=192.0.2.2', Origin(PEER, 1)),
        ('for=192.0.2.1;x="a,b\\"c"', Origin("192.0.2.1")),
        ("proto=https", Origin(PEER, 1)),
        ("", Origin(PEER, 1)),
    ],
)  # fmt: skip
def test_elements_are_read_as_rfc_7239_writes_them(value, origin):
    assert forwarded(value) == origin


# Whatever is sent ----------------------------------------------------------------------------

OCTETS = st.text(st.characters(max_codepoint=255, exclude_categories=["Cc"]), max_size=60)
PIECES = st.lists(
    st.sampled_from(["for=", '"', ",", ";", "1.2.3.4", "10.0.0.2", "[::1]", ":80", "\\", " "]),
    max_size=20,
).map("".join)


@given(st.dictionaries(st.sampled_from(sorted(WITHHELD)), OCTETS | PIECES), st.booleans())
def test_whatever_is_sent_an_origin_can_be_used(fields, old):
    origin = Proxies(NETWORK, X if old else ("forwarded",)).resolve(PEER, 1, fields)
    assert origin.address
    assert origin.scheme in ("", "http", "https")
    assert 0 <= origin.port <= 65535
    assert 0 <= origin.server_port <= 65535
    assert not set(origin.host) & set(' /\\"@\r\n')


@given(st.lists(st.ip_addresses(v=4).map(str), max_size=6), OCTETS)
def test_what_a_client_writes_before_a_proxy_s_word_changes_nothing(chain, lie):
    honest = ",".join([*chain, "192.0.2.1", "10.0.0.7"])
    assert x_forwarded(for_=f"{lie},{honest}") == x_forwarded(for_="192.0.2.1,10.0.0.7")
    elements = ",".join(f"for={hop}" for hop in honest.split(","))
    assert forwarded(f"for=unknown,{elements}") == forwarded("for=192.0.2.1,for=10.0.0.7")


@given(st.dictionaries(st.sampled_from(sorted(WITHHELD)), OCTETS, min_size=1))
def test_a_stranger_s_word_leaves_nothing_in_the_environ(fields):
    keys = {"HTTP_" + name.upper().replace("-", "_"): value for name, value in fields.items()}
    environ = {"REMOTE_ADDR": "192.0.2.66", "wsgi.url_scheme": "http", "HTTP_HOST": "a", **keys}
    Proxies(NETWORK, X).apply(environ, fields)
    assert environ == {"REMOTE_ADDR": "192.0.2.66", "wsgi.url_scheme": "http", "HTTP_HOST": "a"}


def test_a_trusted_word_is_in_the_environ():
    environ = {"REMOTE_ADDR": PEER, "REMOTE_PORT": "1", "wsgi.url_scheme": "http"}
    fields = {"x-forwarded-for": "192.0.2.1", "x-forwarded-proto": "https"}
    Proxies(NETWORK, X).apply(environ, fields)
    assert environ == {
        "REMOTE_ADDR": "192.0.2.1", "REMOTE_PORT": "", "wsgi.url_scheme": "https", "HTTPS": "on",
    }  # fmt: skip

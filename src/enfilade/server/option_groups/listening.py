"""Where the server listens, to what, and whom it believes."""

from dataclasses import dataclass

from enfilade.gateway.forwarded import FIELDS, check_peer
from enfilade.server.addresses import parse_address
from enfilade.server.option_groups.option import option


def check_mode(text: str) -> None:
    """Raise :exc:`ValueError` unless *text* is a file mode such as ``660``."""
    if len(text) != 3 or not set(text) <= set("01234567"):
        raise ValueError(f"{text!r} is not three octal digits such as 660")


@dataclass(frozen=True, kw_only=True)
class Listening:
    """The groups Server, TLS and Proxies."""

    __slots__ = ()

    application: str = option(
        "", "the application, MODULE:NAME; found automatically when empty", metavar="MODULE:NAME"
    )
    interface: str = option("auto", "what the application speaks", choices=("auto", "wsgi", "asgi"))
    bind: tuple[str, ...] = option(
        ("127.0.0.1:8000",),
        "where to listen: HOST:PORT, :PORT, unix:PATH or fd://N, perhaps after http://, https://"
        " or uwsgi://; may be repeated",
        flags=("-b",),
        metavar="ADDRESS",
        check=parse_address,
    )
    backlog: int = option(
        2048,
        "connections the kernel may hold before they are accepted",
        minimum=1,
        maximum=2**31 - 1,  # listen(2) takes an int
    )
    # Like a loopback port, a socket file is open to every user of the machine unless told
    # otherwise; a proxy usually runs as somebody else.
    socket_mode: str = option(
        "666", "permissions of a unix socket file, octal", metavar="MODE", check=check_mode
    )

    reuse_port: bool = option(
        False, "each worker has sockets of its own, between which the kernel deals out connections"
    )

    certificate: tuple[str, ...] = option(
        (),
        "certificate with its chain, PEM; all TCP addresses then speak TLS. For several names,"
        " repeat it: a client is shown the one for the name that it asks for",
        flags=("--certfile",),
        metavar="PATH",
        group="TLS",
    )
    key: tuple[str, ...] = option(
        (),
        "private key of the certificate, in the same order; without it, it is in the"
        " certificate's file",
        flags=("--keyfile",),
        metavar="PATH",
        group="TLS",
    )
    client_ca: str = option(
        "",
        "authorities whose certificates clients may show, PEM",
        flags=("--ca-certs",),
        metavar="PATH",
        group="TLS",
    )
    client_certificates: str = option(
        "off",
        "whether clients are asked for certificates",
        choices=("off", "optional", "required"),
        group="TLS",
    )

    trusted_proxies: tuple[str, ...] = option(
        ("127.0.0.0/8", "::1", "unix"),
        "peers that may say for whom they speak: addresses, networks, unix (whoever comes by a"
        " Unix socket), * (everybody) or none",
        flags=("--forwarded-allow-ips",),
        metavar="PEER",
        group="Proxies",
        check=check_peer,
    )
    forwarded: tuple[str, ...] = option(
        ("x-forwarded-for", "x-forwarded-proto"),
        "the fields that they write, in every request; what else says such things is not believed",
        metavar="FIELD",
        group="Proxies",
        choices=FIELDS,
    )
    proxy_protocol: bool = option(
        False,
        "every HTTP connection begins with a PROXY header, version 1 or 2",
        group="Proxies",
    )

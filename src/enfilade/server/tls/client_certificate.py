"""What an application hears of a TLS connection, in the variables of Apache's mod_ssl."""

import ssl
from typing import Any

Variables = dict[str, str]

# RFC 4514, 3, for the attributes that it names; others keep the name that OpenSSL gives them.
_SHORT = {
    "commonName": "CN",
    "localityName": "L",
    "stateOrProvinceName": "ST",
    "organizationName": "O",
    "organizationalUnitName": "OU",
    "countryName": "C",
    "streetAddress": "STREET",
    "domainComponent": "DC",
    "userId": "UID",
}
_SPECIAL = frozenset('"+,;<>\\')


def tls_variables(connection: ssl.SSLObject, asks: bool) -> Variables:
    """The variables of *connection*; those about a client's certificate only if it was asked
    for one.

    Texts are UTF-8 in latin-1 clothes, as PEP 3333 wants them ("Unicode Issues").
    """
    cipher = connection.cipher()
    variables = {
        "HTTPS": "on",
        "SSL_PROTOCOL": connection.version() or "",
        "SSL_CIPHER": cipher[0] if cipher else "",
    }
    if asks:
        variables |= _client_variables(connection)
    return variables


def _client_variables(connection: ssl.SSLObject) -> Variables:
    certificate: dict[str, Any] | None = connection.getpeercert()
    der = connection.getpeercert(binary_form=True)
    if not certificate or not der:
        return {"SSL_CLIENT_VERIFY": "NONE"}
    texts = {
        "SSL_CLIENT_VERIFY": "SUCCESS",
        "SSL_CLIENT_S_DN": distinguished_name(certificate["subject"]),
        "SSL_CLIENT_I_DN": distinguished_name(certificate["issuer"]),
        "SSL_CLIENT_M_SERIAL": certificate["serialNumber"],
        "SSL_CLIENT_V_START": certificate["notBefore"],
        "SSL_CLIENT_V_END": certificate["notAfter"],
        "SSL_CLIENT_CERT": ssl.DER_cert_to_PEM_cert(der),
    }
    return {name: text.encode().decode("latin-1") for name, text in texts.items()}


def distinguished_name(name: tuple[tuple[tuple[str, str], ...], ...]) -> str:
    """*name*, as :meth:`ssl.SSLObject.getpeercert` gives it, in the text form of RFC 4514."""
    return ",".join(
        "+".join(f"{_SHORT.get(kind, kind)}={_escaped(value)}" for kind, value in relative)
        for relative in reversed(name)
    )


def _escaped(value: str) -> str:
    """RFC 4514, 2.4."""
    text = "".join(f"\\{char}" if char in _SPECIAL else _visible(char) for char in value)
    if text[:1] in ("#", " "):
        text = "\\" + text
    if text.endswith(" ") and len(value) > 1:
        text = text[:-1] + "\\ "
    return text


def _visible(char: str) -> str:
    return "".join(f"\\{octet:02x}" for octet in char.encode()) if ord(char) < 32 else char

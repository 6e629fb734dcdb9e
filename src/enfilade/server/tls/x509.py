"""The little of an X.509 certificate that its server wants to know: for which names, until when.

Source: RFC 5280, 4.1 and 4.2.1.6; X.690 for the encoding. The certificate is the operator's own
and OpenSSL has read it before, so nothing here decides about trust.
"""

import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from ipaddress import ip_address

SEQUENCE, OCTET_STRING, OBJECT_IDENTIFIER, UTC_TIME = 0x30, 0x04, 0x06, 0x17
VERSION, EXTENSIONS = 0xA0, 0xA3
DNS_NAME, IP_ADDRESS = 0x82, 0x87
COMMON_NAME = bytes((0x55, 4, 3))
SUBJECT_ALTERNATIVE_NAME = bytes((0x55, 29, 17))

Element = tuple[int, bytes]


@dataclass(frozen=True, slots=True)
class Certificate:
    """``names`` are DNS names in lower case (``*.example.org`` among them) and IP addresses."""

    names: tuple[str, ...]
    not_before: datetime
    not_after: datetime


def read_certificate(text: str) -> Certificate:
    """Read the first certificate of *text*, which is PEM; :exc:`ValueError` if there is none."""
    begin, end = ssl.PEM_HEADER, ssl.PEM_FOOTER
    _, mark, rest = text.partition(begin)
    body, closing, _ = rest.partition(end)
    if not (mark and closing):
        raise ValueError("there is no certificate in it")
    try:
        return _read(ssl.PEM_cert_to_DER_cert(f"{begin}{body}{end}"))
    except (IndexError, StopIteration) as error:
        raise ValueError("its certificate is cut off") from error


def _read(der: bytes) -> Certificate:
    certificate = next(_elements(der))[1]
    fields = list(_elements(next(_elements(certificate))[1]))
    if fields[0][0] == VERSION:
        del fields[0]
    _serial, _algorithm, _issuer, validity, subject, _key, *others = fields
    names = [name for tag, block in others if tag == EXTENSIONS for name in _alternatives(block)]
    not_before, not_after = (_time(*element) for element in _elements(validity[1]))
    return Certificate(tuple(names or _common_names(subject[1])), not_before, not_after)


def _elements(data: bytes) -> Iterator[Element]:
    """The (tag, contents) of each element in *data*; X.690, 8.1, with tags of one octet."""
    at = 0
    while at < len(data):
        tag, length, start = data[at], data[at + 1], at + 2
        if length >= 0x80:
            start += length & 0x7F
            length = int.from_bytes(data[at + 2 : start], "big")
        at = start + length
        yield tag, data[start:at]


def _alternatives(block: bytes) -> Iterator[str]:
    """The names in the extensions of *block*; RFC 5280, 4.2.1.6."""
    for _, extension in _elements(next(_elements(block))[1]):
        parts = list(_elements(extension))
        if parts[0][1] == SUBJECT_ALTERNATIVE_NAME:
            for tag, value in _elements(next(_elements(parts[-1][1]))[1]):
                if tag == DNS_NAME:
                    yield value.decode("latin-1").lower()
                elif tag == IP_ADDRESS:
                    yield str(ip_address(value))


def _common_names(subject: bytes) -> Iterator[str]:
    for _, relative in _elements(subject):
        for _, attribute in _elements(relative):
            (_, kind), (_, value) = _elements(attribute)
            if kind == COMMON_NAME:
                yield value.decode("utf-8", "replace").lower()


def _time(tag: int, value: bytes) -> datetime:
    """UTCTime or GeneralizedTime; RFC 5280, 4.1.2.5: a year below 50 is of this century."""
    text = value.decode("ascii")
    if tag == UTC_TIME:
        text = ("20" if text[:2] < "50" else "19") + text
    return datetime.strptime(text, "%Y%m%d%H%M%SZ").replace(tzinfo=UTC)

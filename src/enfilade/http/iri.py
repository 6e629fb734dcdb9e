"""IRIs (RFC 3987) to URIs (RFC 3986), and the bytes of a path to text."""

import re
from os import PathLike, fspath
from typing import Any
from urllib.parse import quote

__all__ = ["decode_path", "escape_uri_path", "filepath_to_uri", "iri_to_uri", "uri_to_iri"]

# Reserved and unreserved characters of RFC 3986, section 2, and "%": RFC 3987, section 3.1,
# wants what is encoded already left alone.
_URI_SAFE = "/#%[]=:;$&()+,!?*@'~"

# RFC 3986, section 3.3, less ";", "=" and "?", which have a meaning in a path.
_PATH_SAFE = "/:@&+$,-_.!~*'()"

# What an IRI need not encode: unreserved ASCII, and bytes of characters beyond it.
_DECODABLE = re.compile(r"%(?:2[DE]|3\d|4[1-9A-F]|5[\dAF]|6[1-9A-F]|7[\dAE]|[89A-F][\dA-F])", re.I)

# How "surrogateescape" (PEP 383) writes a byte that it cannot decode.
_ESCAPED_BYTE = re.compile("[\udc80-\udcff]")


def iri_to_uri(iri: Any) -> str:
    """Percent-encode what a URI may not hold; ``str()`` is taken of lazy texts."""
    return quote(iri if isinstance(iri, (str, bytes)) else str(iri), safe=_URI_SAFE)


def uri_to_iri(uri: Any) -> str:
    """Decode what a person can read, and nothing that has a meaning (RFC 3987, 3.2)."""
    raw = uri if isinstance(uri, bytes) else str(uri).encode()
    return decode_path(_DECODABLE.sub(_decode, raw.decode("iso-8859-1")))


def _decode(found: re.Match[str]) -> str:
    return chr(int(found[0][1:], 16))


def filepath_to_uri(path: str | PathLike[str]) -> str:
    """The path of a file as that of a URI, backslashes turned; for a name below ``STATIC_URL``."""
    return quote(fspath(path).replace("\\", "/"), safe="/~!*()'")


def escape_uri_path(path: str) -> str:
    """Percent-encode a decoded path for use in a URI."""
    return quote(path, safe=_PATH_SAFE)


def decode_path(raw: str) -> str:
    """The text of a path that came as bytes in latin-1 disguise (PEP 3333, "Unicode Issues").

    Bytes that are not UTF-8 are percent-encoded again, so that any path has a text.
    """
    decoded = raw.encode("iso-8859-1").decode(errors="surrogateescape")
    return _ESCAPED_BYTE.sub(_percent_encode, decoded)


def _percent_encode(found: re.Match[str]) -> str:
    return f"%{ord(found[0]) - 0xDC00:02X}"

"""IRIs (RFC 3987) to URIs (RFC 3986), and the bytes of a path to text."""

import re
from typing import Any
from urllib.parse import quote

__all__ = ["decode_path", "escape_uri_path", "iri_to_uri"]

# Reserved and unreserved characters of RFC 3986, section 2, and "%": RFC 3987, section 3.1,
# wants what is encoded already left alone.
_URI_SAFE = "/#%[]=:;$&()+,!?*@'~"

# RFC 3986, section 3.3, less ";", "=" and "?", which have a meaning in a path.
_PATH_SAFE = "/:@&+$,-_.!~*'()"

# How "surrogateescape" (PEP 383) writes a byte that it cannot decode.
_ESCAPED_BYTE = re.compile("[\udc80-\udcff]")


def iri_to_uri(iri: Any) -> str:
    """Percent-encode what a URI may not hold; ``str()`` is taken of lazy texts."""
    return quote(iri if isinstance(iri, (str, bytes)) else str(iri), safe=_URI_SAFE)


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

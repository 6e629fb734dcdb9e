"""How the test client turns Python values into request bodies and queries."""

import json
import mimetypes
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import PurePath
from typing import Any
from urllib.parse import urlencode

from enfilade.conf import settings

BOUNDARY = "BoUnDaRyStRiNg"
MULTIPART_CONTENT = f"multipart/form-data; boundary={BOUNDARY}"
OCTETS = "application/octet-stream"

_CHARSET = re.compile(r";\s*charset=\"?([\w-]+)", re.IGNORECASE)
_JSON = re.compile(r"application/(.+\+)?json", re.IGNORECASE)
_ESCAPES = str.maketrans({'"': "%22", "\r": "%0D", "\n": "%0A"})


def is_json(content_type: str | None) -> bool:
    """Whether the type is JSON, or one with the suffix ``+json`` (RFC 6839)."""
    return _JSON.match(content_type or "") is not None


def encode_body(data: Any, content_type: str, encoder: type[json.JSONEncoder]) -> bytes:
    """*data* as a body of *content_type*: a multipart form from a mapping, JSON from a dict,
    list or tuple, anything else as its text or bytes."""
    if content_type == MULTIPART_CONTENT:
        return encode_multipart(BOUNDARY, data)
    if is_json(content_type) and isinstance(data, (dict, list, tuple)):
        data = json.dumps(data, cls=encoder)
    if isinstance(data, (bytes, bytearray, memoryview)):
        return bytes(data)
    named = _CHARSET.search(content_type)
    return str(data).encode(named[1] if named else settings.DEFAULT_CHARSET)


def encode_query(fields: Any) -> str:
    """A query string; a list of values gives its name several times. Raises :exc:`TypeError`
    for ``None``, which a query cannot say."""
    pairs = list(fields.lists() if hasattr(fields, "lists") else dict(fields).items())
    for name, value in pairs:
        if value is None:
            raise TypeError(
                f"The query parameter {name!r} is None: pass an empty string or leave it out."
            )
    return urlencode(pairs, doseq=True)


def encode_multipart(boundary: str, data: Mapping[str, Any]) -> bytes:
    """A ``multipart/form-data`` body (RFC 7578). Values are texts, files (whatever has
    ``read()``), or iterables of those. Raises :exc:`TypeError` for ``None``."""
    lines: list[bytes] = []
    for key, value in data.items():
        for each in _values(key, value):
            lines += _part(boundary, key, each)
    return b"\r\n".join([*lines, f"--{boundary}--".encode(), b""])


def _values(key: str, value: Any) -> Iterator[Any]:
    several = isinstance(value, Iterable) and not isinstance(value, (str, bytes))
    for each in value if several and not _is_file(value) else (value,):
        if each is None:
            raise TypeError(
                f"Cannot encode None for the field {key!r}: pass an empty string or leave it out."
            )
        yield each


def _is_file(value: object) -> bool:
    return callable(getattr(value, "read", None))


def _part(boundary: str, key: str, value: Any) -> list[bytes]:
    if _is_file(value):
        return encode_file(boundary, key, value)
    disposition = f'Content-Disposition: form-data; name="{_quoted(key)}"'
    return [f"--{boundary}".encode(), as_bytes(disposition), b"", as_bytes(value)]


def encode_file(boundary: str, key: str, file: Any) -> list[bytes]:
    """The lines of a file's part; its type is ``file.content_type`` or guessed by its name."""
    name = getattr(file, "name", None)
    # The name of an unnamed temporary file is a number.
    filename = PurePath(name).name if isinstance(name, str) else ""
    content_type = getattr(file, "content_type", None) or mimetypes.guess_type(filename)[0]
    disposition = f'form-data; name="{_quoted(key)}"; filename="{_quoted(filename or key)}"'
    return [
        f"--{boundary}".encode(),
        as_bytes(f"Content-Disposition: {disposition}"),
        as_bytes(f"Content-Type: {content_type or OCTETS}"),
        b"",
        as_bytes(file.read()),
    ]


def _quoted(name: str) -> str:
    return name.translate(_ESCAPES)


def as_bytes(value: Any) -> bytes:
    """Bytes as they are, anything else as its text."""
    if isinstance(value, (bytes, bytearray, memoryview)):
        return bytes(value)
    return str(value).encode(settings.DEFAULT_CHARSET)

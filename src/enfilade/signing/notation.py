"""How values and times are written in a signed text: JSON, base64url, base62."""

import base64
import json
import zlib
from string import ascii_lowercase, ascii_uppercase, digits
from typing import Any, Protocol

__all__ = [
    "JSONSerializer",
    "Serializer",
    "b62_decode",
    "b62_encode",
    "b64_decode",
    "b64_encode",
    "pack",
    "unpack",
]

_BASE62 = digits + ascii_uppercase + ascii_lowercase
_COMPRESSED = "."  # not a character of base64url


class Serializer(Protocol):
    """Made without arguments; between objects and bytes."""

    def dumps(self, obj: Any, /) -> bytes:
        """*obj* as bytes."""

    def loads(self, data: bytes, /) -> Any:
        """The object again."""


class JSONSerializer:
    """Compact JSON in ASCII."""

    def dumps(self, obj: Any) -> bytes:
        """*obj* as JSON; :exc:`TypeError` where there is no notation for it."""
        return json.dumps(obj, separators=(",", ":")).encode("ascii")

    def loads(self, data: bytes) -> Any:
        """The object that *data* notes; :exc:`ValueError` if it is not JSON."""
        return json.loads(data.decode("latin-1"))


def b62_encode(number: int) -> str:
    """*number* in base 62: digits, capitals, small letters."""
    if number < 0:
        return "-" + b62_encode(-number)
    text = _BASE62[number % 62]
    while number := number // 62:
        text = _BASE62[number % 62] + text
    return text


def b62_decode(text: str) -> int:
    """The number again; :exc:`ValueError` for anything else."""
    if not text.removeprefix("-"):
        raise ValueError(f"{text!r} is not a number in base 62")
    number = 0
    for digit in text.removeprefix("-"):
        number = number * 62 + _BASE62.index(digit)
    return -number if text.startswith("-") else number


def b64_encode(data: bytes) -> bytes:
    """*data* in base64url without padding (RFC 4648, 5)."""
    return base64.urlsafe_b64encode(data).rstrip(b"=")


def b64_decode(text: bytes) -> bytes:
    """The data again; :exc:`ValueError` if the length cannot be right."""
    return base64.urlsafe_b64decode(text + b"=" * (-len(text) % 4))


def pack(data: bytes, *, compress: bool) -> str:
    """*data* as URL-safe text; compressed on request, where that makes it shorter."""
    if compress:
        smaller = zlib.compress(data)
        if len(smaller) < len(data) - 1:
            return _COMPRESSED + b64_encode(smaller).decode()
    return b64_encode(data).decode()


def unpack(text: str) -> bytes:
    """What :func:`pack` was given. Only for text whose signature is genuine: it may unfold to
    any size. Raises :exc:`ValueError`, :exc:`zlib.error`."""
    data = b64_decode(text.removeprefix(_COMPRESSED).encode())
    return zlib.decompress(data) if text.startswith(_COMPRESSED) else data

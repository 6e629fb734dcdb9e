"""Keyed digests (RFC 2104) with a key of their own for each purpose."""

import hashlib
import hmac

from enfilade.conf import settings

__all__ = ["InvalidAlgorithm", "constant_time_compare", "salted_hmac"]

Text = str | bytes

# Those whose digests have a fixed length, on every platform.
_ALGORITHMS = frozenset(
    name for name in hashlib.algorithms_guaranteed if not name.startswith("shake")
)


class InvalidAlgorithm(ValueError):
    """``hashlib`` has no digest of this name that could sign."""


def encoded(value: object) -> bytes:
    """*value* as it is if it is bytes, else its text in UTF-8."""
    return value if isinstance(value, bytes) else str(value).encode()


def salted_hmac(
    key_salt: Text, value: object, secret: Text | None = None, *, algorithm: str = "sha1"
) -> hmac.HMAC:
    """The HMAC of *value*, keyed by the digest of salt and secret (``SECRET_KEY`` by default).

    One salt for each purpose: a digest made for one says nothing about another. Raises
    :exc:`InvalidAlgorithm`.
    """
    if algorithm not in _ALGORITHMS:
        raise InvalidAlgorithm(f"{algorithm!r} is not an algorithm accepted by the hashlib module.")
    if secret is None:
        secret = settings.SECRET_KEY
    # SHA-1 is the default of Django's function; everything here names SHA-256.
    key = hashlib.new(algorithm, encoded(key_salt) + encoded(secret)).digest()
    return hmac.new(key, encoded(value), algorithm)


def constant_time_compare(one: Text, other: Text) -> bool:
    """Whether the two are equal, in a time that does not tell how far they agree."""
    return hmac.compare_digest(encoded(one), encoded(other))

"""Signers: ``value:signature``, and with the time ``value:time:signature``.

The signature is an HMAC under a key made of the signer's salt and the secret. Old secrets
(``SECRET_KEY_FALLBACKS``) verify and never sign.
"""

import time
from collections.abc import Iterable
from datetime import timedelta
from string import ascii_letters, digits
from typing import Any

from enfilade.conf import settings
from enfilade.signing.digest import Text, constant_time_compare, salted_hmac
from enfilade.signing.errors import BadSignature, SignatureExpired
from enfilade.signing.notation import (
    JSONSerializer,
    Serializer,
    b62_decode,
    b62_encode,
    b64_encode,
    pack,
    unpack,
)

__all__ = ["Signer", "TimestampSigner", "dumps", "loads"]

# The salt of tokens, and the first part of a signer's own. Django's words: a salt is part of the
# format, and with another one no signature would verify there.
_SALT = "django.core.signing"
_IN_SIGNATURES = frozenset(ascii_letters + digits + "-_=")


def _salt_of(signer: type) -> str:
    ours = signer.__module__ == __name__
    return f"{_SALT if ours else signer.__module__}.{signer.__name__}"


class Signer:
    """Signs texts.

    *key* defaults to ``SECRET_KEY``, *fallback_keys* to ``SECRET_KEY_FALLBACKS``, *salt* to the
    class's name with its module, *algorithm* (any of ``hashlib`` with a digest of fixed length)
    to ``sha256``. :exc:`ValueError` for a *sep* that a signature might contain.
    """

    def __init__(
        self,
        *,
        key: Text | None = None,
        sep: str = ":",
        salt: str | None = None,
        algorithm: str | None = None,
        fallback_keys: Iterable[Text] | None = None,
    ) -> None:
        if _IN_SIGNATURES.issuperset(sep):
            raise ValueError(
                f"Unsafe Signer separator: {sep!r} (cannot be empty or consist of only A-z0-9-_=)"
            )
        self.key: Text = key or settings.SECRET_KEY
        self.sep = sep
        self.salt = salt or _salt_of(type(self))
        self.algorithm = algorithm or "sha256"
        fallbacks = settings.SECRET_KEY_FALLBACKS if fallback_keys is None else fallback_keys
        self.fallback_keys = list(fallbacks)

    def signature(self, value: object, key: Text | None = None) -> str:
        """The signature of *value* alone."""
        digest = salted_hmac(
            f"{self.salt}signer", value, key or self.key, algorithm=self.algorithm
        ).digest()
        return b64_encode(digest).decode()

    def sign(self, value: Any) -> str:
        """*value* as text, with its signature."""
        return f"{value}{self.sep}{self.signature(value)}"

    def unsign(self, signed_value: str) -> str:
        """The text that was signed; :exc:`BadSignature` unless the signature is genuine."""
        value, separator, signature = signed_value.rpartition(self.sep)
        if not separator:
            raise BadSignature(f'No "{self.sep}" found in value')
        if not self._is_genuine(value, signature):
            raise BadSignature(f'Signature "{signature}" does not match')
        return value

    def _is_genuine(self, value: str, signature: str) -> bool:
        try:
            return any(
                constant_time_compare(signature, self.signature(value, key))
                for key in (self.key, *self.fallback_keys)
            )
        except UnicodeEncodeError:  # a lone surrogate: nobody can have signed that
            return False

    def sign_object(
        self, obj: Any, serializer: type[Serializer] = JSONSerializer, compress: bool = False
    ) -> str:
        """*obj* as URL-safe signed text; *compress* it where that makes it shorter."""
        return self.sign(pack(serializer().dumps(obj), compress=compress))

    def unsign_object(
        self, signed_obj: str, serializer: type[Serializer] = JSONSerializer, **kwargs: Any
    ) -> Any:
        """The object that was signed; *kwargs* are those of :meth:`unsign`.

        Raises :exc:`BadSignature`, and what the serializer raises for a text that is genuine
        and not of its making.
        """
        return serializer().loads(unpack(self.unsign(signed_obj, **kwargs)))


class TimestampSigner(Signer):
    """Signs texts together with the time, so that they can expire."""

    def timestamp(self) -> str:
        """The time now: seconds since the epoch in base 62."""
        return b62_encode(int(time.time()))

    def sign(self, value: Any) -> str:
        """*value* as text, with the time and the signature of both."""
        return super().sign(f"{value}{self.sep}{self.timestamp()}")

    def unsign(self, value: str, max_age: float | timedelta | None = None) -> str:
        """The text that was signed, at most *max_age* (in seconds) ago.

        Raises :exc:`SignatureExpired` if it is older, :exc:`BadSignature` if it is not genuine
        or tells no time.
        """
        text, separator, timestamp = super().unsign(value).rpartition(self.sep)
        try:
            signed_at = b62_decode(timestamp) if separator else None
        except ValueError:
            signed_at = None
        if signed_at is None:
            raise BadSignature("The signed value has no timestamp")
        if max_age is not None:
            self._check_age(signed_at, max_age)
        return text

    @staticmethod
    def _check_age(signed_at: int, max_age: float | timedelta) -> None:
        limit = max_age.total_seconds() if isinstance(max_age, timedelta) else max_age
        age = time.time() - signed_at
        if age > limit:
            raise SignatureExpired(f"Signature age {age} > {limit} seconds")


def dumps(
    obj: Any,
    key: Text | None = None,
    salt: str = _SALT,
    serializer: type[Serializer] = JSONSerializer,
    compress: bool = False,
) -> str:
    """*obj* as URL-safe text with time and signature.

    Give a *salt* of its own to each purpose, so that a text signed for one cannot be used for
    another.
    """
    return TimestampSigner(key=key, salt=salt).sign_object(obj, serializer, compress)


def loads(
    s: str,
    key: Text | None = None,
    salt: str = _SALT,
    serializer: type[Serializer] = JSONSerializer,
    max_age: float | timedelta | None = None,
    fallback_keys: Iterable[Text] | None = None,
) -> Any:
    """The object that :func:`dumps` was given, at most *max_age* (in seconds) ago.

    Raises :exc:`BadSignature`, :exc:`SignatureExpired`.
    """
    signer = TimestampSigner(key=key, salt=salt, fallback_keys=fallback_keys)
    return signer.unsign_object(s, serializer, max_age=max_age)

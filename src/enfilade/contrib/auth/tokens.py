"""Links by which somebody who has forgotten their password gets another one.

A link names the user and has a token, which nothing keeps: it is a time and a digest of what
changes when the link is used. So it is good for one password, until the user signs in, gets
another address, or ``PASSWORD_RESET_TIMEOUT`` has passed. Django's
``django.contrib.auth.tokens``, with tokens of the same form.
"""

import hmac
import time
from collections.abc import Iterable
from datetime import UTC, datetime
from string import ascii_lowercase, digits
from typing import Any

from enfilade.conf import settings
from enfilade.signing import b64_decode, b64_encode, constant_time_compare, salted_hmac

__all__ = ["PasswordResetTokenGenerator", "decode_uid", "default_token_generator", "encode_uid"]

EPOCH = int(datetime(2001, 1, 1, tzinfo=UTC).timestamp())
"""Tokens count seconds from here on, which makes them a little shorter."""

LONGEST_TIME = 13
"""Digits in base 36 that a time may have."""

_BASE36 = digits + ascii_lowercase


class PasswordResetTokenGenerator:
    """Makes tokens and checks them; one with a ``key_salt`` of its own is for another purpose.

    ``secret`` and ``secret_fallbacks`` are the settings' keys, unless they are set.
    """

    key_salt = "enfilade.contrib.auth.tokens.PasswordResetTokenGenerator"
    algorithm = "sha256"
    secret: str | bytes | None = None
    secret_fallbacks: Iterable[str | bytes] | None = None

    def make_token(self, user: Any) -> str:
        """A token for *user* as they are now: letters, digits and one hyphen."""
        return self._token(user, self._now(), self.secret or settings.SECRET_KEY)

    def check_token(self, user: Any, token: str | None) -> bool:
        """Whether *token* was made for *user*, who has not changed since, and not too long ago."""
        if not (user and token and token.isascii()):
            return False
        made = _number(token.partition("-")[0])
        if made is None:
            return False
        genuine = any(
            constant_time_compare(self._token(user, made, secret), token)
            for secret in self._secrets()
        )
        return genuine and self._now() - made <= settings.PASSWORD_RESET_TIMEOUT

    def _secrets(self) -> list[str | bytes]:
        fallbacks = self.secret_fallbacks
        if fallbacks is None:
            fallbacks = settings.SECRET_KEY_FALLBACKS
        return [self.secret or settings.SECRET_KEY, *fallbacks]

    def _token(self, user: Any, made: int, secret: str | bytes) -> str:
        state = self._make_hash_value(user, made)
        digest: hmac.HMAC = salted_hmac(self.key_salt, state, secret, algorithm=self.algorithm)
        return f"{_base36(made)}-{digest.hexdigest()[::2]}"  # half of it, for a shorter link

    def _make_hash_value(self, user: Any, timestamp: int) -> str:
        """What a token depends on; a subclass may add to it.

        A hash of a password is another one even if the password is the same. Databases need not
        keep microseconds.
        """
        last_login = getattr(user, "last_login", None)
        signed_in = last_login.replace(microsecond=0, tzinfo=None) if last_login else ""
        email = getattr(user, user.get_email_field_name(), "") or ""
        # A NUL is in none of them, so that no end of one can pass for the beginning of the next.
        return "\0".join(map(str, (user.pk, user.password, signed_in, timestamp, email)))

    def _now(self) -> int:
        return int(time.time()) - EPOCH


default_token_generator = PasswordResetTokenGenerator()
"""What the pages use."""


def encode_uid(user: Any) -> str:
    """The key of *user* as a part of a path: base64url (RFC 4648, 5)."""
    return b64_encode(str(user.pk).encode()).decode()


def decode_uid(uidb64: str) -> str | None:
    """The text of the key again, which a store takes; ``None`` if it is none, or not written as
    :func:`encode_uid` writes it."""
    try:
        data = b64_decode(uidb64.encode("ascii"))
        return data.decode() if b64_encode(data).decode() == uidb64 else None
    except ValueError:
        return None


def _base36(number: int) -> str:
    text = _BASE36[number % 36]
    while number := number // 36:
        text = _BASE36[number % 36] + text
    return text


def _number(text: str) -> int | None:
    """The time that *text* is in base 36; written otherwise, its token will not be the same."""
    try:
        return int(text, 36) if len(text) <= LONGEST_TIME else None
    except ValueError:
        return None

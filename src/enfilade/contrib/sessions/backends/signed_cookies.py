"""The session itself in the cookie: signed, so that nobody changes it, and readable by all.

Nothing is kept on the server, so nothing waits. The price: a visitor who has saved an old
cookie can bring it back (signing out does not end it), and a browser drops cookies above
4096 bytes.
"""

import logging
from datetime import UTC, datetime
from typing import Any

from enfilade.contrib.sessions.backends.base import SessionBase
from enfilade.contrib.sessions.backends.contents import EXPIRY
from enfilade.contrib.sessions.backends.expiry import expiry_moment
from enfilade.signing import SignatureExpired, TimestampSigner

__all__ = ["SessionStore"]

SALT = "enfilade.contrib.sessions.backends.signed_cookies"
LARGEST_COOKIE = 4096
"""Bytes of name, value and attributes that browsers keep at least (RFC 6265, 6.1)."""

logger = logging.getLogger("enfilade.contrib.sessions")


class SessionStore(SessionBase):
    """The session as its own key."""

    blocking = False

    def load(self) -> dict[str, Any]:
        """What the cookie says; nothing, to be sent as such, if it is not genuine or too old."""
        signer = TimestampSigner(salt=SALT)
        key = self.session_key or ""
        try:
            contents: dict[str, Any] = signer.unsign_object(key, self.serializer)
            self._check_age(signer, key, contents.get(EXPIRY))
        except Exception:  # a bad signature, or what the serializer makes of another one's data
            self.create()
            return {}
        return contents

    def _check_age(self, signer: TimestampSigner, key: str, expiry: Any) -> None:
        if not isinstance(expiry, str):
            signer.unsign(key, max_age=expiry or self.get_session_cookie_age())
        elif expiry_moment(expiry, None, 0) <= datetime.now(UTC):
            raise SignatureExpired(f"The session ended at {expiry}")

    def create(self) -> None:
        """Have the cookie sent anew."""
        self.modified = True

    def save(self, must_create: bool = False) -> None:
        """Make the cookie's value of what is in the session."""
        signer = TimestampSigner(salt=SALT)
        key = signer.sign_object(self._session, self.serializer, compress=True)
        if len(key) > LARGEST_COOKIE:
            logger.warning(
                "A session of %d bytes is too large for a cookie; browsers will drop it.", len(key)
            )
        self._session_key = key
        self.modified = True

    def exists(self, session_key: str | None = None) -> bool:
        """False: there is no place where sessions of others could be."""
        return False

    def delete(self, session_key: str | None = None) -> None:
        """Empty the session, and with it the cookie."""
        self._session_key = None
        self._session_cache = {}
        self.modified = True

    def cycle_key(self) -> None:
        """Sign the contents anew."""
        self.save()

    @classmethod
    def clear_expired(cls) -> None:
        """Nothing to do: browsers clear their cookies themselves."""

"""What every store is made from: a session with a key, and the life of it.

A store of a site's own subclasses :class:`SessionBase` and has ``load``, ``save``, ``create``,
``exists`` and ``delete``; the twins run these in a thread. One that keeps sessions under random
keys has less to write with :class:`~enfilade.contrib.sessions.backends.keyed.KeyedSession`.
"""

import logging
import secrets
from string import ascii_lowercase, digits
from typing import Any

from enfilade import signing
from enfilade.bridge import in_thread
from enfilade.contrib.sessions.backends.awaitable import AwaitableContents
from enfilade.contrib.sessions.engine import serializer_class
from enfilade.contrib.sessions.exceptions import CreateError, UpdateError
from enfilade.signing.notation import Serializer

__all__ = ["VALID_KEY_CHARS", "CreateError", "SessionBase", "UpdateError"]

VALID_KEY_CHARS = ascii_lowercase + digits
"""Small letters only: there are file systems that do not know them from capitals."""

KEY_LENGTH = 32
"""Characters; 165 bits, which nobody guesses and nobody draws twice."""

SHORTEST_KEY = 8

suspicious = logging.getLogger("enfilade.security.SuspiciousSession")


class SessionBase(AwaitableContents):
    """A session under *session_key*, or a new one; a key that cannot be genuine counts as none."""

    def __init__(self, session_key: str | None = None) -> None:
        self._session_key = session_key

    # The key

    @property
    def session_key(self) -> str | None:
        """The name of the session, known to the visitor; ``None`` if it has none yet."""
        return self._key

    @property
    def _session_key(self) -> str | None:
        return self._key

    @_session_key.setter
    def _session_key(self, value: str | None) -> None:
        self._key = value if value and self._validate_session_key(value) else None

    def _validate_session_key(self, key: str) -> bool:
        return len(key) >= SHORTEST_KEY

    def _get_new_session_key(self) -> str:
        # From the operating system, so that forked workers never draw the same.
        return "".join(secrets.choice(VALID_KEY_CHARS) for _ in range(KEY_LENGTH))

    # The form in which it is kept

    @property
    def serializer(self) -> type[Serializer]:
        """The class of ``SESSION_SERIALIZER``."""
        return serializer_class()

    @property
    def key_salt(self) -> str:
        """What sets the signatures of this class of store apart from all others."""
        return f"enfilade.contrib.sessions.{type(self).__qualname__}"

    def encode(self, session_dict: dict[str, Any]) -> str:
        """*session_dict* as signed text."""
        return signing.dumps(
            session_dict, salt=self.key_salt, serializer=self.serializer, compress=True
        )

    def decode(self, session_data: str) -> dict[str, Any]:
        """The dictionary again. It is empty, and the log is told, if the text is not genuine."""
        try:
            decoded: dict[str, Any] = signing.loads(
                session_data, salt=self.key_salt, serializer=self.serializer
            )
        except signing.BadSignature:
            suspicious.warning("Session data corrupted")
        except Exception:  # whatever the serializer makes of another one's data
            suspicious.warning("Session data cannot be read by %s", self.serializer.__qualname__)
        else:
            return decoded
        return {}

    # What a store has to say

    def exists(self, session_key: str) -> bool:
        """Whether the store has a session under *session_key*."""
        raise NotImplementedError(f"{type(self).__qualname__} must have a method exists().")

    def create(self) -> None:
        """Take a new key that nobody has, and save under it what is in the session."""
        raise NotImplementedError(f"{type(self).__qualname__} must have a method create().")

    def save(self, must_create: bool = False) -> None:
        """Save the session: as a new one if it has no key or *must_create*, else in place of
        the one that is there.

        Raises :exc:`CreateError` if the key is taken, :exc:`UpdateError` if nothing is there.
        """
        raise NotImplementedError(f"{type(self).__qualname__} must have a method save().")

    def delete(self, session_key: str | None = None) -> None:
        """Delete what is kept under *session_key*, by default this session's."""
        raise NotImplementedError(f"{type(self).__qualname__} must have a method delete().")

    def load(self) -> dict[str, Any]:
        """What the store has under the key. A key that it does not know is given up: a visitor
        must not choose one (session fixation)."""
        raise NotImplementedError(f"{type(self).__qualname__} must have a method load().")

    @classmethod
    def clear_expired(cls) -> None:
        """Delete what nobody can use any more; nothing to do where the store does so by itself."""
        raise NotImplementedError(f"{cls.__module__} cannot look for expired sessions.")

    # Made of these

    def flush(self) -> None:
        """Delete the session and what is in it; what is put in from now on gets a new key."""
        self.clear()
        self.delete()
        self._session_key = None

    def cycle_key(self) -> None:
        """Take a new key for the same contents: what was known before sign-in is worthless."""
        contents, key = self._session, self.session_key
        self.create()
        self._session_cache = contents
        if key:
            self.delete(key)

    # Twins

    async def aexists(self, session_key: str) -> bool:
        """Twin of ``exists``."""
        return await self._aside(self.exists, session_key)

    async def acreate(self) -> None:
        """Twin of ``create``."""
        await self._aside(self.create)

    async def asave(self, must_create: bool = False) -> None:
        """Twin of ``save``."""
        await self._aside(self.save, must_create)

    async def adelete(self, session_key: str | None = None) -> None:
        """Twin of ``delete``."""
        await self._aside(self.delete, session_key)

    async def aflush(self) -> None:
        """Twin of ``flush``."""
        await self._aside(self.flush)

    async def acycle_key(self) -> None:
        """Twin of ``cycle_key``."""
        await self._aside(self.cycle_key)

    @classmethod
    async def aclear_expired(cls) -> None:
        """Twin of ``clear_expired``."""
        await in_thread(cls.clear_expired)()

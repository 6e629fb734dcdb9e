"""A session that is kept under a random key, whatever it is kept in.

The rules of keys are here once: a key that the store does not know is given up, a new session
takes a key that was free, a deleted one does not come back. A store says how to read, insert,
update and remove.
"""

from abc import abstractmethod
from typing import Any

from enfilade.contrib.sessions.backends.base import (
    VALID_KEY_CHARS,
    CreateError,
    SessionBase,
    UpdateError,
)
from enfilade.exceptions import ServiceUnavailable

__all__ = ["KeyedSession"]

LONGEST_KEY = 40
_CHARACTERS = frozenset(VALID_KEY_CHARS)
_ATTEMPTS = 10


class KeyedSession(SessionBase):
    """The five operations of a store, made of four."""

    @abstractmethod
    def _read(self, key: str) -> dict[str, Any] | None:
        """What is there under *key*, ``None`` for nothing or what has expired."""

    @abstractmethod
    def _insert(self, key: str, contents: dict[str, Any]) -> bool:
        """Keep *contents* under *key* unless it is taken; whether that was so."""

    @abstractmethod
    def _update(self, key: str, contents: dict[str, Any]) -> bool:
        """Replace what is under *key* by *contents*; whether there was anything."""

    @abstractmethod
    def _remove(self, key: str) -> None:
        """Forget *key*, if it is there."""

    def _validate_session_key(self, key: str) -> bool:
        # The key comes from the client; what we cannot have made goes to no store.
        return super()._validate_session_key(key) and (
            len(key) <= LONGEST_KEY and _CHARACTERS.issuperset(key)
        )

    def load(self) -> dict[str, Any]:
        """What the store has under the key, which is given up if there is nothing."""
        key = self.session_key  # another thread may give it up meanwhile
        contents = self._read(key) if key else None
        if contents is None:
            self._session_key = None
            return {}
        return contents

    def create(self) -> None:
        """Take a new key, and save under it what is in the session.

        Raises :exc:`~enfilade.exceptions.ServiceUnavailable` if the store takes nothing.
        """
        for _ in range(_ATTEMPTS):
            self._session_key = self._get_new_session_key()
            try:
                self.save(must_create=True)
            except CreateError:
                continue
            self.modified = True
            return
        self._session_key = None
        raise ServiceUnavailable("The session store does not keep new sessions.")

    def save(self, must_create: bool = False) -> None:
        """Save the session, as :meth:`SessionBase.save` says."""
        if self.session_key is None:
            self.create()
            return
        contents = self._get_session(no_load=must_create)
        if self.session_key is None:  # loading has found that nothing is there
            raise UpdateError
        if must_create:
            if not self._insert(self.session_key, contents):
                raise CreateError
        elif not self._update(self.session_key, contents):
            raise UpdateError

    def delete(self, session_key: str | None = None) -> None:
        """Delete what is kept under *session_key*, by default this session's."""
        key = session_key or self.session_key
        if key is not None:
            self._remove(key)

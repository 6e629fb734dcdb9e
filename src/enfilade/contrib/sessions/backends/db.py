"""Sessions in the table ``enfilade_session`` of the site's database."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, exists, insert, select, update
from sqlalchemy.exc import IntegrityError

from enfilade.contrib.sessions.backends.keyed import KeyedSession
from enfilade.contrib.sessions.tables import sessions
from enfilade.database import connect, transaction

if TYPE_CHECKING:
    from sqlalchemy import Row

__all__ = ["SessionStore"]


class SessionStore(KeyedSession):
    """A session in a row."""

    def exists(self, session_key: str) -> bool:
        """Whether there is a row of this key."""
        question = select(exists().where(sessions.c.key == session_key))
        with connect() as database:
            return bool(database.scalar(question))

    def _row(self, key: str) -> "Row[Any, Any] | None":
        """``data`` and ``expires`` of a session that has not ended."""
        with connect() as database:
            return database.execute(
                select(sessions.c.data, sessions.c.expires).where(
                    sessions.c.key == key, sessions.c.expires > datetime.now(UTC)
                )
            ).one_or_none()

    def _read(self, key: str) -> dict[str, Any] | None:
        row = self._row(key)
        return None if row is None else self.decode(row.data)

    def _insert(self, key: str, contents: dict[str, Any]) -> bool:
        try:
            with transaction() as database:
                database.execute(insert(sessions).values(key=key, **self._values(contents)))
        except IntegrityError:
            return False
        return True

    def _update(self, key: str, contents: dict[str, Any]) -> bool:
        change = update(sessions).where(sessions.c.key == key)
        with transaction() as database:
            return database.execute(change.values(**self._values(contents))).rowcount == 1

    def _values(self, contents: dict[str, Any]) -> dict[str, Any]:
        ends = self.get_expiry_date().astimezone(UTC)
        return {"data": self.encode(contents), "expires": ends}

    def _remove(self, key: str) -> None:
        with transaction() as database:
            database.execute(delete(sessions).where(sessions.c.key == key))

    @classmethod
    def clear_expired(cls) -> None:
        """Delete the rows of sessions that have ended."""
        with transaction() as database:
            database.execute(delete(sessions).where(sessions.c.expires < datetime.now(UTC)))

"""The inside of a session: a dictionary that is loaded when it is first looked into.

``accessed`` and ``modified`` tell the middleware what to do on the way out. A change inside a
value (``session["cart"].append(…)``) is not seen: say ``session.modified = True``.
"""

from collections.abc import ItemsView, KeysView, Mapping, ValuesView
from datetime import datetime, timedelta
from typing import Any

from enfilade.bridge import refuse_on_event_loop
from enfilade.conf import settings
from enfilade.contrib.sessions.backends.expiry import (
    Expiry,
    expiry_moment,
    seconds_left,
    to_keep,
)

__all__ = ["Contents"]

EXPIRY = "_session_expiry"
NOT_GIVEN: Any = object()
"""In place of an argument that was left out, where ``None`` says something."""


class Contents:
    """What ``request.session`` is like for a view: the methods of a ``dict``, and its expiry."""

    TEST_COOKIE_NAME = "testcookie"
    TEST_COOKIE_VALUE = "worked"

    blocking = True
    """Whether looking into the store may wait; then a coroutine must await."""

    accessed = False
    modified = False
    _session_cache: dict[str, Any] | None = None

    @property
    def session_key(self) -> str | None:
        """The name of the session, known to the visitor; ``None`` if it has none yet."""
        raise NotImplementedError

    def load(self) -> dict[str, Any]:
        """What the store has under the key."""
        raise NotImplementedError

    @property
    def has_to_wait(self) -> bool:
        """Whether the next look into the session waits for the store."""
        return self.blocking and self._session_cache is None and self.session_key is not None

    def _get_session(self, no_load: bool = False) -> dict[str, Any]:
        self.accessed = True
        if self._session_cache is None:
            if not no_load and self.has_to_wait:
                refuse_on_event_loop("A session that is not loaded yet")
            loaded = {} if no_load or self.session_key is None else self.load()
            if self._session_cache is None:  # a coroutine may have loaded it meanwhile
                self._session_cache = loaded
        return self._session_cache

    @property
    def _session(self) -> dict[str, Any]:
        return self._get_session()

    # As a dictionary

    def __contains__(self, key: str) -> bool:
        return key in self._session

    def __getitem__(self, key: str) -> Any:
        return self._session[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self._session[key] = value
        self.modified = True

    def __delitem__(self, key: str) -> None:
        del self._session[key]
        self.modified = True

    def get(self, key: str, default: Any = None) -> Any:
        """As ``dict.get``."""
        return self._session.get(key, default)

    def pop(self, key: str, default: Any = NOT_GIVEN) -> Any:
        """As ``dict.pop``; the session counts as modified only if *key* was there."""
        self.modified = self.modified or key in self._session
        given = () if default is NOT_GIVEN else (default,)
        return self._session.pop(key, *given)

    def setdefault(self, key: str, value: Any) -> Any:
        """As ``dict.setdefault``."""
        if key not in self._session:
            self[key] = value
        return self._session[key]

    def update(self, dict_: Mapping[str, Any]) -> None:
        """As ``dict.update``."""
        self._session.update(dict_)
        self.modified = True

    def has_key(self, key: str) -> bool:
        """Whether *key* is there."""
        return key in self._session

    def keys(self) -> KeysView[str]:
        """As ``dict.keys``."""
        return self._session.keys()

    def values(self) -> ValuesView[Any]:
        """As ``dict.values``."""
        return self._session.values()

    def items(self) -> ItemsView[str, Any]:
        """As ``dict.items``."""
        return self._session.items()

    def clear(self) -> None:
        """Forget everything that is in it. It is not loaded for that; the key stays."""
        self._session_cache = {}
        self.accessed = self.modified = True

    def is_empty(self) -> bool:
        """Whether there is neither a key nor anything in it."""
        return not self.session_key and not self._session_cache

    # Whether the browser keeps cookies

    def set_test_cookie(self) -> None:
        """Leave a mark that is still here at the next request if the browser keeps cookies."""
        self[self.TEST_COOKIE_NAME] = self.TEST_COOKIE_VALUE

    def test_cookie_worked(self) -> bool:
        """Whether the mark came back."""
        return bool(self.get(self.TEST_COOKIE_NAME) == self.TEST_COOKIE_VALUE)

    def delete_test_cookie(self) -> None:
        """Remove the mark; :exc:`KeyError` if it is not there."""
        del self[self.TEST_COOKIE_NAME]

    # How long it lives

    def get_session_cookie_age(self) -> int:
        """Seconds that a session lives without an expiry of its own."""
        return int(settings.SESSION_COOKIE_AGE)

    def set_expiry(self, value: timedelta | Expiry) -> None:
        """Have the session end *value* seconds after the last change, at a moment, after a span
        of time, when the browser closes (0), or as the settings say (``None``)."""
        if value is None:
            self.pop(EXPIRY, None)
        else:
            self[EXPIRY] = to_keep(value)

    def get_expiry_age(
        self, *, modification: datetime | None = None, expiry: Expiry = NOT_GIVEN
    ) -> int:
        """Seconds until the session ends, if it was last changed at *modification* (now). The
        session is not looked into if *expiry* is given."""
        return seconds_left(self._expiry(expiry), modification, self.get_session_cookie_age())

    def get_expiry_date(
        self, *, modification: datetime | None = None, expiry: Expiry = NOT_GIVEN
    ) -> datetime:
        """The moment at which the session ends; the arguments as above."""
        return expiry_moment(self._expiry(expiry), modification, self.get_session_cookie_age())

    def _expiry(self, given: Expiry) -> Expiry:
        known: Expiry = self.get(EXPIRY) if given is NOT_GIVEN else given
        return known

    def get_expire_at_browser_close(self) -> bool:
        """Whether the browser forgets the session when it closes."""
        if (expiry := self.get(EXPIRY)) is None:
            return bool(settings.SESSION_EXPIRE_AT_BROWSER_CLOSE)
        return bool(expiry == 0)

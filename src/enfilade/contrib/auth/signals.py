"""What happens when somebody signs in or out; Django's signals."""

from datetime import UTC, datetime
from typing import Any

from enfilade.dispatch import Signal

__all__ = ["update_last_login", "user_logged_in", "user_logged_out", "user_login_failed"]

user_logged_in = Signal()
"""Sent with ``request`` and ``user``; the sender is the user's class."""

user_login_failed = Signal()
"""Sent with ``credentials``, of which secrets are hidden, and ``request``."""

user_logged_out = Signal()
"""Sent with ``request`` and ``user``, who is ``None`` if nobody was signed in."""


def update_last_login(sender: object, user: Any, **_: object) -> None:
    """Keep the time of the login, where users have one."""
    if hasattr(user, "last_login"):
        user.last_login = datetime.now(UTC)
        user.save(update_fields=["last_login"])


user_logged_in.connect(update_last_login, dispatch_uid="update_last_login")

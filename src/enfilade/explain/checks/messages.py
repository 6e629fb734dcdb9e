"""Checks of where messages are kept."""

from collections.abc import Iterator

from enfilade.contrib.messages.storage import storage_class
from enfilade.exceptions import ImproperlyConfigured
from enfilade.explain.checks.finding import Finding
from enfilade.explain.checks.used import MESSAGES, SESSIONS, is_used


def check_storage() -> Iterator[Finding]:
    """messages.E001: the storage of messages cannot be imported. messages.E002: it needs the
    session, and SessionMiddleware is not used."""
    if not is_used(MESSAGES):
        return
    try:
        storage = storage_class()
    except ImproperlyConfigured as error:
        hint = error.hint or "Name a class of enfilade.contrib.messages.storage."
        yield Finding("messages.E001", str(error), hint, "MESSAGE_STORAGE")
        return
    if getattr(storage, "needs_session", False) and not is_used(SESSIONS):
        yield Finding(
            "messages.E002",
            f"{storage.__name__} needs the session, and SessionMiddleware is not in MIDDLEWARE.",
            f"Put {SESSIONS!r} before it, or set MESSAGE_STORAGE to "
            "'enfilade.contrib.messages.storage.cookie.CookieStorage'.",
            "MIDDLEWARE",
        )

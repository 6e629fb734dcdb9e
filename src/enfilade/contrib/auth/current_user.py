"""Whom a session belongs to.

A session names a user, the backend that knew them, and a digest of the hash of their password.
The digest is made with ``SECRET_KEY``; one made with a key of ``SECRET_KEY_FALLBACKS`` counts as
well, and is made anew.
"""

from typing import Any

from enfilade.bridge import in_thread
from enfilade.conf import settings
from enfilade.contrib.auth.authentication import get_backends, load_backend
from enfilade.contrib.auth.backends import BaseBackend
from enfilade.contrib.auth.session_keys import (
    BACKEND_SESSION_KEY,
    HASH_SESSION_KEY,
    SESSION_KEY,
)
from enfilade.contrib.auth.users import AnonymousUser
from enfilade.signing import constant_time_compare

__all__ = ["aget_user", "get_user"]


def get_user(request: Any) -> Any:
    """The user of the session, or an ``AnonymousUser``.

    A session whose digest is wrong is emptied: the password was changed meanwhile.
    """
    session = request.session
    backend = _backend(session.get(BACKEND_SESSION_KEY))
    user_id = session.get(SESSION_KEY)
    if backend is None or user_id is None:
        return AnonymousUser()
    user = backend.get_user(user_id)
    digest = session.get(HASH_SESSION_KEY)
    if user is None or _is_genuine(user, digest):
        return user or AnonymousUser()
    if _was_genuine(user, digest):
        session.cycle_key()
        session[HASH_SESSION_KEY] = user.get_session_auth_hash()
        return user
    session.flush()
    return AnonymousUser()


async def aget_user(request: Any) -> Any:
    """Twin of :func:`get_user`; reading the session and the user takes one thread hop."""
    session = request.session
    if session.has_to_wait and _backends_wait():
        return await in_thread(get_user)(request)
    backend = _backend(await session.aget(BACKEND_SESSION_KEY))
    user_id = await session.aget(SESSION_KEY)
    if backend is None or user_id is None:
        return AnonymousUser()
    user = await backend.aget_user(user_id)
    digest = await session.aget(HASH_SESSION_KEY)
    if user is None or _is_genuine(user, digest):
        return user or AnonymousUser()
    if _was_genuine(user, digest):
        await session.acycle_key()
        await session.aset(HASH_SESSION_KEY, user.get_session_auth_hash())
        return user
    await session.aflush()
    return AnonymousUser()


def _backend(path: str | None) -> Any:
    """The backend, unless the site has parted with it since."""
    return load_backend(path) if path and path in settings.AUTHENTICATION_BACKENDS else None


def _backends_wait() -> bool:
    """Whether every backend looks for users in a thread, none in a way of its own."""
    return all(
        getattr(type(each), "aget_user", None) is BaseBackend.aget_user for each in get_backends()
    )


def _is_genuine(user: Any, digest: str | None) -> bool:
    if not hasattr(user, "get_session_auth_hash"):
        return True  # users of a site's own that have no password
    return bool(digest) and constant_time_compare(digest or "", user.get_session_auth_hash())


def _was_genuine(user: Any, digest: str | None) -> bool:
    return bool(digest) and any(
        constant_time_compare(digest or "", earlier)
        for earlier in user.get_session_auth_fallback_hash()
    )

"""Let a visitor's session belong to a user, and take it from them again.

Whoever signs in gets a new session key and a new secret against forged requests: what was known
of the visitor before is worth nothing afterwards (session fixation).
"""

from typing import Any

from enfilade.contrib.auth.authentication import path_of_backend
from enfilade.contrib.auth.session_keys import (
    BACKEND_SESSION_KEY,
    HASH_SESSION_KEY,
    SESSION_KEY,
)
from enfilade.contrib.auth.signals import user_logged_in, user_logged_out
from enfilade.contrib.auth.users import AnonymousUser
from enfilade.http import HttpRequest
from enfilade.http.csrf import rotate_token
from enfilade.signing import constant_time_compare

__all__ = [
    "alogin",
    "alogout",
    "aupdate_session_auth_hash",
    "login",
    "logout",
    "update_session_auth_hash",
]


def login(request: Any, user: Any, backend: str | None = None) -> None:
    """Remember *user* in the session of *request*; what a visitor had in it stays.

    *backend* is the import path of the one that knows the user, if they do not come from
    ``authenticate()`` and the site has several. Raises :exc:`ValueError` if it is missing then,
    and for a user that is not saved.
    """
    known = _to_remember(user, backend)
    session = request.session
    if _is_foreign(session.get(SESSION_KEY), session.get(HASH_SESSION_KEY), known):
        session.flush()
    else:
        session.cycle_key()
    session.update(known)
    _change_user(request, user)
    user_logged_in.send(type(user), request=request, user=user)


async def alogin(request: Any, user: Any, backend: str | None = None) -> None:
    """Twin of :func:`login`."""
    known = _to_remember(user, backend)
    session = request.session
    digest = await session.aget(HASH_SESSION_KEY)
    if _is_foreign(await session.aget(SESSION_KEY), digest, known):
        await session.aflush()
    else:
        await session.acycle_key()
    await session.aupdate(known)
    _change_user(request, user)
    await user_logged_in.asend(type(user), request=request, user=user)


def logout(request: Any) -> None:
    """Delete the session of *request*, and all that is in it. Receivers of the signal are told
    before that who it was."""
    user = _authenticated(getattr(request, "user", None))
    user_logged_out.send(type(user), request=request, user=user)
    request.session.flush()
    if _has_user(request):
        request.user = AnonymousUser()


async def alogout(request: Any) -> None:
    """Twin of :func:`logout`."""
    auser = getattr(request, "auser", None)
    user = _authenticated(await auser() if auser else None)
    await user_logged_out.asend(type(user), request=request, user=user)
    await request.session.aflush()
    if _has_user(request):
        request.user = AnonymousUser()


def update_session_auth_hash(request: Any, user: Any) -> None:
    """Keep this session, under a new key, after *user* has got another password; their other
    sessions end."""
    request.session.cycle_key()
    if hasattr(user, "get_session_auth_hash") and request.user == user:
        request.session[HASH_SESSION_KEY] = user.get_session_auth_hash()


async def aupdate_session_auth_hash(request: Any, user: Any) -> None:
    """Twin of :func:`update_session_auth_hash`."""
    await request.session.acycle_key()
    if hasattr(user, "get_session_auth_hash") and await request.auser() == user:
        await request.session.aset(HASH_SESSION_KEY, user.get_session_auth_hash())


def _to_remember(user: Any, backend: str | None) -> dict[str, str]:
    """What the session is to know of *user*."""
    if user.pk is None:
        raise ValueError(f"{user} cannot be signed in: only a user who is saved can.")
    digest = getattr(user, "get_session_auth_hash", None)
    return {
        SESSION_KEY: str(user.pk),
        BACKEND_SESSION_KEY: path_of_backend(user, backend),
        HASH_SESSION_KEY: digest() if digest else "",
    }


def _is_foreign(user_id: str | None, digest: str | None, known: dict[str, str]) -> bool:
    """Whether the session is another user's, or this one's with another password."""
    if user_id is None:
        return False
    wanted = known[HASH_SESSION_KEY]
    return user_id != known[SESSION_KEY] or bool(
        wanted and not constant_time_compare(digest or "", wanted)
    )


def _change_user(request: Any, user: Any) -> None:
    if _has_user(request):
        request.user = user
    rotate_token(request)


def _has_user(request: Any) -> bool:
    """Whether a middleware has promised the user, or somebody has set them."""
    return bool(HttpRequest.user.expected(request))


def _authenticated(user: Any) -> Any:
    return user if getattr(user, "is_authenticated", False) else None

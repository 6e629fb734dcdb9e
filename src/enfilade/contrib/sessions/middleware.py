"""Promises the session on the way in, and saves it on the way out if it was changed.

A request that does not touch its session pays for an assignment and a look into a dictionary:
no cookie is parsed, no store is made, and under ASGI no thread is used.
"""

from collections.abc import Mapping
from typing import Any

from enfilade.bridge import in_thread
from enfilade.conf import settings
from enfilade.contrib.sessions.backends.base import SessionBase, UpdateError
from enfilade.contrib.sessions.engine import store_class
from enfilade.contrib.sessions.exceptions import SessionInterrupted
from enfilade.http import HttpRequest
from enfilade.http.caching import patch_vary_headers
from enfilade.http.cookies import cookie_attributes
from enfilade.http.response_base import HttpResponseBase
from enfilade.middleware import MiddlewareMixin
from enfilade.middleware.mixin import GetResponse

__all__ = ["SessionMiddleware"]


class SessionMiddleware(MiddlewareMixin):
    """Gives requests ``request.session``; the ``SESSION_*`` settings say the rest."""

    blocking = False
    answers = False
    follows = {
        "enfilade.middleware.cache.UpdateCacheMiddleware": (
            "A page that begins a session would be kept before the cookie is set, and be shown to "
            "everybody else who comes without one."
        ),
    }

    def __init__(self, get_response: GetResponse) -> None:
        super().__init__(get_response)
        self.SessionStore = store_class()

    @property
    def waits(self) -> Mapping[str, str]:  # type: ignore[override]
        """Nothing waits where browsers keep the sessions."""
        if not self.SessionStore.blocking:
            return {}
        return {
            "view": "a coroutine loads the session, and the user with it",
            "out": "a session that was changed is saved",
        }

    def process_request(self, request: Any) -> None:
        """Promise the session (see ``http/deferred.py``)."""
        request._make_session = self._make

    def _make(self, request: HttpRequest) -> SessionBase:
        return self.SessionStore(request.COOKIES.get(settings.SESSION_COOKIE_NAME))

    def process_response(self, request: Any, response: HttpResponseBase) -> HttpResponseBase:
        """Save a session that was modified, have the browser forget one that was emptied, and
        say of the response that it depends on the cookie.

        Raises :exc:`SessionInterrupted` if the session was deleted meanwhile.
        """
        if "session" in request.__dict__ or settings.SESSION_SAVE_EVERY_REQUEST:
            self._conclude(request, response)
        return response

    async def aprocess_response(self, request: Any, response: HttpResponseBase) -> HttpResponseBase:
        """The same; in a thread, if there is something to save and the store may wait."""
        if "session" in request.__dict__ or settings.SESSION_SAVE_EVERY_REQUEST:
            if _waits(request, response):
                await in_thread(self._conclude)(request, response)
            else:
                self._conclude(request, response)
        return response

    def _conclude(self, request: HttpRequest, response: HttpResponseBase) -> None:
        session = _session_of(request)
        if session is None:
            return
        # Before anything is looked up below, which counts as access.
        counts, to_save = session.accessed, _is_to_be_saved(session, response)
        if session.is_empty() and settings.SESSION_COOKIE_NAME in request.COOKIES:
            _forget(response)
            counts = True
        elif to_save:
            _save(session)
            _send(session, response)
            counts = True
        if counts:
            patch_vary_headers(response, ("Cookie",))


def _session_of(request: HttpRequest) -> SessionBase | None:
    """The session; ``None`` if nobody has promised one, because somebody further out has answered
    a request of its own making, or if something else was put in its place."""
    session = getattr(request, "session", None)
    return session if hasattr(session, "accessed") else None


def _waits(request: HttpRequest, response: HttpResponseBase) -> bool:
    session = _session_of(request)
    return (
        session is not None
        and getattr(session, "blocking", True)
        and _is_to_be_saved(session, response)
    )


def _is_to_be_saved(session: SessionBase, response: HttpResponseBase) -> bool:
    return bool(
        (session.modified or settings.SESSION_SAVE_EVERY_REQUEST)
        and response.status_code < 500
        and not session.is_empty()
    )


def _save(session: SessionBase) -> None:
    # An ended or unknown session is found to be one before it is saved, and gets a new key.
    session.get_expire_at_browser_close()
    try:
        session.save()
    except UpdateError as error:
        raise SessionInterrupted(
            "The request's session was deleted before the request completed. The user may have "
            "logged out in a concurrent request, for example."
        ) from error


def _send(session: SessionBase, response: HttpResponseBase) -> None:
    closes = session.get_expire_at_browser_close()
    response.set_cookie(
        settings.SESSION_COOKIE_NAME,
        session.session_key or "",
        max_age=None if closes else session.get_expiry_age(),
        **cookie_attributes("SESSION"),
    )


def _forget(response: HttpResponseBase) -> None:
    response.delete_cookie(
        settings.SESSION_COOKIE_NAME,
        path=settings.SESSION_COOKIE_PATH,
        domain=settings.SESSION_COOKIE_DOMAIN,
        samesite=settings.SESSION_COOKIE_SAMESITE,
    )

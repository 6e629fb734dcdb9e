"""The visitor whom a client stands for: their session, and who they have signed in as."""

from typing import Any

from enfilade.bridge import in_thread
from enfilade.conf import settings
from enfilade.contrib.auth import (
    aauthenticate,
    aget_user,
    alogin,
    alogout,
    authenticate,
    get_user,
    load_backend,
    login,
    logout,
)
from enfilade.contrib.sessions.backends.base import SessionBase
from enfilade.contrib.sessions.engine import store_class
from enfilade.http import HttpRequest, SimpleCookie

__all__ = ["Visitor"]


class Visitor:
    """The session behind the cookies of a client, and whose it is.

    ``session`` and ``asession()`` give it as it is kept now; a change counts once it is saved::

        session = client.session
        session["cart"] = ["tea"]
        session.save()
    """

    cookies: SimpleCookie

    @property
    def session(self) -> SessionBase:
        """The session; a new one, and its cookie, if there is none yet."""
        session = self._kept_session()
        if session is None:
            session = store_class()()
            session.save()
            self.cookies[settings.SESSION_COOKIE_NAME] = session.session_key or ""
        return session

    async def asession(self) -> SessionBase:
        """Twin of ``session``."""

        def find() -> SessionBase:
            return self.session

        return await in_thread(find)()

    def login(self, **credentials: Any) -> bool:
        """Sign in as ``authenticate(**credentials)`` says; whether that knows anybody."""
        if user := authenticate(**credentials):
            self.force_login(user, user.backend)
        return user is not None

    async def alogin(self, **credentials: Any) -> bool:
        """Twin of ``login``."""
        if user := await aauthenticate(**credentials):
            await self.aforce_login(user, user.backend)
        return user is not None

    def force_login(self, user: Any, backend: str | None = None) -> None:
        """Sign in as *user*, whatever their password; *backend* is by default the first that
        can find the user of a session again."""
        request = self._request()
        login(request, user, backend or _first_backend())
        request.session.save()
        self._take_cookie(request.session)

    async def aforce_login(self, user: Any, backend: str | None = None) -> None:
        """Twin of ``force_login``."""
        request = self._request()
        await alogin(request, user, backend or _first_backend())
        await request.session.asave()
        self._take_cookie(request.session)

    def logout(self) -> None:
        """Sign out, and forget all cookies."""
        request = self._request()
        request.user = get_user(request)
        logout(request)
        self.cookies = SimpleCookie()

    async def alogout(self) -> None:
        """Twin of ``logout``."""
        request = self._request()
        request.user = user = await aget_user(request)

        async def auser() -> Any:
            return user

        request.auser = auser
        await alogout(request)
        self.cookies = SimpleCookie()

    def _kept_session(self) -> SessionBase | None:
        cookie = self.cookies.get(settings.SESSION_COOKIE_NAME)
        return store_class()(cookie.value) if cookie else None

    def _request(self) -> HttpRequest:
        """A request of this visitor that nobody sends."""
        request = HttpRequest()
        request.session = self._kept_session() or store_class()()
        return request

    def _take_cookie(self, session: SessionBase) -> None:
        name = settings.SESSION_COOKIE_NAME
        self.cookies[name] = session.session_key or ""
        self.cookies[name].update(
            {
                "path": "/",
                "domain": settings.SESSION_COOKIE_DOMAIN or "",
                "secure": settings.SESSION_COOKIE_SECURE or "",
            }
        )


def _first_backend() -> str:
    paths: list[str] = settings.AUTHENTICATION_BACKENDS
    return next(path for path in paths if hasattr(load_backend(path), "get_user"))

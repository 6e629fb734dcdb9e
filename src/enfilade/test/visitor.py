"""What a test can know of the visitor whom a client stands for: the session."""

from enfilade.bridge import in_thread
from enfilade.conf import settings
from enfilade.contrib.sessions.backends.base import SessionBase
from enfilade.contrib.sessions.engine import store_class
from enfilade.http import SimpleCookie

__all__ = ["Visitor"]


class Visitor:
    """The session behind the cookies of a client.

    ``session`` and ``asession()`` give it as it is kept now; a change counts once it is saved::

        session = client.session
        session["cart"] = ["tea"]
        session.save()
    """

    cookies: SimpleCookie

    @property
    def session(self) -> SessionBase:
        """The session; a new one, and its cookie, if there is none yet."""
        cookie = self.cookies.get(settings.SESSION_COOKIE_NAME)
        if cookie is not None:
            return store_class()(cookie.value)
        session = store_class()()
        session.save()
        self.cookies[settings.SESSION_COOKIE_NAME] = session.session_key or ""
        return session

    async def asession(self) -> SessionBase:
        """Twin of ``session``."""

        def find() -> SessionBase:
            return self.session

        return await in_thread(find)()

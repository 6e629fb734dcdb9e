"""Users whom the web server in front has authenticated: it says their name, and is believed.

Under WSGI the name is a fact of the server's, ``REMOTE_USER`` in ``environ``. Under ASGI, which
has no such place, it is the field ``Remote-User`` of the request: the server in front **must**
delete that field from what clients send.
"""

from typing import Any

from enfilade.contrib.auth.authentication import aauthenticate, authenticate, load_backend
from enfilade.contrib.auth.backends import RemoteUserBackend
from enfilade.contrib.auth.session_keys import BACKEND_SESSION_KEY
from enfilade.contrib.auth.signing_in import alogin, alogout, login, logout
from enfilade.contrib.auth.store import get_user_model
from enfilade.exceptions import ImproperlyConfigured
from enfilade.http import HttpRequest
from enfilade.middleware import MiddlewareMixin

__all__ = ["AUTHENTICATION", "PersistentRemoteUserMiddleware", "RemoteUserMiddleware"]

AUTHENTICATION = "enfilade.contrib.auth.middleware.AuthenticationMiddleware"


class RemoteUserMiddleware(MiddlewareMixin):
    """Signs in whoever the server names, and signs out whoever it names no longer."""

    blocking = False
    answers = False
    requires = {
        AUTHENTICATION: "request.user says who is signed in already, and is asked at each request."
    }

    header = "REMOTE_USER"
    """The key of ``META`` with the name; "HTTP_AUTHUSER" stands for the field ``Authuser``."""
    force_logout_if_no_header = True

    def process_request(self, request: Any) -> None:
        """Have ``request.user`` be whom the server names."""
        username = self._name(request)
        user = request.user
        if user.is_authenticated:
            if self._may_stay(username, user, request):
                return
            self._remove_invalid_user(request)
        if username is not None and (known := authenticate(request, remote_user=username)):
            request.user = known
            login(request, known)

    async def aprocess_request(self, request: Any) -> None:
        """Twin of ``process_request``."""
        username = self._name(request)
        user = await request.auser()
        if user.is_authenticated:
            if self._may_stay(username, user, request):
                return
            await self._aremove_invalid_user(request)
        if username is not None and (known := await aauthenticate(request, remote_user=username)):
            request.user = known
            await alogin(request, known)

    def _name(self, request: Any) -> str | None:
        """Whom the server names."""
        if not HttpRequest.user.expected(request):
            raise ImproperlyConfigured(
                "RemoteUserMiddleware finds no request.user.",
                hint=f"Put {AUTHENTICATION} before it into MIDDLEWARE.",
            )
        is_asgi = hasattr(request, "scope")
        prefix = "HTTP_" if is_asgi and not self.header.startswith("HTTP_") else ""
        name: str | None = request.META.get(prefix + self.header)
        return name

    def _may_stay(self, username: str | None, user: Any, request: Any) -> bool:
        if username is None:
            return not (self.force_logout_if_no_header and _came_so(request))
        cleaned = get_user_model().normalize_username(self.clean_username(username, request))
        return bool(user.get_username() == cleaned)

    def clean_username(self, username: str, request: Any) -> str:
        """The name as the backend that signed the user in would look for it."""
        clean = getattr(_backend_of(request), "clean_username", None)
        return clean(username) if clean else username

    def _remove_invalid_user(self, request: Any) -> None:
        """Sign the user out, if it was by the server that they came in."""
        if _came_so(request):
            logout(request)

    async def _aremove_invalid_user(self, request: Any) -> None:
        if _came_so(request):
            await alogout(request)


class PersistentRemoteUserMiddleware(RemoteUserMiddleware):
    """The same where only the login page is behind the server's authentication: whoever is
    signed in stays so."""

    force_logout_if_no_header = False


def _came_so(request: Any) -> bool:
    """Whether the user was signed in by a server's word, or nobody knows how any more."""
    backend = _backend_of(request)
    return backend is None or isinstance(backend, RemoteUserBackend)


def _backend_of(request: Any) -> Any:
    # The session is loaded by now: it has said who the user is.
    try:
        return load_backend(request.session.get(BACKEND_SESSION_KEY) or "")
    except ImproperlyConfigured:
        return None

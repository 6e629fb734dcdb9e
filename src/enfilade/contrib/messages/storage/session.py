"""Messages in the session."""

from typing import Any

from enfilade.contrib.messages.message import Message
from enfilade.contrib.messages.storage import encoding
from enfilade.contrib.messages.storage.base import BaseStorage, Retrieved
from enfilade.exceptions import ImproperlyConfigured, SynchronousOnlyOperation
from enfilade.http.response_base import HttpResponseBase

__all__ = ["SessionStorage"]


class SessionStorage(BaseStorage):
    """Keeps messages in ``request.session``, where there is room for all of them.

    Raises :exc:`~enfilade.exceptions.ImproperlyConfigured` for a request without one.
    """

    needs_session = True
    session_key = "_messages"

    def __init__(self, request: Any) -> None:
        if not hasattr(request, "session"):
            raise ImproperlyConfigured(
                "The session-based temporary message storage requires session middleware to be "
                "installed, and come before the message middleware in the MIDDLEWARE list.",
                hint="Add enfilade.contrib.sessions.middleware.SessionMiddleware, or set "
                "MESSAGE_STORAGE to enfilade.contrib.messages.storage.cookie.CookieStorage.",
            )
        super().__init__(request)

    def _get(self) -> Retrieved:
        try:
            kept = self.request.session.get(self.session_key)
        except SynchronousOnlyOperation as error:
            raise SynchronousOnlyOperation(
                "Messages in a session that is not loaded yet were read on the event loop.",
                hint="Say await aget_messages(request) before they are iterated over or the "
                "template is rendered; or return a TemplateResponse, which is rendered in a "
                "thread.",
            ) from error
        return encoding.decode(kept) if kept and isinstance(kept, str) else kept, True

    def _store(
        self, messages: list[Message], response: HttpResponseBase, remove_oldest: bool = True
    ) -> list[Message]:
        if messages:
            parts = (encoding.encode(message) for message in messages)
            self.request.session[self.session_key] = encoding.joined(parts)
        else:
            self.request.session.pop(self.session_key, None)
        return []

    # Only loading the session may wait.

    async def _aget(self) -> Retrieved:
        await self.request.session.ahas_key(self.session_key)
        return self._get()

    async def _astore(
        self, messages: list[Message], response: HttpResponseBase, remove_oldest: bool = True
    ) -> list[Message]:
        await self.request.session.ahas_key(self.session_key)
        return self._store(messages, response, remove_oldest)

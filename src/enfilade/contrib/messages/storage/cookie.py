"""Messages in a signed cookie, as far as there is room in it."""

import zlib
from bisect import bisect_left
from collections.abc import Callable
from functools import cached_property
from typing import Any

from enfilade.conf import settings
from enfilade.contrib.messages.message import Message
from enfilade.contrib.messages.storage import encoding
from enfilade.contrib.messages.storage.base import BaseStorage, Retrieved
from enfilade.http.cookies import SimpleCookie
from enfilade.http.response_base import HttpResponseBase
from enfilade.signing import BadSignature, get_cookie_signer

__all__ = ["CookieStorage"]

UNREADABLE = (BadSignature, ValueError, TypeError, IndexError, zlib.error)


class _Parts:
    """What the signer takes for a serializer: the messages have been encoded one by one."""

    def dumps(self, parts: list[str]) -> bytes:
        return encoding.joined(parts).encode("ascii")

    def loads(self, data: bytes) -> list[Any]:
        return encoding.decode(data.decode("latin-1"))


class CookieStorage(BaseStorage):
    """Keeps messages in the visitor's browser, which can read them and not change them.

    If not all fit, ``not_finished`` stands behind those that do.
    """

    cookie_name = "messages"
    max_cookie_size = 2048
    """In bytes: half of what careful servers and browsers take for all fields and for a cookie
    (RFC 6265, 6.1), since it is not the only one. 0 stands for no limit."""
    not_finished = "__messagesnotfinished__"
    not_finished_json = f'"{not_finished}"'
    key_salt = "enfilade.contrib.messages"

    @cached_property
    def signer(self) -> Any:
        """Made when there is something to read or to sign."""
        return get_cookie_signer(salt=self.key_salt)

    def _get(self) -> Retrieved:
        messages = self._decode(self.request.COOKIES.get(self.cookie_name))
        if messages and messages[-1] == self.not_finished:
            return messages[:-1], False
        return messages, True

    def _decode(self, signed: str | None) -> list[Any] | None:
        if not signed:
            return None
        try:
            messages: list[Any] = self.signer.unsign_object(signed, serializer=_Parts)
        except UNREADABLE:
            self.used = True  # so that it is deleted
            return None
        return messages

    def _store(
        self, messages: list[Message], response: HttpResponseBase, remove_oldest: bool = True
    ) -> list[Message]:
        parts = [encoding.encode(message) for message in messages]
        signed, unstored = self._sign(parts) if parts else "", messages[:0]
        if self._is_too_large(signed):
            left_out = self._left_out(parts, remove_oldest)
            del parts[left_out]
            signed, unstored = self._sign([*parts, self.not_finished_json]), messages[left_out]
        self._send(signed, response)
        return unstored

    def _sign(self, parts: list[str]) -> str:
        signed: str = self.signer.sign_object(parts, serializer=_Parts, compress=True)
        return signed

    def _is_too_large(self, signed: str) -> bool:
        """Measured with what a cookie puts around some characters."""
        limit = self.max_cookie_size
        return bool(limit) and len(SimpleCookie().value_encode(signed)[1]) > limit

    def _left_out(self, parts: list[str], remove_oldest: bool) -> slice:
        """Where those stand without which the others fit."""

        def fits(kept: list[str]) -> bool:
            return not self._is_too_large(self._sign([*kept, self.not_finished_json]))

        if remove_oldest:
            return slice(_first(len(parts), lambda first: fits(parts[first:])))
        return slice(_first(len(parts), lambda last: not fits(parts[: last + 1])), None)

    def _send(self, signed: str, response: HttpResponseBase) -> None:
        if not signed:
            # A loop over no messages counts as showing them, and a page without cookies can be
            # kept by caches.
            if self.cookie_name in self.request.COOKIES:
                self._forget(response)
            return
        response.set_cookie(
            self.cookie_name,
            signed,
            domain=settings.SESSION_COOKIE_DOMAIN,
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=settings.SESSION_COOKIE_HTTPONLY,
            samesite=settings.SESSION_COOKIE_SAMESITE,
        )

    def _forget(self, response: HttpResponseBase) -> None:
        response.delete_cookie(
            self.cookie_name,
            domain=settings.SESSION_COOKIE_DOMAIN,
            samesite=settings.SESSION_COOKIE_SAMESITE,
        )

    # Nothing here waits.

    async def _aget(self) -> Retrieved:
        return self._get()

    async def _astore(
        self, messages: list[Message], response: HttpResponseBase, remove_oldest: bool = True
    ) -> list[Message]:
        return self._store(messages, response, remove_oldest)


def _first(count: int, is_so: Callable[[int], bool]) -> int:
    """The first of *count* numbers for which *is_so*, which holds for all that follow; *count*
    if it holds for none."""
    return bisect_left(range(count), True, key=is_so)

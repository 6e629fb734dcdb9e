"""Messages in a cookie as long as there is room in it, the rest in the session.

So nothing is stored on the server for the usual line or two, and nothing is lost either.
"""

from typing import Any

from enfilade.contrib.messages.message import Message
from enfilade.contrib.messages.storage.base import BaseStorage, Retrieved
from enfilade.contrib.messages.storage.cookie import CookieStorage
from enfilade.contrib.messages.storage.session import SessionStorage
from enfilade.http.response_base import HttpResponseBase

__all__ = ["FallbackStorage"]


class FallbackStorage(BaseStorage):
    """Tries the ``storage_classes`` in order; each gets what the one before had no room for."""

    needs_session = True
    storage_classes: tuple[type[BaseStorage], ...] = (CookieStorage, SessionStorage)

    def __init__(self, request: Any) -> None:
        super().__init__(request)
        self.storages = [storage_class(request) for storage_class in self.storage_classes]
        self._used_storages: set[BaseStorage] = set()

    def _get(self) -> Retrieved:
        every: list[Any] = []
        for storage in self.storages:
            if self._collect(storage, storage._get(), every):
                return every, True
        return every, False

    async def _aget(self) -> Retrieved:
        every: list[Any] = []
        for storage in self.storages:
            if self._collect(storage, await storage._aget(), every):
                return every, True
        return every, False

    def _collect(self, storage: BaseStorage, retrieved: Retrieved, every: list[Any]) -> bool:
        """Add what *storage* has to *every*, and say whether the next ones have nothing."""
        messages, all_retrieved = retrieved
        if messages:
            self._used_storages.add(storage)
            every += messages
        return messages is None or all_retrieved

    def _store(
        self, messages: list[Message], response: HttpResponseBase, remove_oldest: bool = True
    ) -> list[Message]:
        for storage in self.storages:
            if self._has_to_store(storage, messages):
                messages = storage._store(messages, response, remove_oldest=False)
        return messages

    async def _astore(
        self, messages: list[Message], response: HttpResponseBase, remove_oldest: bool = True
    ) -> list[Message]:
        for storage in self.storages:
            if self._has_to_store(storage, messages):
                messages = await storage._astore(messages, response, remove_oldest=False)
        return messages

    def _has_to_store(self, storage: BaseStorage, messages: list[Message]) -> bool:
        """Whether there is something for *storage* to keep, or to forget."""
        if messages:
            return True
        if storage not in self._used_storages:
            return False
        self._used_storages.remove(storage)
        return True

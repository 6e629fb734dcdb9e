"""What all storages have in common: messages that wait, and messages that were added.

A storage says how messages are fetched and stored (``_get``, ``_store``). Those two may wait, so
each has a twin for coroutines, which takes a thread unless the storage knows better.
"""

from collections.abc import Iterator
from typing import Any

from enfilade.bridge import in_thread
from enfilade.conf import settings
from enfilade.contrib.messages.message import Message
from enfilade.http.response_base import HttpResponseBase

__all__ = ["BaseStorage", "Message"]

Retrieved = tuple[list[Any] | None, bool]
"""The messages, ``None`` if the storage was not used at all; and whether these are all."""


class BaseStorage:
    """The messages of one request: those that earlier ones left, and its own.

    Iterating over it counts as showing them. ``used`` says whether that happened, ``added_new``
    whether something was added.
    """

    needs_session = False

    def __init__(self, request: Any) -> None:
        self.request = request
        self.used = False
        self.added_new = False
        self._queued_messages: list[Message] = []
        self._loaded_data: list[Message] | None = None
        self._level: int | None = None

    # As a collection

    def __len__(self) -> int:
        return len(self._loaded_messages) + len(self._queued_messages)

    def __iter__(self) -> Iterator[Message]:
        self.used = True
        self._loaded_messages.extend(self._queued_messages)
        self._queued_messages = []
        return iter(self._loaded_messages)

    def __contains__(self, item: object) -> bool:
        return item in self._loaded_messages or item in self._queued_messages

    def __repr__(self) -> str:
        return f"<{type(self).__qualname__}: request={self.request!r}>"

    # Adding

    def add(self, level: Any, message: Any, extra_tags: Any = "") -> None:
        """Keep *message* for the response, unless it is empty or its level too low."""
        if not message or int(level) < self.level:
            return
        self.added_new = True
        self._queued_messages.append(Message(level, message, extra_tags=extra_tags))

    @property
    def level(self) -> int:
        """The lowest level that is recorded; ``None`` makes it that of ``MESSAGE_LEVEL``."""
        level: int = settings.MESSAGE_LEVEL if self._level is None else self._level
        return level

    @level.setter
    def level(self, value: int | None) -> None:
        self._level = None if value is None else int(value)

    @level.deleter
    def level(self) -> None:
        self._level = None

    # Loading

    @property
    def loaded(self) -> bool:
        """Whether the earlier messages have been looked at."""
        return self._loaded_data is not None

    @property
    def _loaded_messages(self) -> list[Message]:
        if self._loaded_data is None:
            self._loaded_data = self._get()[0] or []
        return self._loaded_data

    async def aload(self) -> None:
        """Fetch the earlier messages, so that nothing here waits from now on."""
        if self._loaded_data is None:
            fetched = (await self._aget())[0] or []
            if self._loaded_data is None:  # two coroutines may have waited for it
                self._loaded_data = fetched

    # Storing

    def update(self, response: HttpResponseBase) -> list[Message] | None:
        """Store the messages that were not shown, and return those for which there is no room;
        ``None`` if there was nothing to do."""
        if not (self.used or self.added_new):
            return None
        return self._store(self._unread(), response)

    async def aupdate(self, response: HttpResponseBase) -> list[Message] | None:
        """Twin of ``update``."""
        if not (self.used or self.added_new):
            return None
        if not self.used:
            await self.aload()
        return await self._astore(self._unread(), response)

    def _unread(self) -> list[Message]:
        for message in self._queued_messages:
            message.prepare()
        if self.used:
            return self._queued_messages
        return self._loaded_messages + self._queued_messages

    # What a storage has to say

    def _get(self) -> Retrieved:
        """The messages that earlier responses left, and whether these are all."""
        raise NotImplementedError(f"{type(self).__qualname__} must have a method _get().")

    def _store(
        self, messages: list[Message], response: HttpResponseBase, remove_oldest: bool = True
    ) -> list[Message]:
        """Store *messages* in the place of all that were there, and return those for which
        there is no room: the oldest, unless *remove_oldest* is false."""
        raise NotImplementedError(f"{type(self).__qualname__} must have a method _store().")

    async def _aget(self) -> Retrieved:
        """Twin of ``_get``."""
        return await in_thread(self._get)()

    async def _astore(
        self, messages: list[Message], response: HttpResponseBase, remove_oldest: bool = True
    ) -> list[Message]:
        """Twin of ``_store``."""
        return await in_thread(self._store)(messages, response, remove_oldest)

"""Promises the storage of messages on the way in, and has it store what was not shown.

A request that neither adds nor reads a message pays for an assignment and a look into a
dictionary.
"""

from typing import Any

from enfilade.conf import settings
from enfilade.contrib.messages.message import Message
from enfilade.contrib.messages.storage import default_storage, storage_class
from enfilade.contrib.messages.storage.base import BaseStorage
from enfilade.http.caching import patch_vary_headers
from enfilade.http.response_base import HttpResponseBase
from enfilade.middleware import MiddlewareMixin
from enfilade.middleware.mixin import GetResponse

__all__ = ["MessageMiddleware"]


class MessageMiddleware(MiddlewareMixin):
    """Gives requests ``request._messages``, which the functions of
    :mod:`enfilade.contrib.messages` use."""

    blocking = False
    answers = False
    follows = {
        "enfilade.contrib.sessions.middleware.SessionMiddleware": (
            "Messages that are kept in the session, or that a cookie has no room for, need it "
            "there first and saved last."
        ),
        "enfilade.middleware.cache.UpdateCacheMiddleware": (
            "A page that adds a message would be kept before the cookie is set, and everybody else "
            "who comes without one would get the page, and no message."
        ),
    }

    def __init__(self, get_response: GetResponse) -> None:
        super().__init__(get_response)
        storage_class()  # one that cannot be imported is found at start-up

    def process_request(self, request: Any) -> None:
        """Promise the storage (see ``http/deferred.py``)."""
        request._make__messages = default_storage

    def process_response(self, request: Any, response: HttpResponseBase) -> HttpResponseBase:
        """Store what was added and not shown, and drop what was shown.

        Raises :exc:`ValueError` in ``DEBUG`` if there is no room for all of it.
        """
        storage = request.__dict__.get("_messages")
        if storage is not None:
            _conclude(storage, storage.update(response), response)
        return response

    async def aprocess_response(self, request: Any, response: HttpResponseBase) -> HttpResponseBase:
        """The same; a session that has to be loaded for it is awaited."""
        storage = request.__dict__.get("_messages")
        if storage is not None:
            _conclude(storage, await storage.aupdate(response), response)
        return response


def _conclude(
    storage: BaseStorage, unstored: list[Message] | None, response: HttpResponseBase
) -> None:
    if unstored and settings.DEBUG:
        raise ValueError("Not all temporary messages could be stored.")
    if storage.loaded:
        # Else a cache could show one visitor's messages to the next.
        patch_vary_headers(response, ("Cookie",))

"""Adding messages to a request, and reading them.

Adding never waits for anything. Reading may load the session, which a coroutine must await:
:func:`aget_messages`.
"""

from collections.abc import Iterable
from typing import Any

from enfilade.conf import settings
from enfilade.contrib.messages import constants
from enfilade.contrib.messages.message import Message
from enfilade.exceptions import DeveloperError

__all__ = [
    "MessageFailure",
    "add_message",
    "aget_messages",
    "debug",
    "error",
    "get_level",
    "get_messages",
    "info",
    "set_level",
    "success",
    "warning",
]

MIDDLEWARE = "enfilade.contrib.messages.middleware.MessageMiddleware"


class MessageFailure(DeveloperError):
    """A message cannot be added: there is no storage on the request."""


def add_message(
    request: Any, level: int, message: Any, extra_tags: str = "", fail_silently: bool = False
) -> None:
    """Add *message*, unless it is empty or its *level* is below :func:`get_level`.

    Raises :exc:`MessageFailure` without ``MessageMiddleware``, unless *fail_silently*;
    :exc:`TypeError` if *request* is none.
    """
    try:
        messages = request._messages
    except AttributeError:
        _refuse(request, fail_silently)
    else:
        messages.add(level, message, extra_tags)


def _refuse(request: Any, fail_silently: bool) -> None:
    if not hasattr(request, "META"):
        raise TypeError(
            f"add_message() argument must be an HttpRequest object, not '{type(request).__name__}'."
        )
    if not fail_silently:
        raise MessageFailure(
            f"You cannot add messages without installing {MIDDLEWARE}",
            hint=f"Put {MIDDLEWARE!r} into MIDDLEWARE, after the sessions' middleware.",
        )


def get_messages(request: Any) -> Iterable[Message]:
    """The storage of *request*, to iterate over; an empty list without ``MessageMiddleware``.

    Iterating marks the messages as shown: they are gone with the next response.
    """
    messages: Iterable[Message] = getattr(request, "_messages", [])
    return messages


async def aget_messages(request: Any) -> Iterable[Message]:
    """The same with the messages loaded, so that a coroutine, and a template that it renders,
    can iterate over them without blocking the event loop."""
    messages = get_messages(request)
    if load := getattr(messages, "aload", None):
        await load()
    return messages


def get_level(request: Any) -> int:
    """The lowest level that is recorded: ``MESSAGE_LEVEL``, or what :func:`set_level` said."""
    storage = getattr(request, "_messages", None)
    level: int = settings.MESSAGE_LEVEL if storage is None else storage.level
    return level


def set_level(request: Any, level: int | None) -> bool:
    """Record messages from *level* on for this request, or as the setting says with ``None``.

    Returns whether there is a storage to remember it.
    """
    storage = getattr(request, "_messages", None)
    if storage is None:
        return False
    storage.level = level
    return True


def debug(request: Any, message: Any, extra_tags: str = "", fail_silently: bool = False) -> None:
    """Add a message that is for developers; not recorded by default."""
    add_message(request, constants.DEBUG, message, extra_tags, fail_silently)


def info(request: Any, message: Any, extra_tags: str = "", fail_silently: bool = False) -> None:
    """Add a message that informs."""
    add_message(request, constants.INFO, message, extra_tags, fail_silently)


def success(request: Any, message: Any, extra_tags: str = "", fail_silently: bool = False) -> None:
    """Add a message that something went well."""
    add_message(request, constants.SUCCESS, message, extra_tags, fail_silently)


def warning(request: Any, message: Any, extra_tags: str = "", fail_silently: bool = False) -> None:
    """Add a message that something may go wrong."""
    add_message(request, constants.WARNING, message, extra_tags, fail_silently)


def error(request: Any, message: Any, extra_tags: str = "", fail_silently: bool = False) -> None:
    """Add a message that something went wrong."""
    add_message(request, constants.ERROR, message, extra_tags, fail_silently)

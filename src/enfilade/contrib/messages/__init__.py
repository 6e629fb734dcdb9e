"""Messages for a visitor, kept until a page shows them: "Saved.", on the page after the redirect.

``MessageMiddleware`` promises the storage that ``MESSAGE_STORAGE`` names; the functions here add
to it and read it. The API is that of Django's ``django.contrib.messages``.
"""

from enfilade.contrib.messages.api import (
    MessageFailure,
    add_message,
    aget_messages,
    debug,
    error,
    get_level,
    get_messages,
    info,
    set_level,
    success,
    warning,
)
from enfilade.contrib.messages.constants import (
    DEBUG,
    DEFAULT_LEVELS,
    DEFAULT_TAGS,
    ERROR,
    INFO,
    SUCCESS,
    WARNING,
)
from enfilade.contrib.messages.message import Message

__all__ = [
    "DEBUG",
    "DEFAULT_LEVELS",
    "DEFAULT_TAGS",
    "ERROR",
    "INFO",
    "SUCCESS",
    "WARNING",
    "Message",
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

"""What templates are given of messages, for ``context_processors`` of ``TEMPLATES``."""

from typing import Any

from enfilade.contrib.messages.api import get_messages
from enfilade.contrib.messages.constants import DEFAULT_LEVELS

__all__ = ["messages"]


def messages(request: Any) -> dict[str, Any]:
    """``messages``, which are read when the template looks at them, and
    ``DEFAULT_MESSAGE_LEVELS``."""
    return {"messages": get_messages(request), "DEFAULT_MESSAGE_LEVELS": DEFAULT_LEVELS}

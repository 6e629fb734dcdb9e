"""Messages as JSON, in Django's form: ``["__json_message", is_html, level, text, extra_tags]``."""

import json
from collections.abc import Iterable
from typing import Any

from enfilade.contrib.messages.message import Message

__all__ = ["decode", "encode", "joined"]

MARK = "__json_message"


def encode(message: Message) -> str:
    """*message*, which has been prepared, in ASCII."""
    is_html = 1 if hasattr(message.message, "__html__") else 0
    entry = [MARK, is_html, message.level, message.message]
    if message.extra_tags is not None:
        entry.append(message.extra_tags)
    return json.dumps(entry, separators=(",", ":"))


def joined(parts: Iterable[str]) -> str:
    """A list of what :func:`encode` made."""
    return f"[{','.join(parts)}]"


def decode(text: str) -> list[Any]:
    """The list again; what in it is no message stays as it is.

    Raises :exc:`ValueError`, :exc:`TypeError` or :exc:`IndexError` for a text of another making.
    """
    return [_message(entry) if _is_message(entry) else entry for entry in json.loads(text)]


def _is_message(entry: Any) -> bool:
    return isinstance(entry, list) and entry[:1] == [MARK]


def _message(entry: list[Any]) -> Message:
    _, is_html, level, text, *extra_tags = entry
    if is_html:
        from markupsafe import Markup

        text = Markup(text)  # noqa: S704 - it was HTML, and nobody else can have written this
    return Message(level, text, *extra_tags)

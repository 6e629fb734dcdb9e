"""One message."""

from typing import Any

from enfilade.conf import settings
from enfilade.contrib.messages.constants import DEFAULT_TAGS

__all__ = ["Message"]


class Message:
    """A text with a level, and with ``extra_tags`` for the page that shows it.

    A text that is HTML (one with ``__html__``, such as ``markupsafe.Markup``) stays so on its way
    through a storage; any other is escaped where it is shown.
    """

    def __init__(self, level: Any, message: Any, extra_tags: Any = None) -> None:
        self.level = int(level)
        self.message = message
        self.extra_tags = extra_tags

    def prepare(self) -> None:
        """Settle what may be lazy: the texts are about to be stored."""
        if not isinstance(self.message, str):
            self.message = _text(self.message)
        if self.extra_tags is not None:
            self.extra_tags = str(self.extra_tags)

    @property
    def tags(self) -> str:
        """The extra tags and that of the level, for a ``class`` attribute."""
        return " ".join(str(tag) for tag in (self.extra_tags, self.level_tag) if tag)

    @property
    def level_tag(self) -> str:
        """The tag of the level, "" for a level without one."""
        tags: dict[int, str] = settings.MESSAGE_TAGS
        return tags[self.level] if self.level in tags else DEFAULT_TAGS.get(self.level, "")

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Message):
            return NotImplemented
        return self.level == other.level and bool(self.message == other.message)

    __hash__ = None  # type: ignore[assignment]  # it is settled when it is stored

    def __str__(self) -> str:
        return str(self.message)

    def __html__(self) -> str:
        """The text as HTML: a template may show a message without naming its attribute."""
        from markupsafe import escape

        return str(escape(self.message))

    def __repr__(self) -> str:
        extra_tags = f", extra_tags={self.extra_tags!r}" if self.extra_tags else ""
        return f"Message(level={self.level}, message={self.message!r}{extra_tags})"


def _text(message: Any) -> str:
    if hasattr(message, "__html__"):
        from markupsafe import Markup

        return Markup(message)  # noqa: S704 - it says of itself that it is HTML
    return str(message)

"""Texts in the active language. Where there is no translation, the text is as it was given."""

from gettext import NullTranslations

from enfilade.translation.active import get_language
from enfilade.translation.catalogues import catalogue


def gettext(message: str) -> str:
    """*message* in the active language; what is safe as HTML stays it."""
    text = _as_kept(message)
    # An empty text is the key of the catalogue's own description.
    return _like(message, _active().gettext(text)) if text else message


def ngettext(singular: str, plural: str, number: float) -> str:
    """The form that *number* takes."""
    return _active().ngettext(singular, plural, number)  # type: ignore[arg-type]


def pgettext(context: str, message: str) -> str:
    """*message* as it is meant in *context*: "May" of the "month name"."""
    text = _as_kept(message)
    found = _active().pgettext(context, text)
    return message if found == text else _like(message, found)


def npgettext(context: str, singular: str, plural: str, number: float) -> str:
    """Both."""
    return _active().npgettext(context, singular, plural, number)  # type: ignore[arg-type]


def gettext_noop(message: str) -> str:
    """*message* as it is: marks it for ``makemessages``, to be translated where it is used."""
    return message


def _active() -> NullTranslations:
    return catalogue(get_language())


def _as_kept(message: str) -> str:
    """Catalogues end lines with ``\\n``."""
    text = str(message)
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def _like(message: str, text: str) -> str:
    return type(message)(text) if hasattr(message, "__html__") else text

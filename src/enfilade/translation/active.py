"""The active language: each thread and each task has its own."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from enfilade.conf import settings
from enfilade.translation.codes import to_language

_DEFAULT = ""

_active: ContextVar[str | None] = ContextVar("enfilade.translation.active", default=_DEFAULT)
"""A code, ``_DEFAULT`` for ``LANGUAGE_CODE``, or ``None`` for texts as they are written."""


def activate(language: str | None) -> None:
    """Speak *language* in this context; nothing happens without one, or without ``USE_I18N``."""
    if language and settings.USE_I18N:
        _active.set(to_language(language))


def deactivate() -> None:
    """Go back to ``LANGUAGE_CODE``."""
    if _active.get() is not _DEFAULT:  # every request asks, and looking costs less than setting
        _active.set(_DEFAULT)


def deactivate_all() -> None:
    """Leave texts as they are written in the code, in no language at all."""
    if settings.USE_I18N:
        _active.set(None)


def get_language() -> str | None:
    """The code of the active language; ``None`` after :func:`deactivate_all`."""
    language = _active.get()
    if language == _DEFAULT or not settings.USE_I18N:
        code: str = settings.LANGUAGE_CODE
        return code
    return language


def get_language_bidi() -> bool:
    """Whether the active language is written from right to left."""
    language = get_language()
    return language is not None and language.partition("-")[0] in settings.LANGUAGES_BIDI


@contextmanager
def override(language: str | None, deactivate: bool = False) -> Iterator[None]:
    """Speak *language* (``None`` for none at all) while the block, or the decorated function,
    runs; then the one before, or with *deactivate* that of the settings."""
    before = _active.get()
    if language is None:
        deactivate_all()
    else:
        activate(language)
    try:
        yield
    finally:
        _active.set(_DEFAULT if deactivate and before is not None else before)

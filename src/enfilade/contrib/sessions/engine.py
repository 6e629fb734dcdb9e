"""The two classes that settings name, imported once for each name."""

import functools
from importlib import import_module
from typing import TYPE_CHECKING

from enfilade.conf import settings
from enfilade.conf.importing import import_named
from enfilade.exceptions import ImproperlyConfigured

if TYPE_CHECKING:
    from enfilade.contrib.sessions.backends.base import SessionBase
    from enfilade.signing.notation import Serializer

__all__ = ["serializer_class", "store_class"]

ACCOUNTS = "enfilade.contrib.auth."


def store_class() -> "type[SessionBase]":
    """The ``SessionStore`` of ``SESSION_ENGINE``.

    Raises :exc:`~enfilade.exceptions.ImproperlyConfigured` if there is none, or if it lacks a
    library.
    """
    return _store_of(settings.SESSION_ENGINE)


def serializer_class() -> "type[Serializer]":
    """The class of ``SESSION_SERIALIZER``; raises as :func:`store_class` does."""
    return _serializer(settings.SESSION_SERIALIZER)


@functools.cache
def _store_of(engine: str) -> "type[SessionBase]":
    try:
        store: type[SessionBase] = import_module(engine).SessionStore
    except ModuleNotFoundError as error:
        missing = error.name == "sqlalchemy"
        raise ImproperlyConfigured(
            f"SESSION_ENGINE names {engine!r}, which cannot be imported: {error}",
            hint=f'pip install "enfilade[{_extra()}]", or keep sessions elsewhere: in the cache, '
            "in files, in signed cookies."
            if missing
            else "It is the dotted path of a module, such as "
            "enfilade.contrib.sessions.backends.db.",
        ) from error
    except AttributeError as error:
        raise ImproperlyConfigured(
            f"SESSION_ENGINE names {engine!r}, which has no class SessionStore."
        ) from error
    return store


def _extra() -> str:
    """What to install: users need more than sessions do, and should be told once."""
    return "auth" if any(ACCOUNTS in str(entry) for entry in settings.MIDDLEWARE) else "database"


@functools.cache
def _serializer(path: str) -> "type[Serializer]":
    serializer: type[Serializer] = import_named(path, "SESSION_SERIALIZER")
    return serializer

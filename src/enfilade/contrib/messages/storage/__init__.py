"""Where messages wait for the next page: a cookie, the session, or the one and then the other."""

import functools
from typing import Any

from enfilade.conf import settings
from enfilade.conf.importing import import_named

__all__ = ["default_storage", "storage_class"]


def default_storage(request: Any) -> Any:
    """The storage of *request*, of the class that ``MESSAGE_STORAGE`` names."""
    return storage_class()(request)


def storage_class() -> Any:
    """The class; :exc:`~enfilade.exceptions.ImproperlyConfigured` if it cannot be imported."""
    return _storage_at(settings.MESSAGE_STORAGE)


@functools.cache
def _storage_at(path: str) -> Any:
    hint = "It is the dotted path of a class such as"
    return import_named(path, "MESSAGE_STORAGE", f"{hint} {__name__}.fallback.FallbackStorage.")

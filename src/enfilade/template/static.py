"""What a template calls a static file: the URL that the storage of the site has for it.

``STATICFILES_STORAGE`` names the class by its import path, so that templates need not know the
battery; an instance is made on first use.
"""

import functools
from typing import Any, Protocol

from enfilade.conf import settings
from enfilade.conf.importing import import_named
from enfilade.dispatch import setting_changed

__all__ = ["Storage", "configured_storage", "static"]


class Storage(Protocol):
    """All that a template asks of a storage."""

    def url(self, name: str) -> str:
        """The URL of the file called *name*."""


def static(path: str) -> str:
    """The URL of the static file called *path*: the ``static`` of every template.

    Raises what the storage raises: :exc:`ValueError` for a file that a manifest lacks.
    """
    storage: Storage = configured_storage()
    return storage.url(path)


@functools.cache
def configured_storage() -> Any:
    """The storage that ``STATICFILES_STORAGE`` names.

    Raises :exc:`~enfilade.exceptions.ImproperlyConfigured` if there is none.
    """
    storage = import_named(
        settings.STATICFILES_STORAGE,
        "STATICFILES_STORAGE",
        "It is the dotted path of a class, such as "
        "enfilade.contrib.staticfiles.storage.ManifestStaticFilesStorage.",
    )
    return storage()


def _on_change(*, setting: str, **_: object) -> None:
    if setting in ("STATICFILES_STORAGE", "STATIC_ROOT", "STATIC_URL"):
        configured_storage.cache_clear()


setting_changed.connect(_on_change)

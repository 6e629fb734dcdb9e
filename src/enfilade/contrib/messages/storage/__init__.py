"""Where messages wait for the next page: a cookie, the session, or the one and then the other."""

from typing import Any

from enfilade.conf import settings
from enfilade.conf.importing import import_string
from enfilade.exceptions import ImproperlyConfigured

__all__ = ["default_storage", "storage_class"]


def default_storage(request: Any) -> Any:
    """The storage of *request*, of the class that ``MESSAGE_STORAGE`` names."""
    return storage_class()(request)


def storage_class() -> Any:
    """The class; :exc:`~enfilade.exceptions.ImproperlyConfigured` if it cannot be imported."""
    try:
        return import_string(settings.MESSAGE_STORAGE)
    except (ImportError, AttributeError, ValueError) as error:
        raise ImproperlyConfigured(
            f"MESSAGE_STORAGE names {settings.MESSAGE_STORAGE!r}, which cannot be imported: "
            f"{error}.",
            hint="It is the dotted path of a class such as "
            "enfilade.contrib.messages.storage.fallback.FallbackStorage.",
        ) from error

"""Checks of ``CACHES``, and of the middleware that keeps pages."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from enfilade.cache import DEFAULT_CACHE_ALIAS, caches
from enfilade.cache.backends.filebased import FileBasedCache
from enfilade.cache.serializers import JSONSerializer
from enfilade.conf import settings
from enfilade.exceptions import ImproperlyConfigured
from enfilade.explain.checks.finding import Finding
from enfilade.explain.checks.used import is_used

FETCH = "enfilade.middleware.cache.FetchFromCacheMiddleware"
UPDATE = "enfilade.middleware.cache.UpdateCacheMiddleware"
KEEPERS = (FETCH, UPDATE, "enfilade.middleware.cache.CacheMiddleware")
SERVED = ("STATIC_ROOT", "MEDIA_ROOT", "STATICFILES_DIRS")
"""Settings that name folders whose files anybody may have."""

OTHERS_MAY_WRITE = 0o022


def check_default() -> Iterator[Finding]:
    """caches.E001: there is no default cache."""
    if DEFAULT_CACHE_ALIAS not in settings.CACHES:
        yield Finding(
            "caches.E001",
            "CACHES has no cache called 'default'.",
            "Add one: CACHES = {'default': {'BACKEND': "
            "'enfilade.cache.backends.locmem.LocMemCache'}}",
            "CACHES",
        )


def check_backends() -> Iterator[Finding]:
    """caches.E002: a cache cannot be made."""
    for alias in settings.CACHES:
        try:
            caches[alias]
        except ImproperlyConfigured as error:
            advice = "It has a BACKEND, such as 'enfilade.cache.backends.locmem.LocMemCache'."
            hint = error.hint or advice
            yield Finding("caches.E002", f"CACHES[{alias!r}]: {error}", hint, "CACHES")


def check_pages() -> Iterator[Finding]:
    """caches.E003: the cache of the pages is not in CACHES."""
    alias = settings.CACHE_MIDDLEWARE_ALIAS
    if alias not in settings.CACHES and _keeps_pages():
        yield Finding(
            "caches.E003",
            f"CACHE_MIDDLEWARE_ALIAS is {alias!r}, which CACHES does not have.",
            f"It has: {', '.join(settings.CACHES)}.",
            "CACHE_MIDDLEWARE_ALIAS",
        )


def check_pages_can_be_written() -> Iterator[Finding]:
    """caches.E007: the cache of the pages has a serializer that cannot write them."""
    alias = settings.CACHE_MIDDLEWARE_ALIAS
    if _keeps_pages() and isinstance(_serializer(alias), JSONSerializer):
        yield Finding(
            "caches.E007",
            f"Pages are kept in the cache {alias!r}, which writes JSON: a page is an object.",
            "Keep them in a cache of their own, without serializer, and name it in "
            "CACHE_MIDDLEWARE_ALIAS.",
            "CACHES",
        )


def check_absolute() -> Iterator[Finding]:
    """caches.W004: where the files of a cache are depends on the folder that the site runs in."""
    for alias, _ in _file_caches():
        location = Path(settings.CACHES[alias]["LOCATION"])
        if not location.is_absolute():
            yield Finding(
                "caches.W004",
                f"LOCATION of the cache {alias!r} is relative: {location}",
                "Begin it with the folder of the settings: HERE / …",
                "CACHES",
            )


def check_not_served() -> Iterator[Finding]:
    """caches.W005: the files of a cache are where anybody may have or replace them."""
    for alias, folder in _file_caches():
        for setting, served in _served_folders():
            if folder == served or folder in served.parents or served in folder.parents:
                yield Finding(
                    "caches.W005",
                    f"The cache {alias!r} keeps its files in {folder}, and {setting} is {served}.",
                    "Keep them apart: a cache has what belongs to one visitor, and a file "
                    "that somebody puts there is run as code.",
                    "CACHES",
                )


def check_own_folder() -> Iterator[Finding]:
    """caches.W006: others on the machine may write to the folder of a cache."""
    for alias, folder in _file_caches():
        if folder.exists() and folder.stat().st_mode & OTHERS_MAY_WRITE:
            yield Finding(
                "caches.W006",
                f"Others may write to {folder}, where the cache {alias!r} keeps its files: "
                "what is loaded from them is a pickle, which can run code.",
                f"chmod 700 {folder}",
                "CACHES",
            )


def _keeps_pages() -> bool:
    return any(map(is_used, KEEPERS))


def _serializer(alias: str) -> Any:
    """That of a cache in files or on Redis; what cannot be made is caches.E002 or E003."""
    try:
        return getattr(caches[alias], "_serializer", None)
    except ImproperlyConfigured:
        return None


def _file_caches() -> Iterator[tuple[str, Path]]:
    """Alias and folder of each cache in files; those that cannot be made are caches.E002."""
    for alias in settings.CACHES:
        try:
            made = caches[alias]
        except ImproperlyConfigured:
            continue
        if isinstance(made, FileBasedCache):
            yield alias, made.folder.resolve()


def _served_folders() -> Iterator[tuple[str, Path]]:
    for setting in SERVED:
        value: Any = getattr(settings, setting, None)
        for entry in value if isinstance(value, (list, tuple)) else [value]:
            # An entry of STATICFILES_DIRS may be a pair of a prefix and a folder.
            folder = entry[1] if isinstance(entry, (list, tuple)) else entry
            if folder:
                yield setting, Path(folder).resolve()

"""Checks of sessions; nothing is said of a site without ``SessionMiddleware``."""

from collections.abc import Iterator
from pathlib import Path

from enfilade.conf import settings
from enfilade.contrib.sessions.engine import serializer_class, store_class
from enfilade.explain.checks.finding import Finding, told
from enfilade.explain.checks.used import SESSIONS, is_used

BACKENDS = "enfilade.contrib.sessions.backends"
MEMORY = "enfilade.cache.backends.locmem.LocMemCache"
OF_ONE_PROCESS = (MEMORY, "enfilade.cache.backends.dummy.DummyCache")


def check_engine() -> Iterator[Finding]:
    """sessions.E001: the store of sessions cannot be used."""
    if _are_used():
        hint = "Ours are in enfilade.contrib.sessions: backends.db, serializers.JSONSerializer …"
        yield from told("sessions.E001", "SESSION_ENGINE", store_class, hint)
        yield from told("sessions.E001", "SESSION_SERIALIZER", serializer_class, hint)


def check_cache() -> Iterator[Finding]:
    """sessions.E002: the cache of sessions is not in CACHES."""
    alias = settings.SESSION_CACHE_ALIAS
    if _are_used() and _engine() in ("cache", "cached_db") and alias not in settings.CACHES:
        yield Finding(
            "sessions.E002",
            f"SESSION_CACHE_ALIAS is {alias!r}, which CACHES does not have.",
            f"It has: {', '.join(settings.CACHES)}.",
            "SESSION_CACHE_ALIAS",
        )


def check_folder() -> Iterator[Finding]:
    """sessions.E008: there is no folder to keep sessions in."""
    path = settings.SESSION_FILE_PATH
    if _are_used() and _engine() == "file" and path and not Path(path).is_dir():
        yield Finding(
            "sessions.E008",
            f"SESSION_FILE_PATH is {str(path)!r}, and there is no such folder.",
            "Make it, or name another one that the server may write to.",
            "SESSION_FILE_PATH",
        )


def check_samesite() -> Iterator[Finding]:
    """sessions.E003: browsers refuse the session's cookie."""
    everywhere = str(settings.SESSION_COOKIE_SAMESITE or "").lower() == "none"
    if _are_used() and everywhere and not settings.SESSION_COOKIE_SECURE:
        yield Finding(
            "sessions.E003",
            "SESSION_COOKIE_SAMESITE is 'None' without SESSION_COOKIE_SECURE; browsers refuse it.",
            "Set SESSION_COOKIE_SECURE = True, or leave SESSION_COOKIE_SAMESITE at 'Lax'.",
            "SESSION_COOKIE_SAMESITE",
        )


def check_readable_by_scripts() -> Iterator[Finding]:
    """sessions.W004: scripts can read the session's cookie."""
    if _are_used() and not settings.SESSION_COOKIE_HTTPONLY:
        kept = "what the session holds" if _engine() == "signed_cookies" else "the session's key"
        yield Finding(
            "sessions.W004",
            f"SESSION_COOKIE_HTTPONLY is off, so a script that got into a page can take {kept}.",
            "Leave the setting out.",
            "SESSION_COOKIE_HTTPONLY",
        )


def check_secure() -> Iterator[Finding]:
    """sessions.W005: the session's cookie goes over plain HTTP as well."""
    if _are_used() and not settings.SESSION_COOKIE_SECURE:
        yield Finding(
            "sessions.W005",
            "SESSION_COOKIE_SECURE is off, so whoever listens on the way can take sessions over.",
            "If the site is served over HTTPS: SESSION_COOKIE_SECURE = True",
            "SESSION_COOKIE_SECURE",
        )


def check_shared() -> Iterator[Finding]:
    """sessions.W006: each process has sessions of its own."""
    if _are_used() and _engine() == "cache" and _cache_backend() in OF_ONE_PROCESS:
        yield Finding(
            "sessions.W006",
            "Sessions are kept in the memory of each process, so a visitor has another session "
            "with each worker.",
            "Use Redis for the cache, or keep sessions in the database.",
            "SESSION_ENGINE",
        )


def check_copies() -> Iterator[Finding]:
    """sessions.W007: a session that was ended lives on in the copies of other processes."""
    if _are_used() and _engine() == "cached_db" and _cache_backend() == MEMORY:
        yield Finding(
            "sessions.W007",
            "Each process keeps copies of sessions in its own memory, so who has signed out in "
            "one worker is still signed in at the others.",
            "Use Redis for the cache, or keep sessions in the database alone.",
            "SESSION_ENGINE",
        )


def _cache_backend() -> object:
    return settings.CACHES.get(settings.SESSION_CACHE_ALIAS, {}).get("BACKEND")


def _are_used() -> bool:
    return is_used(SESSIONS)


def _engine() -> str:
    package, _, name = str(settings.SESSION_ENGINE).rpartition(".")
    return name if package == BACKENDS else ""

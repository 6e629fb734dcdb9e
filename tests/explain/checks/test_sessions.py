"""What can be wrong with the settings of sessions."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from enfilade.contrib.sessions.middleware import SessionMiddleware
from enfilade.explain.checks import sessions as checks
from enfilade.test import override_settings

ENGINES = "enfilade.contrib.sessions.backends"
CACHE = {"SESSION_ENGINE": f"{ENGINES}.cache"}
FILES = {"SESSION_ENGINE": f"{ENGINES}.file"}
CACHED_DB = {"SESSION_ENGINE": f"{ENGINES}.cached_db"}
REDIS = {"default": {"BACKEND": "enfilade.cache.backends.redis.RedisCache", "LOCATION": "redis://"}}


class Own(SessionMiddleware):
    """A site's own."""


def ids(check: Callable[[], Any], **values: Any) -> list[str]:
    with override_settings(**{"MIDDLEWARE": [checks.SESSIONS], **values}):
        return [finding.id for finding in check()]


@pytest.mark.parametrize(
    ("check", "wrong", "right"),
    [
        (checks.check_engine, {"SESSION_ENGINE": "no.such"}, {}),
        (checks.check_engine, {"SESSION_SERIALIZER": "no.such.Class"}, CACHE),
        (checks.check_cache, {**CACHE, "SESSION_CACHE_ALIAS": "nobody"}, CACHE),
        (checks.check_folder, {**FILES, "SESSION_FILE_PATH": "/no/such/folder"}, FILES),
        (
            checks.check_folder,
            {**FILES, "SESSION_FILE_PATH": __file__},
            {**FILES, "SESSION_FILE_PATH": Path(__file__).parent},
        ),
        (checks.check_folder, {**FILES, "SESSION_FILE_PATH": "/no/such/folder"}, CACHE),
        (
            checks.check_samesite,
            {"SESSION_COOKIE_SAMESITE": "None"},
            {"SESSION_COOKIE_SAMESITE": "None", "SESSION_COOKIE_SECURE": True},
        ),
        (checks.check_samesite, {"SESSION_COOKIE_SAMESITE": "none"}, {}),
        (
            checks.check_readable_by_scripts,
            {"SESSION_COOKIE_HTTPONLY": False, "SESSION_ENGINE": f"{ENGINES}.signed_cookies"},
            {"SESSION_ENGINE": f"{ENGINES}.signed_cookies"},
        ),
        (checks.check_secure, {}, {"SESSION_COOKIE_SECURE": True}),
        (checks.check_shared, CACHE, {**CACHE, "CACHES": REDIS}),
        (checks.check_shared, CACHE, CACHED_DB),
        (checks.check_copies, CACHED_DB, {**CACHED_DB, "CACHES": REDIS}),
        (checks.check_copies, CACHED_DB, CACHE),
    ],
)
def test_finds_what_is_wrong_and_nothing_else(
    check: Callable[[], Any], wrong: dict[str, Any], right: dict[str, Any]
) -> None:
    assert len(ids(check, **wrong)) == 1
    assert ids(check, **right) == []
    assert len(ids(check, **wrong, MIDDLEWARE=[Own])) == 1
    assert ids(check, **wrong, MIDDLEWARE=[]) == []

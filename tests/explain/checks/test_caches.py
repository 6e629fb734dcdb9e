"""Mistakes in CACHES, each found and nothing else with it."""

from typing import Any

import pytest

from enfilade.explain.checks import run_checks
from enfilade.middleware.cache import CacheMiddleware

FILES = "enfilade.cache.backends.filebased.FileBasedCache"
LOCMEM = "enfilade.cache.backends.locmem.LocMemCache"
FINE = {
    "MIDDLEWARE": [
        "enfilade.middleware.security.SecurityMiddleware",
        "enfilade.middleware.common.CommonMiddleware",
    ],
    "SECRET_KEY": "abcdefghijklmnopqrstuvwxyz0123456789",
}


@pytest.fixture
def found(install: Any) -> Any:
    def found(**values: Any) -> list[Any]:
        install(**{**FINE, **values})
        return [each for each in run_checks() if each.id.startswith("caches.")]

    return found


def in_files(location: Any) -> dict[str, Any]:
    return {"default": {"BACKEND": FILES, "LOCATION": str(location)}}


def ids(findings: list[Any]) -> list[str]:
    return [finding.id for finding in findings]


def test_without_a_mistake_nothing_is_found(found, tmp_path):
    assert found() == []
    assert found(CACHES=in_files(tmp_path / "kept"), STATIC_ROOT=str(tmp_path / "static")) == []


@pytest.mark.parametrize(
    ("identifier", "caches"),
    [
        ("caches.E001", {}),
        ("caches.E001", {"other": {"BACKEND": LOCMEM}}),
        ("caches.E002", {"default": {"LOCATION": "x"}}),
        ("caches.E002", {"default": {"BACKEND": "no.such.Backend"}}),
        ("caches.E002", {"default": {"BACKEND": LOCMEM, "TIMEOUT": "soon"}}),
        (
            "caches.E002",
            {"default": {"BACKEND": "enfilade.cache.backends.redis.RedisCache",
                         "LOCATION": "localhost"}},
        ),
        ("caches.W004", in_files("kept")),
    ],
)  # fmt: skip
def test_a_mistake_is_found(found, identifier, caches):
    (finding,) = found(CACHES=caches)
    assert finding.id == identifier
    assert finding.hint


@pytest.mark.parametrize("middleware", ["CacheMiddleware", "FetchFromCacheMiddleware"])
def test_pages_need_a_cache_that_is_there(found, middleware):
    chain = [*FINE["MIDDLEWARE"], f"enfilade.middleware.cache.{middleware}"]
    assert found(MIDDLEWARE=chain) == []
    assert ids(found(MIDDLEWARE=chain, CACHE_MIDDLEWARE_ALIAS="pages")) == ["caches.E003"]


class Keeper(CacheMiddleware):
    pass


def test_a_middleware_made_from_that_of_pages_needs_one_too(found):
    chain = [*FINE["MIDDLEWARE"], Keeper]
    assert ids(found(MIDDLEWARE=chain, CACHE_MIDDLEWARE_ALIAS="pages")) == ["caches.E003"]


def test_pages_need_a_cache_that_can_write_them(found, tmp_path):
    options = {"serializer": "enfilade.cache.serializers.JSONSerializer"}
    values = {"default": {**in_files(tmp_path / "kept")["default"], "OPTIONS": options}}
    assert found(CACHES=values) == []
    chain = [*FINE["MIDDLEWARE"], "enfilade.middleware.cache.CacheMiddleware"]
    assert ids(found(CACHES=values, MIDDLEWARE=chain)) == ["caches.E007"]
    assert found(CACHES=in_files(tmp_path / "kept"), MIDDLEWARE=chain) == []


def test_without_pages_their_cache_need_not_be_there(found):
    assert found(CACHE_MIDDLEWARE_ALIAS="pages") == []


@pytest.mark.parametrize("place", ["static", "static/kept", "."])
@pytest.mark.parametrize(
    "served",
    [
        lambda folder: {"STATIC_ROOT": str(folder)},
        lambda folder: {"MEDIA_ROOT": folder},
        lambda folder: {"STATICFILES_DIRS": ["/elsewhere", str(folder)]},
        lambda folder: {"STATICFILES_DIRS": [("prefix", str(folder))]},
    ],
    ids=["static", "media", "folders", "prefixed"],
)
def test_files_of_a_cache_are_not_where_files_are_served(found, tmp_path, place, served):
    values = served(tmp_path / "static")
    findings = found(CACHES=in_files(tmp_path / place), **values)
    assert ids(findings) == ["caches.W005"]
    assert next(iter(values)) in findings[0].message


@pytest.mark.parametrize("mode", [0o777, 0o770, 0o702])
def test_nobody_else_may_write_to_the_folder(found, tmp_path, mode):
    tmp_path.chmod(mode)
    assert ids(found(CACHES=in_files(tmp_path))) == ["caches.W006"]
    tmp_path.chmod(0o755)
    assert found(CACHES=in_files(tmp_path)) == []

"""Each kind of cache, empty."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from enfilade.cache import BaseCache
from enfilade.cache.handler import create_cache
from enfilade.test import override_settings

BACKENDS = "enfilade.cache.backends"


@pytest.fixture
def make_cache(tmp_path: Path, request: pytest.FixtureRequest) -> Any:
    """Takes "locmem", "filebased" or "redis", and what an entry of CACHES may have."""

    def make(kind: str, **params: Any) -> BaseCache:
        entry = {
            "locmem": lambda: {"BACKEND": f"{BACKENDS}.locmem.LocMemCache", "LOCATION": "tests"},
            "filebased": lambda: {
                "BACKEND": f"{BACKENDS}.filebased.FileBasedCache",
                "LOCATION": str(tmp_path / "cache"),
            },
            "redis": lambda: {
                "BACKEND": f"{BACKENDS}.redis.RedisCache",
                "LOCATION": request.getfixturevalue("redis").url.replace("/0", "/3"),
            },
        }[kind]()
        with override_settings(CACHES={"default": {**entry, **params}}):
            return create_cache("default")

    return make


@pytest.fixture(params=["locmem", "filebased", pytest.param("redis", marks=pytest.mark.service)])
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def cache(kind: str, make_cache: Any) -> Iterator[BaseCache]:
    made = make_cache(kind)
    made.clear()
    yield made
    made.clear()

"""Any sequence of operations on a cache and on Django's of the same kind: the same answers."""

import asyncio
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.cache.backends.dummy import DummyCache as DjangoDummyCache
from django.core.cache.backends.filebased import FileBasedCache as DjangoFileBasedCache
from django.core.cache.backends.locmem import LocMemCache as DjangoLocMemCache
from django.core.cache.backends.redis import RedisCache as DjangoRedisCache
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from enfilade.cache import CacheKeyWarning, InvalidCacheBackendError, cache
from enfilade.cache.backends.dummy import DummyCache
from enfilade.cache.backends.filebased import FileBasedCache
from enfilade.cache.backends.locmem import LocMemCache
from enfilade.cache.backends.redis import RedisCache

Pair = tuple[Any, Any]

keys = st.sampled_from(["a", "b", "c", "d d", "ü"])
values = st.sampled_from([0, 1, -7, "text", None, True, 1.5, [1, 2], b"3"])
timeouts = st.sampled_from([{}, {}, {"timeout": None}, {"timeout": 0}, {"timeout": -1},
                            {"timeout": 500}])  # fmt: skip
versions = st.sampled_from([{}, {}, {"version": 2}])


def call(name: str, *arguments: Any, timed: bool = False) -> Any:
    options = [timeouts, versions] if timed else [versions]
    merged = st.tuples(*options).map(lambda parts: {k: v for p in parts for k, v in p.items()})
    return st.tuples(st.just(name), st.tuples(*arguments), merged)


operations = st.one_of(
    call("add", keys, values, timed=True),
    call("set", keys, values, timed=True),
    call("get", keys),
    call("get", keys, values),
    call("has_key", keys),
    call("touch", keys, timed=True),
    call("delete", keys),
    call("incr", keys, st.integers(-3, 3)),
    call("decr", keys, st.integers(-3, 3)),
    call("incr_version", keys),
    call("decr_version", keys),
    call("get_or_set", keys, values, timed=True),
    call("get_many", st.lists(keys, min_size=1)),
    call("set_many", st.dictionaries(keys, values), timed=True),
    call("delete_many", st.lists(keys)),
    st.tuples(st.just("clear"), st.just(()), st.just({})),
)
histories = st.lists(operations, max_size=25)
quick = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def outcome(side: Any, operation: Any) -> Any:
    """The answer, or that there was an error, and whether that was the one for a missing key."""
    name, arguments, options = operation
    try:
        return getattr(side, name)(*arguments, **options)
    except Exception as error:
        return "error", isinstance(error, ValueError)


def replay(pair: Pair, history: list[Any]) -> None:
    ours, theirs = pair
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        ours.clear()
        theirs.clear()
        for operation in history:
            assert outcome(ours, operation) == outcome(theirs, operation), operation
        left = [
            side.get_many("abcd", version=version)
            for side in (ours, theirs)
            for version in (0, 1, 2, 3)
        ]
    assert left[:4] == left[4:]


@given(histories, st.sampled_from([300, 4, 2]), st.sampled_from([3, 2, 0]))
def test_in_memory(history: list[Any], most: int, frequency: int) -> None:
    params = {"OPTIONS": {"MAX_ENTRIES": most, "CULL_FREQUENCY": frequency}}
    replay(
        (LocMemCache("differential", params), DjangoLocMemCache("differential", params)), history
    )


@given(histories)
def test_nowhere(history: list[Any]) -> None:
    replay((DummyCache("", {}), DjangoDummyCache("", {})), history)


class MendedFileBasedCache(DjangoFileBasedCache):
    """Django's, which fails to touch what has expired (see below), and says of deleting it that
    there was something unless somebody has looked for it before."""

    def touch(self, key: Any, *args: Any, **kwargs: Any) -> Any:
        return self.has_key(key, kwargs.get("version")) and super().touch(key, *args, **kwargs)

    def delete(self, key: Any, *args: Any, **kwargs: Any) -> bool:
        return self.has_key(key, *args, **kwargs) and super().delete(key, *args, **kwargs)


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> Pair:
    folder: Path = tmp_path_factory.mktemp("caches")
    return (
        FileBasedCache(folder / "ours", {}),
        MendedFileBasedCache(str(folder / "theirs"), {}),
    )


@quick
@given(histories)
def test_in_files(folders: Pair, history: list[Any]) -> None:
    replay(folders, history)


@pytest.fixture(scope="module")
def servers(redis: Any) -> Iterator[Pair]:
    address = redis.url.removesuffix("0")
    pair = RedisCache(f"{address}6", {}), DjangoRedisCache(f"{address}7", {})
    yield pair
    for side in pair:
        side.clear()


@pytest.mark.service
@quick
@given(histories.map(lambda history: [each for each in history if each[0] != "touch"]))
def test_on_redis(servers: Pair, history: list[Any]) -> None:
    replay(servers, history)


@pytest.mark.service
@pytest.mark.parametrize("timeout", [0, 10, -5])
def test_touching_on_redis(servers: Pair, timeout: int) -> None:
    for side in servers:
        side.clear()
        assert not side.touch("key", timeout)
        side.set("key", "value")
        assert side.touch("key", timeout)
        assert side.get("key") == ("value" if timeout > 0 else None)


@given(histories)
def test_awaited(history: list[Any]) -> None:
    async def replay_awaited() -> None:
        ours, theirs = (kind("awaited", {}) for kind in (LocMemCache, DjangoLocMemCache))
        await ours.aclear()
        theirs.clear()
        for operation in history:
            name, arguments, options = operation
            try:
                ours_said = await getattr(ours, f"a{name}")(*arguments, **options)
            except Exception as error:
                ours_said = "error", isinstance(error, ValueError)
            assert ours_said == outcome(theirs, operation), operation

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        asyncio.run(replay_awaited())


# Where Django's answers are not followed ------------------------------------------------------


def test_what_has_expired_in_a_file_is_deleted_in_vain(tmp_path: Path) -> None:
    ours = FileBasedCache(tmp_path / "ours", {})
    theirs = DjangoFileBasedCache(str(tmp_path / "theirs"), {})
    for kept in (ours, theirs):
        kept.set("gone", 1, timeout=0)
    assert (ours.delete("gone"), theirs.delete("gone")) == (False, True)


def test_what_has_expired_in_a_file_can_be_touched_in_vain(tmp_path: Path) -> None:
    ours, theirs = (kind(str(tmp_path), {}) for kind in (FileBasedCache, DjangoFileBasedCache))
    for side in (ours, theirs):
        side.set("key", "value", timeout=0)
    assert not ours.touch("key")
    with pytest.raises(ValueError, match="closed file"):
        theirs.touch("key")


@pytest.mark.service
def test_a_value_that_stays_for_ever_can_be_told_so_again(servers: Pair) -> None:
    ours, theirs = servers
    for side in servers:
        side.set("key", "value", timeout=None)
    assert ours.touch("key", None)
    assert not theirs.touch("key", None)


def test_one_object_serves_all_threads_and_requests() -> None:
    from concurrent.futures import ThreadPoolExecutor

    import django.core.cache

    import enfilade.cache

    def seen(caches: Any) -> int:
        with ThreadPoolExecutor(1) as thread:
            return id(thread.submit(lambda: caches["default"]).result())

    assert seen(enfilade.cache.caches) == id(enfilade.cache.caches["default"])
    assert seen(django.core.cache.caches) != id(django.core.cache.caches["default"])


def test_a_timeout_that_is_no_number_is_an_error() -> None:
    with pytest.raises(InvalidCacheBackendError, match="TIMEOUT"):
        LocMemCache("", {"TIMEOUT": "soon"})
    assert DjangoLocMemCache("", {"TIMEOUT": "soon"}).default_timeout == 300


def test_warns_as_django_does() -> None:
    key = "a key"
    with pytest.warns(CacheKeyWarning) as ours:
        cache.get(key)
    with pytest.warns(RuntimeWarning) as theirs:
        DjangoLocMemCache("", {}).get(key)
    assert str(ours[0].message) == str(theirs[0].message)
    assert ours[0].filename == __file__

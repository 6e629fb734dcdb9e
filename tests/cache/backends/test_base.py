"""The awaitable twins."""

import inspect
import threading

import pytest

from enfilade.cache.backends.base import BaseCache
from enfilade.cache.backends.dummy import DummyCache
from enfilade.cache.backends.filebased import FileBasedCache
from enfilade.cache.backends.locmem import LocMemCache
from enfilade.exceptions import SynchronousOnlyOperation

METHODS = [
    "add", "get", "set", "replace", "touch", "delete", "clear", "close", "has_key", "get_many",
    "set_many", "delete_many", "get_or_set", "incr", "decr", "incr_version", "decr_version",
]  # fmt: skip


@pytest.mark.parametrize("name", METHODS)
def test_every_operation_has_a_twin_with_the_same_arguments(name):
    twin = getattr(BaseCache, f"a{name}")
    assert inspect.iscoroutinefunction(twin)
    plain = inspect.signature(getattr(BaseCache, name)).parameters
    assert list(inspect.signature(twin).parameters) == list(plain)


@pytest.mark.service
async def test_twins_do_what_the_others_do(kind, make_cache):
    cache = make_cache(kind)
    await cache.aclear()
    assert await cache.aadd("a", 1)
    assert not await cache.aadd("a", 2)
    assert await cache.aget("a") == 1
    assert await cache.aget("b", "default") == "default"
    await cache.aset("b", 2)
    assert await cache.areplace("b", "two")
    assert await cache.ahas_key("b")
    assert await cache.aget_many(["a", "b", "c"]) == {"a": 1, "b": "two"}
    assert await cache.aset_many({"c": 3}, timeout=None) == []
    assert await cache.atouch("c")
    assert await cache.aincr("c") == 4
    assert await cache.adecr("c", 3) == 1
    assert await cache.aincr_version("c") == 2
    assert await cache.adecr_version("c", version=2) == 1
    assert await cache.adelete("c")
    await cache.adelete_many(["b"])
    assert await cache.aget_or_set("d", lambda: "made") == "made"
    assert await cache.aget_or_set("d", "other") == "made"
    await cache.aclose()
    await cache.aclear()
    assert await cache.aget("a") is None
    with pytest.raises(ValueError, match="not found"):
        await cache.aincr("a")


async def test_a_coroutine_function_may_make_the_default():
    cache = LocMemCache("coroutines", {})
    cache.clear()

    async def made():
        return "made"

    assert await cache.aget_or_set("key", made) == "made"
    assert cache.get("key") == "made"


CALLS = {
    "add": ("key", 1), "get": ("key",), "set": ("key", 1), "replace": ("key", 1),
    "touch": ("key",), "delete": ("key",), "clear": (), "has_key": ("key",),
    "get_many": (["key"],), "set_many": ({"key": 1},), "delete_many": (["key"],),
    "get_or_set": ("key", 1), "incr": ("key",), "decr": ("key",),
    "incr_version": ("key",), "decr_version": ("key",),
}  # fmt: skip


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize("kind", ["filebased", pytest.param("redis", marks=pytest.mark.service)])
async def test_what_may_block_refuses_on_the_event_loop(kind, make_cache, name):
    cache = make_cache(kind)
    with pytest.raises(SynchronousOnlyOperation, match="event loop") as caught:
        getattr(cache, name)(*CALLS[name])
    assert "aget" in caught.value.hint


class Witness(DummyCache):
    def get(self, key, default=None, version=None):
        return threading.get_ident()


class BlockingWitness(Witness):
    blocking = True


async def test_what_never_blocks_leaves_no_thread():
    here = threading.get_ident()
    assert await Witness("", {}).aget("key") == here
    assert await BlockingWitness("", {}).aget("key") != here
    assert not LocMemCache.blocking
    assert not DummyCache.blocking
    assert FileBasedCache.blocking

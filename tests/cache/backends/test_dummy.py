"""A cache that keeps nothing."""

import pytest

from enfilade.cache import CacheKeyWarning
from enfilade.cache.backends.dummy import DummyCache


def test_keeps_nothing():
    cache = DummyCache("", {})
    cache.set("key", "value")
    assert cache.get("key", "default") == "default"
    assert cache.add("key", "value")
    assert cache.add("key", "value")
    assert not cache.touch("key")
    assert not cache.delete("key")
    assert "key" not in cache
    assert cache.set_many({"a": 1}) == []
    assert cache.get_many(["a"]) == {}
    assert cache.get_or_set("key", lambda: "made") == "made"
    with pytest.raises(ValueError, match="not found"):
        cache.incr("key")
    cache.clear()


def test_warns_of_keys_all_the_same():
    with pytest.warns(CacheKeyWarning):
        DummyCache("", {}).get("a key")

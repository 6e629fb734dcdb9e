"""What can be done with a cache, wherever it keeps its values."""

import math
import warnings
from datetime import date

import pytest

from enfilade.cache import CacheKeyWarning, InvalidCacheBackendError, InvalidCacheKey
from enfilade.cache.backends.base import BaseCache
from patience import until


@pytest.mark.parametrize(
    "value",
    ["text", "", 5, -5, 0, 2**80, True, None, 1.5, math.inf, b"\x00\xff", [1, (2,)], {"a": {1}},
     date(2024, 2, 29), "5", b"5"],
    ids=repr,
)  # fmt: skip
def test_gives_back_what_it_was_given(cache, value):
    cache.set("key", value)
    found = cache.get("key")
    assert found == value
    assert type(found) is type(value)


def test_a_value_cannot_be_changed_from_outside(cache):
    value = ["given"]
    cache.set("key", value)
    value.append("changed")
    cache.get("key").append("changed")
    assert cache.get("key") == ["given"]


def test_what_is_missing_is_the_default(cache):
    assert cache.get("key") is None
    assert cache.get("key", "default") == "default"
    assert "key" not in cache
    assert not cache.has_key("key")


def test_none_is_a_value(cache):
    cache.set("key", None)
    assert cache.get("key", "default") is None
    assert "key" in cache
    assert cache.get_or_set("key", "default") is None
    assert not cache.add("key", "other")


def test_adding_leaves_what_is_there(cache):
    assert cache.add("key", "first")
    assert not cache.add("key", "second")
    assert cache.get("key") == "first"


def test_what_has_expired_can_be_added_again(cache, kind):
    cache.set("key", "old", timeout=1 if kind == "redis" else 0.1)
    until(lambda: cache.get("key") is None, "it has expired")
    assert cache.add("key", "new")
    assert cache.get("key") == "new"


@pytest.mark.parametrize("timeout", [0, -1, -100])
def test_no_time_is_no_value(cache, timeout):
    cache.set("key", "value")
    cache.set("key", "value", timeout=timeout)
    assert cache.get("key") is None
    assert not cache.has_key("key")
    assert cache.add("key", "value", timeout=timeout)
    assert cache.get("key") is None
    assert not cache.touch("key")
    with pytest.raises(ValueError, match="not found"):
        cache.incr("key")
    cache.set_many({"a": 1, "b": 2}, timeout=timeout)
    assert cache.get_many(["a", "b"]) == {}


def test_none_keeps_for_ever_and_touching_sets_another_time(cache):
    cache.set("key", "value", timeout=None)
    assert cache.touch("key", None)
    assert cache.touch("key", 100)
    assert cache.touch("key")
    assert cache.touch("key", 0)
    assert cache.get("key") is None
    assert not cache.touch("key")
    assert not cache.touch("key", None)


def test_replaces_only_what_is_there(cache):
    assert not cache.replace("key", 1)
    assert cache.get("key") is None
    cache.set("key", 1)
    assert cache.replace("key", 2, timeout=100)
    assert cache.get("key") == 2
    assert cache.replace("key", 3, timeout=0)
    assert not cache.replace("key", 4)
    assert cache.get("key") is None


def test_touching_leaves_the_value(cache):
    cache.set("key", {"a": "value"})
    assert cache.touch("key", None)
    assert cache.get("key") == {"a": "value"}


def test_deleting_says_whether_there_was_anything(cache):
    cache.set("key", "value")
    assert cache.delete("key")
    assert not cache.delete("key")
    assert cache.get("key") is None


def test_several_at_once(cache):
    assert cache.set_many({"a": 1, "b": "two"}) == []
    assert cache.get_many(iter(["a", "b", "c"])) == {"a": 1, "b": "two"}
    cache.delete_many(iter(["a", "c"]))
    assert cache.get_many(["a", "b"]) == {"b": "two"}


def test_none_at_once(cache):
    assert cache.set_many({}) == []
    assert cache.get_many([]) == {}
    cache.delete_many([])


def test_get_or_set_asks_for_the_default_only_where_there_is_nothing(cache):
    calls = []

    def made():
        calls.append(1)
        return "made"

    assert cache.get_or_set("key", made) == "made"
    assert cache.get_or_set("key", made) == "made"
    assert cache.get_or_set("other", "given") == "given"
    assert len(calls) == 1


def test_get_or_set_without_time_returns_the_default(cache):
    assert cache.get_or_set("key", "given", timeout=0) == "given"
    assert cache.get("key") is None


def test_counts(cache):
    cache.set("key", 41)
    assert cache.incr("key") == 42
    assert cache.incr("key", 10) == 52
    assert cache.decr("key", 60) == -8
    assert cache.get("key") == -8


def test_what_is_not_there_cannot_be_counted(cache):
    for count in (cache.incr, cache.decr, cache.incr_version, cache.decr_version):
        with pytest.raises(ValueError, match="not found"):
            count("key")
    assert cache.get("key") is None


def test_what_is_no_number_cannot_be_counted(cache):
    cache.set("key", "text")
    with pytest.raises(TypeError):
        cache.incr("key")


def test_versions_do_not_meet(cache):
    cache.set("key", "one")
    cache.set("key", "two", version=2)
    assert cache.get("key") == cache.get("key", version=1) == "one"
    assert cache.get("key", version=2) == "two"
    assert cache.get_many(["key"], version=2) == {"key": "two"}
    assert cache.incr_version("key", 4) == 5
    assert cache.get("key") is None
    assert cache.get("key", version=5) == "one"
    assert cache.decr_version("key", version=5) == 4
    cache.delete("key", version=2)
    assert cache.get("key", version=4) == "one"


def test_prefixes_do_not_meet(kind, make_cache):
    one, other = (make_cache(kind, KEY_PREFIX=prefix, VERSION=7) for prefix in ("one", "other"))
    one.set("key", "value")
    assert other.get("key") is None
    assert one.make_key("key") == "one:7:key"
    one.clear()


def test_a_site_may_make_keys_its_own_way(kind, make_cache):
    def reverse(key, prefix, version):
        return f"{prefix}-{version}-{key[::-1]}"

    made = make_cache(kind, KEY_FUNCTION=reverse)
    made.set("abc", "value")
    assert made.get("abc") == "value"
    assert made.make_key("abc") == "-1-cba"
    named = make_cache(kind, KEY_FUNCTION="enfilade.cache.keys.default_key_func")
    assert named.make_key("abc") == ":1:abc"
    assert named.get("abc") is None
    made.clear()


def test_clearing_leaves_nothing(cache):
    cache.set_many({"a": 1, "b": 2}, version=2)
    cache.clear()
    assert cache.get_many(["a", "b"], version=2) == {}


@pytest.mark.parametrize("key", ["with space", "new\nline", "\x7f", "k" * 250])
def test_warns_of_a_key_that_memcached_would_refuse(cache, key):
    with pytest.warns(CacheKeyWarning, match="memcached"):
        cache.set(key, "value")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", CacheKeyWarning)
        assert cache.get(key) == "value"


def test_any_other_key_is_taken_without_a_word(cache):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for key in ("über", "../../etc/passwd", 5, ("a", 1)[0], "x" * 200):
            cache.set(key, "value")
            assert cache.get(key) == "value"


@pytest.mark.parametrize("kind", ["filebased", pytest.param("redis", marks=pytest.mark.service)])
def test_a_key_that_is_no_text_is_refused_where_it_would_leave_the_process(cache):
    with pytest.raises(InvalidCacheKey, match="UTF-8"):
        cache.set("\ud800", "value")


@pytest.mark.parametrize(
    "params",
    [
        {"TIMEOUT": "soon"},
        {"OPTIONS": {"MAX_ENTRIES": "many"}},
        {"OPTIONS": {"CULL_FREQUENCY": None}},
        {"KEY_FUNCTION": "no.such.function"},
    ],
    ids=str,
)
def test_what_makes_no_sense_is_said_when_the_cache_is_made(make_cache, params):
    with pytest.raises(InvalidCacheBackendError) as caught:
        make_cache("locmem", **params)
    assert caught.value.hint


def test_a_timeout_of_the_cache_counts_where_none_is_given(kind, make_cache):
    made = make_cache(kind, TIMEOUT=0)
    made.set("key", "value")
    assert made.get("key") is None
    made.set("key", "value", timeout=100)
    assert made.get("key") == "value"
    assert make_cache(kind, TIMEOUT=None).default_timeout is None
    assert make_cache(kind, TIMEOUT="60").default_timeout == 60
    made.clear()


def test_a_backend_says_what_it_lacks():
    bare = BaseCache({})
    for method, arguments in {
        "add": ("k", 1), "get": ("k",), "set": ("k", 1), "touch": ("k",), "delete": ("k",),
        "clear": (),
    }.items():  # fmt: skip
        with pytest.raises(NotImplementedError, match=method):
            getattr(bare, method)(*arguments)


class InAList(BaseCache):
    """The least that a site has to write for a backend of its own."""

    def __init__(self, location, params):
        super().__init__(params)
        self.rows = {}

    def add(self, key, value, timeout=None, version=None):
        return self.rows.setdefault(self.make_key(key, version), value) is value

    def get(self, key, default=None, version=None):
        return self.rows.get(self.make_key(key, version), default)

    def set(self, key, value, timeout=None, version=None):
        self.rows[self.make_key(key, version)] = value

    def delete(self, key, version=None):
        return self.rows.pop(self.make_key(key, version), self) is not self


async def test_a_backend_that_does_the_least_has_the_rest():
    made = InAList("", {})
    made.set_many({"a": 1, "b": 2})
    assert made.get_many(["a", "b", "c"]) == {"a": 1, "b": 2}
    made.delete_many(["a"])
    assert "a" not in made
    assert made.incr("b") == 3
    assert await made.aincr_version("b") == 2
    assert await made.aget_or_set("b", 9) == 9

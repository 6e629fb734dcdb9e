"""Values in the memory of this process."""

import os
import signal
import threading

import pytest

from enfilade.cache.backends.locmem import LocMemCache


@pytest.fixture
def make():
    made = []

    def make(name, **options):
        cache = LocMemCache(name, {"OPTIONS": options})
        cache.clear()
        made.append(cache)
        return cache

    yield make
    for cache in made:
        cache.clear()


def test_caches_of_one_name_share_their_values_and_others_do_not(make):
    one, same, other = make("one"), make("one"), make("other")
    one.set("key", "value")
    assert same.get("key") == "value"
    assert other.get("key") is None
    other.clear()
    assert one.get("key") == "value"


def test_what_was_not_used_for_longest_goes_first(make):
    cache = make("lru", MAX_ENTRIES=6, CULL_FREQUENCY=3)
    for key in "abcdef":
        cache.set(key, key)
    cache.get("a")
    cache.set("b", "again" if cache.incr_version("c") else "")
    cache.clear()
    for key in "abcdef":
        cache.set(key, key)
    cache.get("a")
    cache.set("g", "g")  # two go: b and c
    assert sorted(cache.get_many("abcdefg")) == ["a", "d", "e", "f", "g"]


def test_a_frequency_of_none_empties_the_cache(make):
    cache = make("all", MAX_ENTRIES=3, CULL_FREQUENCY=0)
    cache.set_many(dict.fromkeys("abcd", 1))
    assert list(cache.get_many("abcd")) == ["d"]


def test_never_holds_more_than_it_may(make):
    cache = make("many", MAX_ENTRIES=10)
    for number in range(500):
        cache.set(f"k{number}", number)
    assert len(cache.get_many(f"k{number}" for number in range(500))) <= 10


def test_counting_is_exact_among_threads(make):
    cache = make("threads")
    cache.set("key", 0)

    def count():
        for _ in range(500):
            cache.incr("key")

    threads = [threading.Thread(target=count) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert cache.get("key") == 3000


def test_one_of_many_threads_adds(make):
    cache = make("adding")
    barrier = threading.Barrier(8)
    added = []

    def add():
        barrier.wait()
        added.append(cache.add("key", threading.get_ident()))

    threads = [threading.Thread(target=add) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert added.count(True) == 1


def test_a_child_that_is_forked_while_the_cache_is_in_use_can_use_it(make):
    cache = make("forked")
    cache.set("key", "parent")
    with cache._shelf.lock:
        child = os.fork()
        if child == 0:
            signal.alarm(5)  # it would wait for ever
            try:
                cache.set("key", "child")
            finally:
                os._exit(0 if cache.get("key") == "child" else 1)
    assert os.waitpid(child, 0)[1] == 0
    assert cache.get("key") == "parent"

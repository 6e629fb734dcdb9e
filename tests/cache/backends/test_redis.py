"""Values on a real Redis, which may go away and come back."""

import os
import socket
import subprocess
import sys
import threading
import time

import pytest

from enfilade.cache import InvalidCacheBackendError
from enfilade.cache.backends.redis import RedisCache
from enfilade.exceptions import ImproperlyConfigured, ServiceUnavailable
from patience import PATIENCE
from services import redis_server

pytestmark = pytest.mark.service


@pytest.fixture
def address(redis):
    return redis.url.replace("/0", "/4")


@pytest.fixture
def cache(address):
    made = RedisCache(address, {})
    made.clear()
    return made


def test_one_lost_is_unavailable_and_is_used_at_once_when_it_is_back():
    with redis_server() as server:
        cache = RedisCache(server.url, {})
        cache.set("key", "value")
        server.stop()
        for _ in range(2):
            with pytest.raises(ServiceUnavailable, match="does not answer"):
                cache.get("key")
        for call in (lambda: cache.set_many({"a": 1}), lambda: cache.incr("a"), cache.clear):
            with pytest.raises(ServiceUnavailable):
                call()
        server.start()
        cache.set("key", "again")
        assert cache.get("key") == "again"


def test_a_connection_that_broke_unnoticed_is_made_anew():
    with redis_server() as server:
        cache = RedisCache(server.url, {})
        cache.set("key", "value")
        server.stop()
        server.start()
        assert cache.get("key") is None  # and no error


def test_one_that_accepts_and_never_answers_is_given_up():
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        cache = RedisCache(f"redis://127.0.0.1:{port}/0", {"OPTIONS": {"socket_timeout": 0.1}})
        with pytest.raises(ServiceUnavailable):
            cache.get("key")


def test_nobody_waits_longer_than_a_second(cache):
    options = cache.servers.writer.connection_pool.connection_kwargs
    assert options["socket_timeout"] <= 1
    assert options["socket_connect_timeout"] <= 1
    assert options["retry"].get_retries() == 0


def test_a_forked_child_has_connections_of_its_own(cache):
    cache.set("key", "of the parent")
    child = os.fork()
    if child == 0:
        status = 1
        try:
            if cache.get("key") == "of the parent":
                cache.set("child", "was here")
                status = 0
        finally:
            os._exit(status)
    assert [cache.get("key") for _ in range(20)] == ["of the parent"] * 20
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert cache.get("child") == "was here"


COUNT = """
import sys
from enfilade.cache.backends.redis import RedisCache
cache = RedisCache(sys.argv[1], {})
print(sum(cache.add(f"only{n}", 1) for n in range(50)))
for _ in range(100):
    cache.incr("count")
"""


def test_two_processes_share_one(cache, address):
    cache.set("count", 0)
    argv = [sys.executable, "-c", COUNT, address]
    processes = [subprocess.Popen(argv, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    added = [int(process.communicate()[0]) for process in processes]
    assert cache.get("count") == 200
    assert sum(added) == 50


def test_threads_share_the_pool(cache):
    cache.set("count", 0)

    def count():
        for _ in range(50):
            cache.incr("count")

    threads = [threading.Thread(target=count) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert cache.get("count") == 300


def test_the_first_is_written_to_and_the_others_are_read(address):
    with redis_server() as replica:
        for location in (f"{address},{replica.url}", f"{address};{replica.url}",
                         [address, replica.url]):  # fmt: skip
            both = RedisCache(location, {})
            both.set("key", "value")
            assert both.get("key") is None  # nobody has replicated it here
            assert not both.has_key("key")
            RedisCache(replica.url, {}).set("key", "replicated")
            assert both.get("key") == both.get_many(["key"])["key"] == "replicated"
            assert RedisCache(address, {}).get("key") == "value"
            RedisCache(replica.url, {}).clear()


def test_a_counter_that_expires_does_not_count_for_ever(cache):
    cache.set("key", 1)
    cache.servers.writer.pexpire(cache.make_key("key"), 1)
    time.sleep(0.01)
    with pytest.raises(ValueError, match="not found"):
        cache.incr("key")
    assert cache.get("key") is None


def test_counting_keeps_the_time(cache, address):
    cache.set("key", 1, timeout=100)
    cache.incr("key")
    assert 0 < cache.servers.writer.ttl(cache.make_key("key")) <= 100


@pytest.mark.parametrize("value", [2**63 - 1, 1.5])
def test_what_redis_cannot_count_is_said(cache, value):
    cache.set("key", value)
    with pytest.raises(TypeError, match="cannot be incremented"):
        cache.incr("key")
    assert cache.get("key") == value


def test_json_can_be_chosen(address):
    cache = RedisCache(
        address, {"OPTIONS": {"serializer": "enfilade.cache.serializers.JSONSerializer"}}
    )
    cache.set("key", {"a": (1, 2)})
    assert cache.get("key") == {"a": [1, 2]}
    assert cache.servers.writer.get(cache.make_key("key")) == b'{"a":[1,2]}'
    cache.set("count", 1)
    assert cache.incr("count") == 2
    assert cache.get("count") == 2
    with pytest.raises(TypeError):
        cache.set("key", {1, 2})


def test_options_of_redis_py_are_passed_on(redis):
    options = {"pool_class": "redis.BlockingConnectionPool", "db": 5, "MAX_ENTRIES": 5}
    cache = RedisCache(redis.url.removesuffix("/0"), {"OPTIONS": options})
    pool = cache.servers.writer.connection_pool
    assert type(pool).__name__ == "BlockingConnectionPool"
    cache.set("key", "value")
    assert pool.connection_kwargs["db"] == 5
    cache.clear()


@pytest.mark.parametrize("location", ["localhost:6379", "http://localhost/"])
def test_an_address_that_makes_no_sense_says_what_one_looks_like(location):
    with pytest.raises(InvalidCacheBackendError) as caught:
        RedisCache(location, {})
    assert "redis://" in caught.value.hint


def test_a_wrong_password_is_the_site_s_mistake():
    with redis_server() as server:
        RedisCache(server.url, {}).servers.writer.config_set("requirepass", "secret")
        with pytest.raises(ImproperlyConfigured) as caught:
            RedisCache(server.url, {}).get("key")
        assert "password" in caught.value.hint.lower()
        right = RedisCache(server.url.replace("//", "//:secret@"), {})
        right.set("key", "value")
        assert right.get("key") == "value"


def test_without_redis_py_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "redis", None)
    with pytest.raises(ImproperlyConfigured) as caught:
        RedisCache("redis://localhost", {})
    assert "enfilade[redis]" in caught.value.hint


@pytest.mark.slow
def test_a_paused_one_holds_one_thread_at_a_time_and_is_used_again():
    with redis_server() as server:
        cache = RedisCache(server.url, {"OPTIONS": {"socket_timeout": 0.5}})
        cache.set("key", "value")
        told = []

        def look():
            with pytest.raises(ServiceUnavailable) as caught:
                cache.get("key")
            told.append(str(caught.value))

        with server.paused():
            look()
            threads = [threading.Thread(target=look) for _ in range(20)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        assert len(told) == 21
        assert sum("for a while" not in text for text in told) < 6
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            try:
                assert cache.get("key") == "value"
            except ServiceUnavailable:
                time.sleep(0.05)
            else:
                return
        raise AssertionError("Redis is back and not used")

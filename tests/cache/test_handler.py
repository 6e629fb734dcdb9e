"""The caches of a process, made from CACHES."""

import threading

import pytest

from enfilade.cache import InvalidCacheBackendError, cache, caches
from enfilade.cache.backends.dummy import DummyCache
from enfilade.cache.backends.locmem import LocMemCache
from enfilade.dispatch import request_finished
from enfilade.exceptions import ImproperlyConfigured
from enfilade.test import override_settings

LOCMEM = "enfilade.cache.backends.locmem.LocMemCache"
DUMMY = "enfilade.cache.backends.dummy.DummyCache"


def test_without_the_setting_values_are_in_memory():
    assert isinstance(caches["default"], LocMemCache)
    cache.set("test_handler", "here")
    assert caches["default"].get("test_handler") == "here"
    assert "test_handler" in cache
    assert cache == caches["default"]
    cache.delete("test_handler")


def test_a_cache_is_made_once_and_shared_by_all_threads():
    with override_settings(CACHES={"default": {"BACKEND": DUMMY}, "other": {"BACKEND": LOCMEM}}):
        seen = []
        barrier = threading.Barrier(8)

        def look():
            barrier.wait()
            seen.append(caches["other"])

        threads = [threading.Thread(target=look) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(seen) == 8
        assert set(map(id, seen)) == {id(caches["other"])}
        assert list(caches) == ["default", "other"]
        assert caches.all(initialized_only=True) == [caches["other"]]
        assert [type(each) for each in caches.all()] == [DummyCache, LocMemCache]


def test_changed_settings_count_at_once():
    with override_settings(CACHES={"default": {"BACKEND": LOCMEM, "KEY_PREFIX": "a"}}):
        assert cache.key_prefix == "a"
        with override_settings(CACHES={"default": {"BACKEND": DUMMY, "KEY_PREFIX": "b"}}):
            assert cache.key_prefix == "b"
            cache.set("key", 1)
            assert cache.get("key") is None
        assert cache.key_prefix == "a"


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        (None, "'default' doesn't exist"),
        ({}, "no BACKEND"),
        ({"BACKEND": "no.such.Backend"}, "cannot be imported"),
        ({"BACKEND": "nodots"}, "cannot be imported"),
        ({"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}, "no cache of Enfilade"),
        ({"BACKEND": "enfilade.cache.backends.filebased.FileBasedCache"}, "no LOCATION"),
    ],
)
def test_an_entry_that_makes_no_cache_says_why(entry, message):
    values = {} if entry is None else {"default": entry}
    with (
        override_settings(CACHES=values),
        pytest.raises(InvalidCacheBackendError, match=message) as caught,
    ):
        cache.get("key")
    assert isinstance(caught.value, ImproperlyConfigured)
    assert caught.value.hint


def test_a_backend_may_be_the_class_itself():
    with override_settings(CACHES={"default": {"BACKEND": DummyCache}}):
        assert isinstance(caches["default"], DummyCache)


def test_another_cache_may_be_put_in_its_place():
    stand_in = DummyCache("", {})
    caches["stand-in"] = stand_in
    assert caches["stand-in"] is stand_in
    del caches["stand-in"]
    with pytest.raises(InvalidCacheBackendError):
        caches["stand-in"]


def test_an_attribute_of_the_default_cache_can_be_set():
    with override_settings(CACHES={"default": {"BACKEND": DUMMY}}):
        cache.note = "set"
        assert caches["default"].note == "set"
        del cache.note
        assert not hasattr(caches["default"], "note")


class Closing(DummyCache):
    closed = 0

    def close(self, **kwargs):
        Closing.closed += 1


def test_a_backend_that_closes_is_closed_at_the_end_of_a_request():
    with override_settings(CACHES={"default": {"BACKEND": Closing}}):
        cache.get("key")
        before = Closing.closed
        request_finished.send(sender=None)
        assert Closing.closed == before + 1
    caches.close_all()
    request_finished.disconnect(dispatch_uid="enfilade.cache")


def test_no_other_backend_makes_the_end_of_a_request_longer():
    before = len(request_finished.receivers)
    with override_settings(CACHES={"default": {"BACKEND": LOCMEM}}):
        cache.get("key")
        assert len(request_finished.receivers) == before

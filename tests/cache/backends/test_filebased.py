"""Values in the files of a folder."""

import os
import subprocess
import sys
import threading
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from enfilade.cache.backends.filebased import FileBasedCache


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "deep" / "cache"


def make(folder, **options):
    return FileBasedCache(folder, {"OPTIONS": options})


def files(folder):
    return sorted(folder.glob("*.cache"))


def test_the_folder_is_made_when_needed_for_its_owner_only(folder):
    cache = make(folder)
    assert not folder.exists()
    assert cache.get("key") is None
    before = os.umask(0)
    try:
        cache.set("key", "value")
    finally:
        os.umask(before)
    assert [path.stat().st_mode & 0o777 for path in (folder, folder.parent)] == [0o700, 0o700]
    assert files(folder)[0].stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("key", ["../outside", "/etc/passwd", "a/b", "..", "nul\0"])
@pytest.mark.filterwarnings("ignore::enfilade.cache.CacheKeyWarning")
def test_no_key_leads_out_of_the_folder(folder, key):
    cache = make(folder)
    cache.set(key, "value")
    assert cache.get(key) == "value"
    assert len(files(folder)) == 1
    assert [path.name for path in folder.parent.iterdir()] == ["cache"]


def test_a_folder_that_was_removed_is_made_again(folder):
    cache = make(folder)
    cache.set("key", "value")
    files(folder)[0].unlink()
    folder.rmdir()
    assert cache.get("key") is None
    cache.set("key", "new")
    assert cache.get("key") == "new"


def test_clearing_removes_nothing_else(folder):
    cache = make(folder)
    cache.set("key", "value")
    (folder / "letter.txt").write_text("mine")
    cache.clear()
    assert files(folder) == []
    assert (folder / "letter.txt").read_text() == "mine"


@pytest.mark.parametrize("size", [0, 3, 8, 12])
def test_half_a_file_is_no_value(folder, size):
    cache = make(folder)
    cache.set("key", "value" * 100)
    (file,) = files(folder)
    file.write_bytes(file.read_bytes()[:size])
    assert cache.get("key", "default") == "default"
    cache.set("key", "new")
    assert cache.get("key") == "new"


def test_what_has_expired_is_replaced_by_what_is_new(folder):
    cache = make(folder)
    cache.set("key", "value", timeout=0)
    assert cache.get("key") is None
    assert cache.add("key", "new")
    assert len(files(folder)) == 1


@pytest.mark.parametrize("look", ["get", "has_key", "touch"])
def test_who_finds_a_value_expired_removes_no_new_one(folder, monkeypatch, look):
    cache = make(folder)
    cache.set("key", "old", timeout=0)

    def after_another_process_has_added_it():
        monkeypatch.undo()
        assert make(folder).add("key", "new")
        return time.time()

    clock = SimpleNamespace(time=after_another_process_has_added_it)
    monkeypatch.setattr("enfilade.cache.backends.filebased.time", clock)
    assert not getattr(cache, look)("key")
    assert not cache.add("key", "a second one")


def test_a_value_that_cannot_be_written_leaves_the_old_one(folder):
    cache = make(folder)
    cache.set("key", "old")
    with pytest.raises((TypeError, AttributeError), match="pickle"):
        cache.set("key", threading.Lock())
    assert cache.get("key") == "old"
    assert [path.name for path in folder.iterdir()] == [files(folder)[0].name]


def test_the_oldest_go_when_there_are_too_many(folder):
    cache = make(folder, MAX_ENTRIES=6, CULL_FREQUENCY=3)
    for age, key in enumerate("abcdef"):
        cache.set(key, key)
        new = max(files(folder), key=lambda file: file.stat().st_mtime_ns)
        os.utime(new, (1_000_000 + age, 1_000_000 + age))
    cache.set("g", "g")
    assert sorted(cache.get_many("abcdefg")) == ["c", "d", "e", "f", "g"]


def test_a_frequency_of_none_empties_the_cache(folder):
    cache = make(folder, MAX_ENTRIES=3, CULL_FREQUENCY=0)
    cache.set_many(dict.fromkeys("abcd", 1))
    assert list(cache.get_many("abcd")) == ["d"]


def test_json_can_be_chosen_and_runs_nothing(folder):
    cache = make(folder, serializer="enfilade.cache.serializers.JSONSerializer")
    cache.set("key", {"a": [1, 2]})
    assert cache.get("key") == {"a": [1, 2]}
    assert b"pickle" not in files(folder)[0].read_bytes()
    cache.set("count", 5)
    assert cache.incr("count") == 6
    with pytest.raises(TypeError):
        cache.set("key", {1, 2})


COUNT = """
import sys
from enfilade.cache.backends.filebased import FileBasedCache
cache = FileBasedCache(sys.argv[1], {})
print(sum(cache.add(f"only{n}", 1) for n in range(50)))
for _ in range(100):
    cache.incr("count")
"""


def test_counting_and_adding_are_exact_among_processes(folder):
    cache = make(folder)
    cache.set("count", 0)
    argv = [sys.executable, "-c", COUNT, str(folder)]
    processes = [subprocess.Popen(argv, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    added = [int(process.communicate()[0]) for process in processes]
    assert cache.get("count") == 200
    assert sum(added) == 50


def test_readers_never_see_half_a_value(folder):
    cache = make(folder)
    values = ["a" * 200_000, "b" * 200_000]
    cache.set("key", values[0])
    seen, done = set(), threading.Event()

    def read():
        while not done.is_set():
            seen.add(cache.get("key"))

    reader = threading.Thread(target=read)
    reader.start()
    for number in range(60):
        cache.set("key", values[number % 2])
        cache.touch("key", 100 + number)
    done.set()
    reader.join()
    assert seen <= set(values)


def test_the_folder_may_be_relative(folder, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    cache = make(Path("here"))
    monkeypatch.chdir("/")
    cache.set("key", "value")
    assert len(files(tmp_path / "here")) == 1

"""What is remembered of files stays within its bounds."""

from dataclasses import dataclass

from enfilade.server.static.resources import Redirect
from enfilade.server.static.shelf import LONGEST_PATH, MOST_ABSENT, Shelf


@dataclass(frozen=True)
class Heavy(Redirect):
    weight: int = 10


def test_the_one_that_was_looked_at_last_is_the_last_to_go():
    shelf = Shelf(files=2)
    for path in ("a", "b", "a", "c"):
        shelf.put(path, Redirect(), 1.0)
    assert [path for path in "abc" if shelf.get(path)] == ["a", "c"]


def test_contents_are_counted():
    shelf = Shelf(files=100, size=35)
    for path in "abcd":
        shelf.put(path, Heavy(), 1.0)
    assert [path for path in "abcd" if shelf.get(path)] == ["b", "c", "d"]
    shelf.put("d", None, 1.0)
    shelf.put("e", Heavy(), 1.0)
    assert [path for path in "abcde" if shelf.get(path)] == ["b", "c", "d", "e"]


def test_what_is_not_there_drives_out_nothing_that_is():
    shelf = Shelf(files=2)
    shelf.put("file", Redirect(), 1.0)
    for number in range(MOST_ABSENT + 10):
        shelf.put(f"missing-{number}", None, 1.0)
    assert shelf.get("file")
    assert shelf.get("missing-0") is None
    shelf.clear()
    assert shelf.get("file") is None


def test_long_paths_are_not_remembered():
    shelf = Shelf()
    for found in (None, Redirect()):
        shelf.put("x" * (LONGEST_PATH + 1), found, 1.0)
        assert shelf.get("x" * (LONGEST_PATH + 1)) is None

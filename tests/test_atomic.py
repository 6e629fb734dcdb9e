"""A file is replaced in one step, or stays as it was."""

import os
import stat
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from enfilade.atomic import UNFINISHED, replacing


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "letter.txt"


@pytest.fixture
def umask() -> Iterator[None]:
    """One that lets the group read and nobody else."""
    before = os.umask(0o027)
    yield
    os.umask(before)


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def names_beside(path: Path) -> list[str]:
    return [each.name for each in path.parent.iterdir()]


def test_what_is_written_is_there_after_the_block_and_nothing_else(path: Path) -> None:
    with replacing(path) as file:
        file.write(b"new")
        assert not path.exists()
    assert path.read_bytes() == b"new"
    assert names_beside(path) == ["letter.txt"]


def test_the_old_contents_are_there_until_the_end(path: Path) -> None:
    path.write_bytes(b"old and longer")
    with replacing(path) as file:
        file.write(b"new")
        file.flush()
        assert path.read_bytes() == b"old and longer"
    assert path.read_bytes() == b"new"


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_a_block_that_fails_leaves_the_old_file_and_no_other(
    path: Path, error: type[BaseException]
) -> None:
    path.write_bytes(b"old")
    with pytest.raises(error), replacing(path) as file:
        file.write(b"ne")
        raise error
    assert path.read_bytes() == b"old"
    assert names_beside(path) == ["letter.txt"]


def test_what_cannot_take_the_place_is_removed(path: Path) -> None:
    path.mkdir()
    with pytest.raises(IsADirectoryError), replacing(path) as file:
        file.write(b"new")
    assert names_beside(path) == ["letter.txt"]


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), replacing(tmp_path / "none" / "letter.txt"):
        pass


def test_others_may_not_read_it_unless_that_is_asked_for(path: Path, umask: None) -> None:
    path.write_bytes(b"old")
    path.chmod(0o666)
    with replacing(path) as file:
        assert mode_of(Path(file.name)) == 0o600
    assert mode_of(path) == 0o600


def test_the_umask_takes_from_the_mode_as_with_any_file(path: Path, umask: None) -> None:
    with replacing(path, 0o666):
        pass
    assert mode_of(path) == 0o640


def test_an_unfinished_file_can_be_told_by_its_name(path: Path) -> None:
    with replacing(path):
        (name,) = names_beside(path)
    assert name.startswith(".") and name.endswith(UNFINISHED)


def test_whoever_has_opened_the_old_file_reads_on(path: Path) -> None:
    path.write_bytes(b"old")
    with path.open("rb") as reader:
        with replacing(path) as file:
            file.write(b"new")
        assert reader.read() == b"old"


def test_several_who_write_at_once_do_not_mix(path: Path) -> None:
    start = threading.Barrier(4)

    def write(letter: bytes) -> None:
        start.wait()
        for _ in range(20):
            with replacing(path) as file:
                file.write(letter * 10_000)

    threads = [
        threading.Thread(target=write, args=(letter,)) for letter in (b"a", b"b", b"c", b"d")
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    content = path.read_bytes()
    assert content == content[:1] * 10_000
    assert names_beside(path) == ["letter.txt"]

"""Both ways to open a file beneath a folder lead to the same, and never outside."""

import errno
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from enfilade.server.static.beneath import READ, OpenBeneath, make_kernel_opener, walk_beneath

KERNEL = make_kernel_opener()

STEPS = (
    "a", "b", "file", "up", "out", "back", "top", "beyond", "deep", "chain", "round", "slash",
    "absolute", "..", ".", "missing",
)  # fmt: skip


@pytest.fixture(params=["kernel", "walk"])
def open_beneath(request: pytest.FixtureRequest) -> OpenBeneath:
    if request.param == "walk":
        return walk_beneath
    if KERNEL is None:
        pytest.skip("this kernel has no openat2")
    return KERNEL


def plant(root: Path) -> None:
    """A tree with links of every kind in ``root/tree``."""
    tree = root / "tree"
    (tree / "a" / "b").mkdir(parents=True)
    (root / "outside").mkdir()
    (root / "outside" / "file").write_text("outside")
    (tree / "file").write_text("tree/file")
    (tree / "a" / "file").write_text("tree/a/file")
    (tree / "a" / "b" / "file").write_text("tree/a/b/file")
    links = {
        "up": "..",
        "out": "../outside",
        "out_file": "../outside/file",
        "absolute": str(tree / "file"),
        "a/back": "..",
        "a/b/top": "../..",
        "a/b/beyond": "../../..",
        "deep": "a/b",
        "chain": "deep/top/a/file",
        "round": "round",
        "proc": "/proc/self/root",
        "nowhere": "missing",
        "slash": "a/",
    }
    for name, target in links.items():
        (tree / name).symlink_to(target)


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    root = tmp_path_factory.mktemp("beneath")
    plant(root)
    descriptor = os.open(root / "tree", os.O_RDONLY | os.O_DIRECTORY)
    yield descriptor
    os.close(descriptor)


def read(open_beneath: OpenBeneath, tree: int, name: bytes) -> str:
    """What there is at *name*: a text, ``folder`` or the name of an error."""
    try:
        descriptor = open_beneath(tree, name, READ)
    except OSError as error:
        assert error.errno is not None
        return errno.errorcode[error.errno]
    try:
        return os.read(descriptor, 100).decode()
    except IsADirectoryError:
        return "folder"
    finally:
        os.close(descriptor)


@pytest.mark.parametrize(
    ("name", "what"),
    [
        (b"file", "tree/file"),
        (b"a/b/file", "tree/a/b/file"),
        (b"a/../file", "tree/file"),
        (b"deep/file", "tree/a/b/file"),
        (b"a/back/file", "tree/file"),
        (b"a/b/top/a/b/top/file", "tree/file"),
        (b"chain", "tree/a/file"),
        (b"slash/file", "tree/a/file"),
        (b"a", "folder"),
        (b"deep", "folder"),
        (b"a/", "folder"),
        (b"..", "EXDEV"),
        (b"../tree/file", "EXDEV"),
        (b"up/tree/file", "EXDEV"),
        (b"out/file", "EXDEV"),
        (b"out_file", "EXDEV"),
        (b"absolute", "EXDEV"),
        (b"proc/etc/passwd", "EXDEV"),
        (b"a/b/beyond/outside/file", "EXDEV"),
        (b"round", "ELOOP"),
        (b"nowhere", "ENOENT"),
        (b"missing/file", "ENOENT"),
        (b"file/file", "ENOTDIR"),
        (b"x" * 300, "ENAMETOOLONG"),
    ],
)
def test_what_is_beneath_opens_and_what_is_not_does_not(
    open_beneath: OpenBeneath, tree: int, name: bytes, what: str
):
    assert read(open_beneath, tree, name) == what


@pytest.mark.skipif(KERNEL is None, reason="this kernel has no openat2")
@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(STEPS), min_size=1, max_size=7))
def test_both_ways_agree_on_every_path(tree: int, steps: list[str]):
    assert KERNEL is not None
    name = "/".join(steps).encode()
    assert read(walk_beneath, tree, name) == read(KERNEL, tree, name)


def test_a_walk_leaves_no_descriptors_open(tree: int):
    before = len(os.listdir("/proc/self/fd"))
    for name in (b"a/b/file", b"out/file", b"round", b"a/b/top/file", b"missing/x"):
        read(walk_beneath, tree, name)
    assert len(os.listdir("/proc/self/fd")) == before

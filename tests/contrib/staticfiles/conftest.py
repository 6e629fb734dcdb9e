"""A folder of static files, and the settings of a site that has it."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from enfilade.contrib.staticfiles.collection import Collection, Orders, Report
from enfilade.contrib.staticfiles.folders import IGNORED
from enfilade.contrib.staticfiles.storage import staticfiles_storage
from enfilade.test import override_settings

STORAGE = "enfilade.contrib.staticfiles.storage."


class Site:
    """Its files lie in ``static`` and are collected in ``collected``."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self.folder = folder
        self.sources = folder / "static"
        self.root = folder / "collected"
        self.sources.mkdir()
        self._stack = stack
        self.lines: list[str] = []
        self.set(STATICFILES_DIRS=[self.sources], STATIC_ROOT=self.root)

    def set(self, **values: Any) -> None:
        self._stack.enter_context(override_settings(**values))

    def write(self, name: str, content: str | bytes = "x") -> Path:
        path = self.sources / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def collect(self, **orders: Any) -> Report:
        orders = {"ignore_patterns": IGNORED, **orders}
        return Collection(staticfiles_storage, Orders(**orders), self.lines.append).collect()

    def collected(self) -> dict[str, bytes]:
        return {
            str(path.relative_to(self.root)): path.read_bytes()
            for path in sorted(self.root.rglob("*"))
            if path.is_file()
        }


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """A site without hashes."""
    with ExitStack() as stack:
        yield Site(tmp_path, stack)


@pytest.fixture
def hashed(site: Site) -> Site:
    """A site with hashes."""
    site.set(STATICFILES_STORAGE=f"{STORAGE}ManifestStaticFilesStorage")
    return site


@pytest.fixture
def umask() -> Iterator[Callable[[int], None]]:
    """Sets the umask until the end of the test."""
    import os

    before = os.umask(0o022)
    yield lambda value: (os.umask(value), None)[1]
    os.umask(before)

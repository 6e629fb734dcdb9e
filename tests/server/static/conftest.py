"""A folder of files, and a real loop that serves it."""

import gzip
import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import pytest

from enfilade.server.mounts import Mount
from enfilade.server.porter import Porters
from enfilade.server.static.files import StaticFiles
from enfilade.server.static.resources import Terms
from enfilade.types import Environ, StartResponse
from wire import Site, serving

A_TIME = 1_700_000_000
"""Tue, 14 Nov 2023 22:13:20 GMT"""

Serve = Callable[..., AbstractContextManager[Site]]


def application(environ: Environ, start_response: StartResponse) -> list[bytes]:
    start_response("404 Not Found", [("Content-Type", "text/plain")])
    return [b"the application has no " + environ["PATH_INFO"].encode("latin-1")]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """``public`` with files of several kinds; beside it is ``secret.txt``."""
    public = tmp_path / "public"
    (public / "docs").mkdir(parents=True)
    (public / "bare").mkdir()
    (tmp_path / "secret.txt").write_text("secret")
    files = {
        "digits.txt": b"0123456789",
        "empty.txt": b"",
        "a b.css": b"a{}",
        "docs/index.html": b"<h1>docs</h1>",
        "site.css": b"body { color: navy }" * 20,
        "site.css.gz": gzip.compress(b"body { color: navy }" * 20, mtime=0),
        "site.css.br": b"as if it were brotli",
        "app.4f1cd2a0b9e3.js": b"1",
        "large.bin": bytes(range(256)) * 1024,
        ".hidden": b"hidden",
    }
    for name, content in files.items():
        (public / name).write_bytes(content)
        os.utime(public / name, (A_TIME, A_TIME))
    return public


@pytest.fixture
def serve(folder: Path) -> Serve:
    """``with serve() as site``: the folder at ``/static/``; takes what ``StaticFiles`` takes."""

    @contextmanager
    def serve(
        prefix: str = "/static/", terms: Terms | None = None, **options: Any
    ) -> Iterator[Site]:
        files = StaticFiles([Mount(prefix, str(folder))], terms or Terms(), **options)
        with serving(application, porter=Porters([files])) as site:
            yield site
        files.close()

    return serve

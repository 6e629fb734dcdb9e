"""What the tests of this room share: heads and writers made without a connection."""

import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from enfilade.protocol.chosen import parse_request_head
from enfilade.protocol.head import RequestHead
from enfilade.protocol.policy import Policy
from enfilade.protocol.response import ResponseWriter

DATE = b"Sun, 06 Nov 1994 08:49:37 GMT"


@pytest.fixture(scope="session")
def twins() -> ModuleType:
    """What compares the plain parts with the compiled ones; skips where these are missing."""
    folder = str(Path(__file__).resolve().parents[2] / "fuzz")
    sys.path.insert(0, folder)
    try:
        import twins
    finally:
        sys.path.remove(folder)
    if not twins.INSTALLED:
        pytest.skip("the compiled parts are not installed")
    return twins


@pytest.fixture
def make_head() -> Callable[..., RequestHead]:
    def make(method: str = "GET", version: str = "1.1", connection: str = "") -> RequestHead:
        lines = [f"{method} / HTTP/{version}", "Host: a"]
        if connection:
            lines.append(f"Connection: {connection}")
        return parse_request_head("\r\n".join([*lines, "", ""]).encode(), Policy())

    return make


@pytest.fixture
def make_writer(make_head: Callable[..., RequestHead]) -> Callable[..., ResponseWriter]:
    def make(
        method: str = "GET", version: str = "1.1", connection: str = "", allowed: bool = True
    ) -> ResponseWriter:
        head = make_head(method, version, connection)
        return ResponseWriter(head, date=lambda: DATE, keep_alive_allowed=allowed)

    return make

"""What the tests of hidden secrets share."""

from collections.abc import Iterator

import pytest

from enfilade.secrecy import names


@pytest.fixture
def no_names(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What a test declares is forgotten after it."""
    monkeypatch.setattr(names, "_declared", set())
    yield

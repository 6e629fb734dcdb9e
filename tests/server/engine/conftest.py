"""The compiled engine's own tests; those of the loop, which hold for both, are in
``tests/server/loop``."""

import os
import threading

import pytest

from enfilade.server.engine import choose_loop
from enfilade.server.loop import Loop


@pytest.fixture(autouse=True)
def _compiled():
    if choose_loop() is Loop:
        pytest.skip("this is the plain build")


@pytest.fixture
def nothing_left():
    """Fails if there are more descriptors or threads after the test than before."""

    def count():
        return len(os.listdir("/proc/self/fd")), threading.active_count()

    before = count()
    yield
    assert count() <= before

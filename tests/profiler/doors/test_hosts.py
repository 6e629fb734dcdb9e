"""By which names the profiler may be reached."""

import pytest

from enfilade.profiler.doors.hosts import is_known
from enfilade.profiler.doors.pages import refuse_host


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "192.0.2.7:9465", "[::1]:9465", "[::1]", "localhost:8000", "LOCALHOST",
     "shop.localhost:8000"],
)  # fmt: skip
def test_addresses_and_localhost_are_known(host):
    assert is_known(host)


@pytest.mark.parametrize(
    "host",
    ["", "evil.example", "evil.example:9465", "localhost.evil.example", "127.0.0.1.evil.example",
     "evillocalhost", "[evil.example]", "2130706433"],
)  # fmt: skip
def test_other_names_are_not(host):
    assert not is_known(host)
    assert refuse_host(host).status == 421


def test_a_name_that_was_given_is():
    assert is_known("Tools.example:9465", {"tools.example"})
    assert is_known("anything", None)

"""Workers that have served enough or have grown are replaced, and nobody is turned away."""

import pytest

from enfilade.server.processes.roster import cause_of_death

LEAKING = """
import os
KEPT = []

def app(environ, start_response):
    if environ["PATH_INFO"] == "/grow":
        KEPT.append(os.urandom(60_000_000))
    body = str(os.getpid()).encode()
    start_response("200 OK", [("Content-Length", str(len(body)))])
    return [body]
"""


@pytest.mark.slow
def test_a_worker_that_has_served_enough_requests_is_replaced(launch):
    server = launch("--max-requests=50", "--max-requests-jitter=5").wait_until_ready()
    (first,) = server.workers()
    with server.under_load() as failures:
        server.until(lambda: first not in server.workers(), "the first worker has gone")
    assert failures == []
    assert f"worker {first} has served " in server.log
    assert "will be replaced" in server.log
    assert "was killed" not in server.log


@pytest.mark.slow
def test_a_worker_that_has_grown_is_replaced_without_a_failure(launch, tmp_path):
    (tmp_path / "leaking.py").write_text(LEAKING)
    server = launch("leaking:app", "--workers=2", "--memory-limit=70M").wait_until_ready()
    with server.under_load() as failures:
        grown = int(server.get("/grow"))
        server.until(lambda: grown not in server.workers(), "it has gone")
    assert failures == []
    assert f"worker {grown} has " in server.log
    assert "MiB of memory, more than" in server.log


@pytest.mark.slow
def test_workers_that_all_wear_out_are_replaced_one_at_a_time(launch):
    server = launch("--workers=3", "--max-requests=1").wait_until_ready()
    replaced = "will be replaced"
    server.until(lambda: server.get() and server.log.count(replaced) >= 2, "two are replaced")
    said = [line for line in server.log.splitlines() if "worker" in line]
    assert not [line for line in said if "killed" in line or "overdue" in line]


def test_says_that_the_kernel_has_killed_for_lack_of_memory():
    assert cause_of_death(9) == "was killed by SIGKILL"
    assert "the control group has no memory left" in cause_of_death(9, starved=True)
    assert cause_of_death(6, starved=True) == "was killed by SIGABRT"


@pytest.mark.parametrize("size", ["much", "-5M"])
def test_refuses_a_limit_that_is_no_size(launch, size):
    server = launch(f"--memory-limit={size}")
    assert server.wait() != 0
    assert "is not a size such as 512M" in server.log

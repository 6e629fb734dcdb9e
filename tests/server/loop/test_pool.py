import logging
import threading
from collections.abc import Iterator

import pytest

from enfilade.server.loop.pool import STAGED, Job, Pool

SOON = 5.0


@pytest.fixture
def pool() -> Iterator[Pool]:
    pool = Pool(2)
    pool.start()
    yield pool
    pool.stop(SOON)


def submit(pool: Pool, *jobs: Job) -> None:
    for job in jobs:
        pool.stage(job)
    pool.submit_staged()


def test_runs_jobs_in_its_own_threads(pool):
    done = threading.Event()
    idents = []

    def job() -> None:
        idents.append(threading.get_ident())
        done.set()

    submit(pool, job)
    assert done.wait(SOON)
    assert idents[0] != threading.get_ident()


def test_as_many_jobs_run_at_once_as_there_are_threads(pool):
    meeting = threading.Barrier(3)
    submit(pool, meeting.wait, meeting.wait)
    meeting.wait(SOON)


@pytest.mark.parametrize("error", [ValueError, SystemExit, KeyboardInterrupt])
def test_a_job_that_raises_anything_costs_no_thread(pool, error, caplog):
    def job() -> None:
        raise error("trouble")

    with caplog.at_level(logging.CRITICAL + 1):
        for _ in range(4):
            pool.stage(job)
        meeting = threading.Barrier(3)
        submit(pool, meeting.wait, meeting.wait)
        meeting.wait(SOON)


def test_a_thread_that_is_written_off_is_replaced_and_ends_when_it_comes_back(pool):
    release, stuck = threading.Event(), threading.Event()
    threads = []

    def job() -> None:
        threads.append(threading.current_thread())
        stuck.set()
        release.wait(SOON)

    submit(pool, job)
    assert stuck.wait(SOON)
    pool.replace(threads[0].ident)
    meeting = threading.Barrier(3)
    submit(pool, meeting.wait, meeting.wait)
    meeting.wait(SOON)
    release.set()
    threads[0].join(SOON)
    assert not threads[0].is_alive()


def test_stopping_finishes_what_is_queued():
    pool = Pool(1)
    done: list[int] = []
    for number in range(10):
        pool.stage(lambda number=number: done.append(number))
    pool.start()
    assert pool.stop(SOON)
    assert done == list(range(10))


def test_stopping_says_if_a_thread_did_not_end():
    pool = Pool(1)
    pool.start()
    release = threading.Event()
    pool.stage(release.wait)
    assert not pool.stop(0.01)
    release.set()


def test_what_is_staged_waits_for_a_while_but_never_for_many(pool):
    done: list[int] = []
    everything = threading.Event()
    for number in range(STAGED - 1):
        pool.stage(lambda number=number: done.append(number))
    assert done == []
    pool.stage(everything.set)
    assert everything.wait(SOON)

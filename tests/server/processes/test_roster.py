import os
import signal
from math import inf

import pytest

from enfilade.server.processes.report import Channel, Event, Report, Reporter
from enfilade.server.processes.roster import Backoff, Roster, State, Worker, cause_of_death, within


@pytest.fixture
def channel():
    channel = Channel()
    yield channel
    channel.close()
    os.close(channel.worker_end)


def test_a_worker_goes_through_its_states(channel):
    worker = Worker(0, 0, channel, born=0.0, deadline=60.0)
    worker.move("ready")
    assert (worker.state, worker.deadline) == (State.READY, inf)
    worker.move("drain", 30.0)
    assert (worker.state, worker.deadline) == (State.DRAINING, 30.0)


def test_a_worker_that_gets_ready_while_it_is_told_to_go_goes(channel):
    worker = Worker(0, 0, channel, born=0.0, deadline=60.0)
    worker.move("drain", 30.0)
    worker.move("ready")
    assert (worker.state, worker.deadline) == (State.DRAINING, 30.0)


def test_the_roster_knows_who_stays_and_who_leaves(channel):
    roster = Roster()
    for pid, generation, state in [
        (1, 0, State.READY),
        (2, 1, State.BOOTING),
        (3, 1, State.READY),
        (4, 0, State.DRAINING),
    ]:
        roster.add(Worker(pid, generation, channel, 0.0, deadline=pid, state=state))
    assert [worker.pid for worker in roster.staying(1)] == [2, 3]
    assert [worker.pid for worker in roster.leaving(1)] == [1]
    assert roster.ready(1) == 1
    assert roster.deadline() == 1
    assert roster.remove(1).pid == 1
    assert roster.remove(1) is None


def test_no_seconds_mean_no_deadline():
    assert within(0, now=5.0) == inf
    assert within(2.5, now=5.0) == 7.5


def test_early_deaths_in_a_row_slow_births_down_to_one_a_second():
    backoff, now, pauses = Backoff(), 100.0, []
    for _ in range(8):
        backoff.early_death(now)
        pauses.append(backoff.not_before - now)
        now = backoff.not_before
    assert pauses == sorted(pauses)
    assert pauses[0] < 0.2
    assert pauses[-1] == pytest.approx(1.0)


def test_each_birth_after_early_deaths_waits_as_well():
    backoff = Backoff()
    for _ in range(10):
        backoff.early_death(0.0)
    backoff.birth(5.0)
    assert backoff.not_before == 6.0


def test_a_quiet_time_forgets_early_deaths():
    backoff = Backoff()
    backoff.early_death(0.0)
    backoff.birth(100.0)
    assert backoff.not_before < 100.0


def test_deaths_are_told_in_words():
    assert cause_of_death(3 << 8) == "exited with 3"
    assert cause_of_death(signal.SIGKILL) == "was killed by SIGKILL"


# Reports -----------------------------------------------------------------------------------


def test_reports_arrive_whole_and_in_order(channel):
    reporter = Reporter(channel.worker_end)
    assert list(channel.read()) == []
    reporter.send(Event.FAILED, 'a "text"\nof two lines, é')
    reporter.send(Event.STUCK)
    assert list(channel.read()) == [
        Report(Event.FAILED, 'a "text"\nof two lines, é'),
        Report(Event.STUCK),
    ]


def test_half_a_report_waits_for_its_other_half(channel):
    os.write(channel.worker_end, b'{"event": "ready", ')
    assert list(channel.read()) == []
    os.write(channel.worker_end, b'"text": "wsgi", "hint": ""}\n')
    assert list(channel.read()) == [Report(Event.READY, "wsgi")]


def test_a_worker_whose_supervisor_is_gone_does_not_fail_for_it():
    channel = Channel()
    channel.close()
    Reporter(channel.worker_end).send(Event.READY)
    os.close(channel.worker_end)

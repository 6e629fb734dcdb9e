"""Who is traced."""

import pytest

from enfilade.protocol.head import RequestHead, parse_request_head
from enfilade.protocol.policy import Policy
from enfilade.server.options import Options
from enfilade.server.recorder import choice as room
from enfilade.server.recorder.budget import Budget
from enfilade.server.recorder.choice import A_SECOND, SAMPLED, SUSPECTED, SUSPICION, Choice
from enfilade.trace import recording

TOKEN = "a-token-of-some-length"
PARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


class Clock:
    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(room, "monotonic", clock)
    return clock


def head(path="/", *fields, method="GET") -> RequestHead:
    lines = [f"{method} {path} HTTP/1.1", "Host: a", *fields, "", ""]
    return parse_request_head("\r\n".join(lines).encode(), Policy())


def make(**options) -> Choice:
    return Choice(Options(**{"record_sample": 0, "trace_token": TOKEN, **options}))


def why(choice, request, peer="203.0.113.9"):
    trace = choice.begin(request, peer)
    return trace and trace.why


def test_nobody_is_traced_without_a_reason():
    assert why(make(), head()) is None


def test_whoever_has_the_token_is():
    assert why(make(), head("/", f"Enfilade-Trace: {TOKEN}")) == "asked"


@pytest.mark.parametrize("said", ["", "wrong", TOKEN[:-1], TOKEN + "x", TOKEN.upper(), "\xe9\xe8"])
def test_whoever_has_another_is_not(said):
    assert why(make(), head("/", f"Enfilade-Trace: {said}")) is None


@pytest.mark.parametrize("said", ["", "x"])
def test_without_a_token_nobody_can_ask(said):
    assert why(make(trace_token=""), head("/", f"Enfilade-Trace: {said}")) is None


def test_the_application_is_not_told_the_token():
    request = head("/", f"Enfilade-Trace: {TOKEN}", "X-Other: 1")
    make().begin(request, "")
    assert TOKEN not in repr(request)
    assert request.fields["x-other"] == "1"


def test_one_in_so_many_is_sampled(clock):
    choice, sampled = make(record_sample=10), 0
    for _ in range(10_000):
        clock.now += 0.1
        sampled += why(choice, head()) == "sampled"
    assert 800 < sampled < 1200


def test_two_a_second_are_sampled_in_the_long_run(clock):
    choice, sampled = make(record_sample=1), 0
    for _ in range(10_000):
        clock.now += 0.01
        sampled += why(choice, head()) == "sampled"
    assert sampled == pytest.approx(100 * SAMPLED, abs=A_SECOND + 1)


def test_after_a_calm_while_ten_may_be_sampled_at_once(clock):
    choice = make(record_sample=1)
    while why(choice, head()):
        pass
    clock.now += 60
    assert sum(why(choice, head()) == "sampled" for _ in range(30)) == A_SECOND


def test_after_a_busy_while_the_next_that_may_be_sampled_is(clock):
    choice = make(record_sample=1)
    while why(choice, head()):
        pass
    clock.now += 1 / SAMPLED
    assert why(choice, head()) == "sampled"


def test_whose_turn_it_is_elsewhere_is_sampled(clock):
    choice = make(record_sample=1_000_000)
    choice.sample_next()
    assert [why(choice, head()) for _ in range(3)] == ["sampled", None, None]


def test_the_next_few_like_one_that_was_slow_or_failed_are_suspected(clock):
    choice = make()
    choice.suspect("GET", "/orders")
    found = [why(choice, head("/orders?page=2")) for _ in range(SUSPECTED + 2)]
    assert found == ["suspected"] * SUSPECTED + [None, None]


@pytest.mark.parametrize("other", [head("/other"), head("/orders", method="POST")])
def test_others_are_not_suspected(clock, other):
    choice = make()
    choice.suspect("GET", "/orders")
    assert why(choice, other) is None


def test_suspicion_ends(clock):
    choice = make()
    choice.suspect("GET", "/orders")
    clock.now += SUSPICION + 0.1
    assert why(choice, head("/orders")) is None
    assert not choice._suspects


def test_there_is_room_for_the_latest_suspects(clock):
    choice = make()
    for number in range(1000):
        choice.suspect("GET", f"/{number}")
    assert why(choice, head("/999")) == "suspected"
    assert why(choice, head("/0")) is None
    assert len(choice._suspects) <= room.MOST_SUSPECTS


def test_a_route_that_always_fails_is_not_traced_each_time(clock):
    choice, traced = make(), 0
    for _ in range(10_000):
        clock.now += 0.001
        traced += why(choice, head("/broken")) == "suspected"
        choice.suspect("GET", "/broken")
    assert traced <= 11 * A_SECOND + 1


def test_a_trusted_caller_may_have_its_requests_traced(clock):
    trace = make().begin(head("/", f"traceparent: {PARENT}"), "127.0.0.1")
    assert (trace.why, trace.id, trace.parent) == ("upstream", PARENT[3:35], PARENT[36:52])


def test_not_if_it_does_not_record_them_itself(clock):
    assert why(make(), head("/", f"traceparent: {PARENT[:-1]}0"), "127.0.0.1") is None


def test_a_stranger_may_not(clock):
    assert why(make(), head("/", f"traceparent: {PARENT}")) is None


def test_whoever_calls_too_often_is_traced_ten_times_a_second(clock):
    choice, traced = make(), 0
    for _ in range(10_000):
        clock.now += 0.001
        traced += why(choice, head("/", f"traceparent: {PARENT}"), "127.0.0.1") == "upstream"
    assert traced <= 11 * A_SECOND + 1


def test_a_strangers_trace_is_gone_on_with_all_the_same():
    fields = f"traceparent: {PARENT}", f"Enfilade-Trace: {TOKEN}"
    trace = make().begin(head("/", *fields), "203.0.113.9")
    assert (trace.id, trace.parent) == (PARENT[3:35], PARENT[36:52])


def test_development_traces_all_but_its_own_pages():
    choice = make(debug=True)
    assert why(choice, head("/orders")) == "development"
    assert why(choice, head("/-/enfilade/requests")) is None


def test_whoever_listens_gets_a_trace_without_a_reason():
    with recording():
        assert why(make(), head()) == ""
    assert why(make(), head()) is None


def test_a_budget_allows_all_of_a_second_at_once():
    budget = Budget(3)
    assert [budget.spend(50.0) for _ in range(4)] == [True, True, True, False]
    assert budget.spend(50.4)
    assert not budget.spend(50.5)
    assert budget.spend(1000.0)


def test_a_budget_may_allow_more_at_once_than_in_a_second():
    budget = Budget(2, 5)
    assert [budget.spend(50.0) for _ in range(6)] == [True] * 5 + [False]
    assert not budget.spend(50.4)
    assert budget.spend(50.5)

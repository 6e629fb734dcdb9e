from dataclasses import dataclass, field

from hypothesis import given
from hypothesis import strategies as st

from enfilade.server.loop.deadlines import NEVER, Deadlines


@dataclass(eq=False)
class Holder:
    name: str = ""
    deadline: float = NEVER
    entry: float = NEVER
    expired_at: list[float] = field(default_factory=list)

    def expire(self, now: float) -> None:
        self.expired_at.append(now)


def expired(deadlines: Deadlines, now: float) -> list[Holder]:
    return list(deadlines.expired(now))


def test_nothing_to_wait_for_is_none():
    assert Deadlines(10).wait(0) is None


def test_waits_for_the_soonest():
    deadlines = Deadlines(100)
    deadlines.set(Holder(), 8, now=0)
    deadlines.set(Holder(), 5, now=0)
    assert deadlines.wait(1) == 4


def test_a_missed_deadline_is_waited_for_no_time_at_all():
    deadlines = Deadlines(100)
    deadlines.set(Holder(), 5, now=0)
    assert deadlines.wait(7) == 0


def test_expires_in_order_and_once():
    deadlines = Deadlines(100)
    late, soon = Holder("late"), Holder("soon")
    deadlines.set(late, 8, now=0)
    deadlines.set(soon, 5, now=0)
    assert expired(deadlines, 4.9) == []
    assert expired(deadlines, 9) == [soon, late]
    assert expired(deadlines, 99) == []


def test_a_deadline_that_moved_later_is_kept_later():
    deadlines = Deadlines(100)
    holder = Holder()
    deadlines.set(holder, 5, now=0)
    deadlines.set(holder, 20, now=1)
    assert expired(deadlines, 10) == []
    assert expired(deadlines, 20) == [holder]


def test_a_deadline_that_moved_earlier_is_kept_earlier():
    deadlines = Deadlines(100)
    holder = Holder()
    deadlines.set(holder, 50, now=0)
    deadlines.set(holder, 5, now=1)
    assert expired(deadlines, 5) == [holder]
    assert expired(deadlines, 60) == []


def test_moving_later_touches_no_structure():
    deadlines = Deadlines(100)
    holder = Holder()
    for now in range(1000):
        deadlines.set(holder, now + 10, now)
    assert len(deadlines) == 1


def test_a_thread_may_store_a_deadline_that_is_patience_ahead():
    deadlines = Deadlines(15)
    holder = Holder()
    deadlines.set(holder, 60, now=0)  # the application's
    holder.deadline = 1 + 15  # it answered; the connection is idle from 1 on
    assert expired(deadlines, 15.9) == []
    assert expired(deadlines, 16) == [holder]


def test_a_deadline_of_never_can_become_one_later():
    deadlines = Deadlines(15)
    holder = Holder()
    deadlines.set(holder, NEVER, now=0)
    assert expired(deadlines, 100) == []
    holder.deadline = 120
    assert expired(deadlines, 120) == [holder]


def test_the_forgotten_do_not_expire():
    deadlines = Deadlines(100)
    holder = Holder()
    deadlines.set(holder, 5, now=0)
    deadlines.forget(holder)
    assert expired(deadlines, 10) == []


def test_a_holder_may_be_forgotten_while_another_expires():
    deadlines = Deadlines(100)
    first, second = Holder(), Holder()
    deadlines.set(first, 5, now=0)
    deadlines.set(second, 5, now=0)
    seen = []
    for holder in deadlines.expired(10):
        seen.append(holder)
        deadlines.forget(second)
    assert seen == [first]


def test_short_lived_holders_do_not_pile_up():
    deadlines = Deadlines(100)
    for now in range(10_000):
        holder = Holder()
        deadlines.set(holder, now / 1000 + 50, now / 1000)
        deadlines.forget(holder)
    assert len(deadlines) < 3000


@given(
    st.lists(
        st.tuples(st.integers(0, 4), st.floats(0, 30), st.sampled_from(["set", "forget", "pass"])),
        max_size=60,
    )
)
def test_each_holder_expires_exactly_when_its_last_deadline_says(actions):
    deadlines = Deadlines(patience=7)
    holders = [Holder(str(number)) for number in range(5)]
    expected: dict[Holder, float] = {}
    now = 0.0
    for index, amount, action in actions:
        holder = holders[index]
        if action == "set":
            deadlines.set(holder, now + amount, now)
            expected[holder] = now + amount
        elif action == "forget":
            deadlines.forget(holder)
            expected.pop(holder, None)
        else:
            now += amount
            due = {holder for holder, when in expected.items() if when <= now}
            assert set(deadlines.expired(now)) == due
            for holder in due:
                del expected[holder]

"""How often somebody may guess."""

from enfilade.profiler.doors.attempts import KNOWN, MOST, WHILE, Attempts


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


def test_a_peer_has_some_wrong_guesses_in_a_while():
    clock = Clock()
    attempts = Attempts(clock)
    assert [attempts.fail("a") for _ in range(MOST)] == [False] * (MOST - 1) + [True]
    assert attempts.wait("a") == WHILE
    assert attempts.wait("b") == 0
    clock.now = WHILE
    assert attempts.wait("a") == 0
    assert not attempts.fail("a")
    assert attempts.wait("a") == 0


def test_only_so_many_peers_are_remembered():
    attempts = Attempts(Clock())
    for number in range(3 * KNOWN):
        attempts.fail(str(number))
    assert len(attempts._wrong) == KNOWN

"""The cookie of who has shown the token."""

import pytest

from enfilade.profiler.doors.session import LIFETIME, NAME, Sessions, cookie

TOKEN = "a token for the tests"


class Clock:
    now = 1_000_000.0

    def __call__(self):
        return self.now


def test_a_cookie_is_good_for_a_while():
    clock = Clock()
    sessions = Sessions(TOKEN, clock)
    field = f"other=1; {NAME}={sessions.begin()}; more=2"
    assert sessions.accepts(field)
    clock.now += LIFETIME - 1
    assert sessions.accepts(field)
    assert Sessions(TOKEN, clock).accepts(field), "a process that was started again takes it"
    clock.now += 2
    assert not sessions.accepts(field)


def test_a_cookie_of_another_token_is_not():
    field = f"{NAME}={Sessions('another token', Clock()).begin()}"
    assert not Sessions(TOKEN, Clock()).accepts(field)


@pytest.mark.parametrize("value", ["", ".", "x", "9999999999.", "9999999999.00", "ä.ö", TOKEN])
def test_what_is_made_up_is_not(value):
    assert not Sessions(TOKEN).accepts(f"{NAME}={value}")
    assert not Sessions(TOKEN).accepts("")


def test_of_several_one_has_to_be_good():
    sessions = Sessions(TOKEN)
    assert sessions.accepts(f"{NAME}=old; {NAME}={sessions.begin()}")


def test_the_time_cannot_be_changed():
    until, _, proof = Sessions(TOKEN, Clock()).begin().partition(".")
    assert not Sessions(TOKEN, Clock()).accepts(f"{NAME}={int(until) + 1}.{proof}")


def test_scripts_and_other_sites_do_not_get_it():
    field = cookie("v", "/-/enfilade/", secure=False)
    assert field.startswith(f"{NAME}=v; Path=/-/enfilade/; ")
    assert "; HttpOnly" in field
    assert "; SameSite=Strict" in field
    assert "Secure" not in field
    assert cookie("v", "/", secure=True).endswith("; Secure")


def test_the_token_is_not_in_it():
    assert TOKEN not in Sessions(TOKEN).begin()

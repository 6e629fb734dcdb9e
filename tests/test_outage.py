"""A silence costs those who ask first; the others are told at once."""

import pytest

from enfilade import outage
from enfilade.exceptions import ServiceUnavailable
from enfilade.outage import Outage


class Silence(Exception):
    pass


def fall_silent(door: Outage) -> None:
    with pytest.raises(Silence), door.asking(Silence):
        raise Silence


@pytest.fixture
def door() -> Outage:
    return Outage("The library")


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outage, "SECONDS_TO_PAUSE", 0)


def test_who_comes_during_a_silence_does_not_ask(door: Outage) -> None:
    fall_silent(door)
    with pytest.raises(ServiceUnavailable, match="The library"), door.asking(Silence):
        pytest.fail("it was asked")


@pytest.mark.usefixtures("at_once")
def test_one_at_a_time_asks_again(door: Outage) -> None:
    fall_silent(door)
    with door.asking(Silence), pytest.raises(ServiceUnavailable), door.asking(Silence):
        pytest.fail("a second one asked")


@pytest.mark.usefixtures("at_once")
def test_an_answer_ends_the_silence_for_all(door: Outage) -> None:
    fall_silent(door)
    with door.asking(Silence):
        pass
    with door.asking(Silence), door.asking(Silence):
        pass


@pytest.mark.usefixtures("at_once")
def test_a_refusal_is_an_answer(door: Outage) -> None:
    fall_silent(door)
    with pytest.raises(ConnectionRefusedError), door.asking(Silence):
        raise ConnectionRefusedError
    with door.asking(Silence), door.asking(Silence):
        pass


def test_before_a_silence_nobody_is_held_up(door: Outage) -> None:
    with door.asking(Silence), door.asking(Silence):
        pass

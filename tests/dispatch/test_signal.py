import asyncio
import gc
import logging
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from enfilade.dispatch import Signal, receiver


class Ear:
    """Hears signals and remembers what they said."""

    def __init__(self, answer: Any = None) -> None:
        self.heard: list[dict[str, Any]] = []
        self.answer = answer

    def hear(self, **named: Any) -> Any:
        self.heard.append(named)
        return self.answer

    async def ahear(self, **named: Any) -> Any:
        await asyncio.sleep(0)
        return self.hear(**named)


def test_calls_receivers_in_order_of_connection() -> None:
    signal, first, second = Signal(), Ear("first"), Ear("second")
    signal.connect(first.hear)
    signal.connect(second.hear)
    responses = signal.send(sender="me", word="hello")
    assert responses == [(first.hear, "first"), (second.hear, "second")]
    assert first.heard == [{"signal": signal, "sender": "me", "word": "hello"}]


def test_hears_only_the_sender_it_was_connected_for() -> None:
    signal, ear = Signal(), Ear()
    sender = object()
    signal.connect(ear.hear, sender=sender)
    signal.send(sender=object())
    assert ear.heard == []
    assert signal.has_listeners(sender)
    assert not signal.has_listeners(object())
    signal.send(sender=sender)
    assert len(ear.heard) == 1


def test_connects_once_however_often_it_is_asked() -> None:
    signal, ear = Signal(), Ear()
    signal.connect(ear.hear)
    signal.connect(ear.hear)
    signal.send(sender=None)
    assert len(ear.heard) == 1


def test_a_receiver_that_dies_leaves_its_successor_under_the_same_uid() -> None:
    signal, gone, successor = Signal(), Ear(), Ear()
    signal.connect(gone.hear, dispatch_uid="one")
    signal.disconnect(dispatch_uid="one")
    signal.connect(successor.hear, dispatch_uid="one")
    del gone
    gc.collect()
    signal.send(sender=None)
    assert len(successor.heard) == 1


def test_no_connection_is_lost_between_threads() -> None:
    signal, ears = Signal(), [Ear() for _ in range(400)]

    def connect_some(some: list[Ear]) -> None:
        for ear in some:
            signal.connect(ear.hear)

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(connect_some, (ears[start::4] for start in range(4))))
    finally:
        sys.setswitchinterval(interval)
    assert len(signal.receivers) == 400


def test_dispatch_uid_names_a_connection() -> None:
    signal, first, second = Signal(), Ear(), Ear()
    signal.connect(first.hear, dispatch_uid="only one")
    signal.connect(second.hear, dispatch_uid="only one")
    signal.send(sender=None)
    assert (len(first.heard), len(second.heard)) == (1, 0)
    assert signal.disconnect(dispatch_uid="only one")
    assert not signal.receivers


def test_disconnect_says_whether_there_was_a_connection() -> None:
    signal, ear = Signal(), Ear()
    signal.connect(ear.hear)
    assert signal.disconnect(ear.hear)
    assert not signal.disconnect(ear.hear)


def test_does_not_keep_receivers_alive() -> None:
    signal, ear = Signal(), Ear()
    signal.connect(ear.hear)
    del ear
    gc.collect()
    assert signal.send(sender=None) == []
    assert not signal.receivers


def test_keeps_receivers_alive_when_asked_to() -> None:
    signal = Signal()
    signal.connect(lambda **named: "still here", weak=False)
    gc.collect()
    assert [answer for _, answer in signal.send(sender=None)] == ["still here"]


def test_refuses_what_cannot_be_called() -> None:
    with pytest.raises(TypeError, match="callable"):
        Signal().connect("not a function")  # type: ignore[arg-type]


def test_refuses_receivers_without_keyword_arguments() -> None:
    def deaf(sender: Any) -> None: ...

    with pytest.raises(ValueError, match=r"\*\*kwargs"):
        Signal().connect(deaf)


def test_send_stops_at_the_first_exception() -> None:
    signal, ear = Signal(), Ear()

    def fails(**named: Any) -> None:
        raise LookupError("lost")

    signal.connect(fails)
    signal.connect(ear.hear)
    with pytest.raises(LookupError):
        signal.send(sender=None)
    assert ear.heard == []


def test_send_robust_gives_and_logs_exceptions(caplog: pytest.LogCaptureFixture) -> None:
    signal, ear = Signal(), Ear("fine")

    def fails(**named: Any) -> None:
        raise LookupError("lost")

    signal.connect(fails)
    signal.connect(ear.hear)
    with caplog.at_level(logging.ERROR, "enfilade.dispatch"):
        (_, failure), (_, answer) = signal.send_robust(sender=None)
    assert isinstance(failure, LookupError)
    assert answer == "fine"
    assert "fails" in caplog.text


def test_send_reaches_coroutine_receivers() -> None:
    signal, plain, asynchronous = Signal(), Ear("plain"), Ear("async")
    signal.connect(asynchronous.ahear)
    signal.connect(plain.hear)
    answers = [answer for _, answer in signal.send(sender=None)]
    assert answers == ["plain", "async"]


async def test_asend_reaches_both_kinds() -> None:
    signal, plain, asynchronous = Signal(), Ear("plain"), Ear("async")
    signal.connect(asynchronous.ahear)
    signal.connect(plain.hear)
    assert [answer for _, answer in await signal.asend(sender=None)] == ["plain", "async"]


def test_a_receiver_that_counts_as_false_can_be_disconnected() -> None:
    class Empty(list):
        def __call__(self, **named: Any) -> None:
            pass

    signal, receiver = Signal(), Empty()
    signal.connect(receiver)
    assert signal.disconnect(receiver)
    assert not signal.has_listeners()


async def test_asend_runs_sync_receivers_in_one_thread_while_the_others_wait() -> None:
    signal, met, threads = Signal(), threading.Event(), []
    loop = threading.get_ident()

    def first(**named: Any) -> bool:
        threads.append(threading.get_ident())
        return met.wait(10)

    def second(**named: Any) -> None:
        threads.append(threading.get_ident())

    async def beside(**named: Any) -> None:
        met.set()

    for each in (first, second, beside):
        signal.connect(each)
    answers = dict(await signal.asend(sender=None))
    assert answers[first] is True  # it was not alone
    assert len(set(threads)) == 1
    assert loop not in threads


async def test_asend_robust_gives_exceptions() -> None:
    signal = Signal()

    async def fails(**named: Any) -> None:
        raise LookupError("lost")

    signal.connect(fails)
    ((_, failure),) = await signal.asend_robust(sender=None)
    assert isinstance(failure, LookupError)


def test_receiver_connects_to_several_signals() -> None:
    first, second = Signal(), Signal()
    heard = []

    @receiver([first, second])
    def hear(**named: Any) -> None:
        heard.append(named["signal"])

    first.send(sender=None)
    second.send(sender=None)
    assert heard == [first, second]

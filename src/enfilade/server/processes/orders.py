"""How a worker hears its supervisor: signals, and the lifeline that says whether it lives.

A Python signal handler runs when the main thread next runs Python. It may wait in ``select`` for
long, having entered it just as the signal came, or be busy in C. The interpreter's own handler
writes the number into a pipe at once, so a thread reads that pipe and acts. The handlers act as
well, because an event loop may have put a pipe of its own in place; every action may be done
twice.
"""

import os
import select
import signal
import threading
from collections.abc import Callable, Mapping
from functools import partial

BEAT = 1.0
"""Seconds from one beat to the next."""

Actions = Mapping[int, Callable[[], object]]


def obey(actions: Actions) -> None:
    """Do ``actions[number]`` for each signal from now on. To be called in the main thread."""
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    for number in actions:
        signal.signal(number, lambda number, _frame: actions[number]())
    signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
    _listen("orders", partial(_take_orders, reader, actions))


def hold(
    lifeline: int, on_orphaned: Callable[[], object], on_beat: Callable[[], object] | None = None
) -> None:
    """Do *on_orphaned* when the supervisor has died, however it died, and *on_beat* every second
    until then.

    Nobody writes into *lifeline*; the kernel ends it when it closes the supervisor's end.
    """

    def wait() -> None:
        poll = select.poll()
        poll.register(lifeline, select.POLLIN)
        while not poll.poll(BEAT * 1000 if on_beat else None):
            if on_beat:
                on_beat()
        on_orphaned()

    _listen("lifeline", wait)


def _take_orders(reader: int, actions: Actions) -> None:
    while True:
        for number in os.read(reader, 4096):
            if number in actions:
                actions[number]()


def _listen(name: str, target: Callable[[], object]) -> None:
    threading.Thread(target=target, name=name, daemon=True).start()

"""How a worker hears its supervisor: signals, and the lifeline that says whether it lives.

A Python signal handler runs when the main thread next runs Python. It may wait in ``select`` for
long, having entered it just as the signal came, or be busy in C. The interpreter's own handler
writes the number into a pipe at once, so a thread reads that pipe and acts. The handlers act as
well, because an event loop may have put a pipe of its own in place; every action may be done
twice.
"""

import os
import selectors
import signal
import threading
from collections.abc import Callable, Mapping

Actions = Mapping[int, Callable[[], object]]


def obey(actions: Actions, lifeline: int, on_orphaned: Callable[[], object]) -> None:
    """Do ``actions[number]`` for each signal from now on, and *on_orphaned* when the supervisor
    has died, however it died. To be called in the main thread."""
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    for number in actions:
        signal.signal(number, lambda number, _frame: actions[number]())
    signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
    listener = threading.Thread(
        target=_listen, args=(reader, actions, lifeline, on_orphaned), name="orders", daemon=True
    )
    listener.start()


def _listen(
    reader: int, actions: Actions, lifeline: int, on_orphaned: Callable[[], object]
) -> None:
    with selectors.DefaultSelector() as selector:
        selector.register(reader, selectors.EVENT_READ)
        selector.register(lifeline, selectors.EVENT_READ)
        while True:
            ready = {key.fd for key, _ in selector.select()}
            if lifeline in ready:  # nobody writes there: the kernel has closed the other end
                on_orphaned()
                return
            for number in os.read(reader, 4096):
                if number in actions:
                    actions[number]()

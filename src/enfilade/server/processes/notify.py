"""Telling systemd how the server is (sd_notify(3)): a datagram of lines to the socket it named."""

import os
import socket
from collections.abc import MutableMapping
from math import inf
from time import CLOCK_MONOTONIC, clock_gettime_ns, monotonic
from typing import TYPE_CHECKING

from enfilade.server.processes.witness import Witness

if TYPE_CHECKING:
    from enfilade.server.processes.supervisor import Supervisor

SOCKET = "NOTIFY_SOCKET"
WATCHDOG = "WATCHDOG_USEC"
WATCHDOG_PID = "WATCHDOG_PID"

STATUS_EVERY = 10.0
"""Seconds between two reports of how much has been done."""


class Notifier(Witness):
    """Tells the service manager at *address* of *supervisor*; a path, or ``@`` and a name.

    A *watchdog* of so many seconds is told twice in that time that the supervisor turns.
    """

    def __init__(self, supervisor: "Supervisor", address: str, watchdog: float) -> None:
        self._supervisor = supervisor
        self._address = f"\0{address[1:]}" if address.startswith("@") else address
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.setblocking(False)
        self._pulse = watchdog / 2
        self._next_pulse = monotonic() if watchdog else inf
        self._next_status = inf

    def on_reloading(self) -> None:
        now = clock_gettime_ns(CLOCK_MONOTONIC) // 1000
        self._tell("RELOADING=1", f"MONOTONIC_USEC={now}", "STATUS=Loading the application anew")

    def on_settled(self, generation: int, failure: str) -> None:
        self._next_status = monotonic() + STATUS_EVERY
        reason = failure.partition("\n")[0]
        status = f"Not reloaded: {reason}" if failure else self._status()
        self._tell("READY=1", f"MAINPID={os.getpid()}", f"STATUS={status}")

    def on_leaving(self) -> None:
        self._tell("STOPPING=1", "STATUS=Serving on until the drain delay is over")

    def on_stopping(self) -> None:
        self._next_status = inf
        self._tell("STOPPING=1", "STATUS=Finishing what is under way")

    def on_turn(self, now: float) -> float:
        if now >= self._next_pulse:
            self._tell("WATCHDOG=1")
            self._next_pulse = now + self._pulse
        if now >= self._next_status:
            self._tell(f"STATUS={self._status()}")
            self._next_status = now + STATUS_EVERY
        return min(self._next_pulse, self._next_status)

    def on_forked(self) -> None:
        self._socket.close()

    def _status(self) -> str:
        supervisor = self._supervisor
        requests = supervisor.tally.total().as_dict()["requests"]
        wanted = supervisor.roster.wanted
        workers = f"{wanted} worker{'s' * (wanted != 1)}"
        return (
            f"{requests} requests answered; {workers}, generation {supervisor.generations.current}"
        )

    def _tell(self, *lines: str) -> None:
        try:
            self._socket.sendto("\n".join(lines).encode("utf-8"), self._address)
        except OSError:
            pass  # nobody listens, or not fast enough; the server serves all the same


def take_notifier(supervisor: "Supervisor", environ: MutableMapping[str, str]) -> Notifier | None:
    """The service manager that *environ* names, which then does not: what the application
    starts has nothing to tell it."""
    address = environ.pop(SOCKET, "")
    microseconds = environ.pop(WATCHDOG, "")
    watched = environ.pop(WATCHDOG_PID, str(os.getpid()))
    if not address.startswith(("/", "@")):
        return None
    mine = watched == str(os.getpid()) and microseconds.isascii() and microseconds.isdigit()
    return Notifier(supervisor, address, int(microseconds) / 1e6 if mine else 0.0)

"""Sockets that systemd has opened and passes on (sd_listen_fds(3))."""

import os
from collections.abc import MutableMapping
from dataclasses import dataclass, replace

from enfilade.server.addresses import parse_address
from enfilade.server.options import Options

FIRST = 3
"""The first descriptor that is passed: those before it are the standard streams."""

METRICS = "metrics"
"""``FileDescriptorName=`` of the socket where Prometheus asks; every other one is for clients."""


@dataclass(frozen=True, slots=True)
class Passed:
    """A descriptor and the name that its socket unit gives it, ``""`` without one."""

    descriptor: int
    name: str


def take_passed(environ: MutableMapping[str, str]) -> list[Passed]:
    """The sockets that *environ* says are for this process; it then says so no more."""
    pid, count = environ.pop("LISTEN_PID", ""), environ.pop("LISTEN_FDS", "")
    names = environ.pop("LISTEN_FDNAMES", "")
    if pid != str(os.getpid()) or not (count.isascii() and count.isdigit()):
        return []
    named = [*names.split(":"), *[""] * int(count)]
    return [Passed(FIRST + index, named[index]) for index in range(int(count))]


def with_passed(options: Options, passed: list[Passed]) -> Options:
    """*options* that listen at the sockets *passed* in place of ``bind``, unless ``bind`` names
    one of them itself: then it is as it was written."""
    for metrics in (each for each in passed if each.name == METRICS):
        options = replace(options, metrics=f"fd://{metrics.descriptor}")
    sockets = {each.descriptor for each in passed if each.name != METRICS}
    named = {parse_address(text).descriptor for text in options.bind}
    if not sockets or sockets & named:
        return options
    return replace(options, bind=tuple(f"fd://{number}" for number in sorted(sockets)))

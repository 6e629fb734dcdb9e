"""The profiler's own process: a child of the supervisor beside the workers, which serves its pages
when they are stuck, dead or busy.

It has the listener, the common memory and no code of the application, and is started again when it
dies. Nobody waits for it: it has nothing to finish, so the server's end is its own.
"""

import logging
import os
import signal
from contextlib import suppress
from dataclasses import dataclass, replace
from importlib import import_module
from ipaddress import ip_address
from math import inf
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from enfilade.reserved import RESERVED
from enfilade.server.addresses import parse_address
from enfilade.server.listener import Listener
from enfilade.server.loop.loop import Loop
from enfilade.server.options import OFF, Options, with_loopback
from enfilade.server.processes.listeners import explained, url_of
from enfilade.server.processes.orders import hold
from enfilade.server.processes.outlook import Outlook
from enfilade.server.processes.privileges import Identity
from enfilade.server.processes.roster import cause_of_death
from enfilade.server.processes.sockets import ListenError, adopt, open_tcp, open_unix
from enfilade.server.processes.witness import Witness
from enfilade.server.tls.certificates import load_certificates

if TYPE_CHECKING:
    from enfilade.server.processes.supervisor import Supervisor

logger = logging.getLogger("enfilade.server")

PRODUCTION = "enfilade.profiler.doors.production"
"""The module whose ``guarded_pages`` are served. It looks into the framework half as well, so it is
loaded by its name, as an application is."""

REST = 1.0
"""Seconds from one birth to the next at least."""

TERMS = Options(
    threads=16,
    trusted_proxies=("none",),
    application_timeout=0.0,  # live pages go on, and what is overdue would be logged with its query
    limit_body=64 * 1024,
    limit_connections=256,
    recorder=False,
)
"""How the pages are served."""


def wants_process(options: Options) -> bool:
    """Whether *options* name an address for the profiler."""
    return options.profiler not in ("", OFF)


def is_overheard(options: Options) -> bool:
    """Whether *options* have the pages reached over a network without TLS."""
    address = parse_address(with_loopback(options.profiler))
    if address.kind != "tcp" or address.protocol == "https" or address.host == "localhost":
        return False
    try:
        return not ip_address(address.host).is_loopback
    except ValueError:  # a name, which leads to one of this machine's addresses
        return True


@dataclass(frozen=True, slots=True)
class Place:
    """Where the pages are: the *listeners*, the names by which a browser may call them beside
    addresses, ``None`` for any, and the file of a Unix socket."""

    listeners: tuple[Listener, ...]
    hosts: frozenset[str] | None
    file: Path | None = None

    @property
    def url(self) -> str:
        """Where a person finds it."""
        return url_of(self.listeners[0])

    def close(self) -> None:
        """Close this process's copies."""
        for listener in self.listeners:
            listener.close()


def open_place(options: Options, identity: Identity | None = None) -> Place:
    """Listen where *options* say; the file of a Unix socket is *identity*'s alone.

    Raises :exc:`ListenError`.
    """
    address = parse_address(with_loopback(options.profiler))
    terms = replace(options, reuse_port=False, socket_mode="600")
    with explained(address, "--profiler", options.bind):
        if address.kind == "unix":
            listener = open_unix(address, terms)
            path = Path(address.path).absolute()
            if identity is not None:
                os.chown(path, identity.user, identity.group)
            return Place((listener,), None, path)
        opened = open_tcp(address, terms) if address.kind == "tcp" else [adopt(address)]
    place = Place(tuple(opened), frozenset((address.host.lower(),)))
    if address.protocol == "https":
        _encrypt(place, options)
    return place


def _encrypt(place: Place, options: Options) -> None:
    certificates = load_certificates(options)
    if certificates is None:
        place.close()
        raise ListenError(
            f"Cannot listen at {options.profiler}: TLS needs a certificate.",
            hint="Give it with --certificate PATH --key PATH",
        )
    for listener in place.listeners:
        listener.protocol, listener.certificates = "https", certificates


class ProfilerKeeper(Witness):
    """Keeps the profiler of *supervisor* at *place*, as its options say; *outlook* is what it
    tells about the server."""

    def __init__(self, supervisor: "Supervisor", place: Place, outlook: Outlook) -> None:
        self._supervisor = supervisor
        self._place = place
        self._outlook = outlook
        self._inode = place.file.stat().st_ino if place.file else 0
        self._pid = 0
        self._not_before = -inf

    def link(self, *, with_token: bool) -> str:
        """The address of the first page, which lets in who has the token in it."""
        token = quote(self._supervisor.options.trace_token, safe="")
        query = f"?token={token}" if with_token else ""
        there = ", at " if self._place.file else ""
        return f"{self._place.url}{there}{RESERVED}{query}"

    def on_turn(self, now: float) -> float:
        if self._pid or self._supervisor.stopping:
            return inf
        if now >= self._not_before:
            self._start(now)
        return self._not_before

    def on_death(self, pid: int, status: int) -> None:
        if pid == self._pid:
            self._pid = 0
            if self._supervisor.stopping:
                return
            cause = cause_of_death(status)
            logger.error("the profiler's process %d %s; it is started again", pid, cause)

    def on_forked(self) -> None:
        self._place.close()

    def on_ended(self) -> None:
        if self._pid:
            with suppress(ProcessLookupError, ChildProcessError):
                os.kill(self._pid, signal.SIGKILL)
                os.waitpid(self._pid, 0)
            self._pid = 0

    def close(self) -> None:
        """End it, and let the next server have the place."""
        self.on_ended()
        self._place.close()
        if self._place.file is not None:
            with suppress(OSError):  # or the folder is root's, and we are not any more
                if self._place.file.stat().st_ino == self._inode:
                    self._place.file.unlink()

    def _start(self, now: float) -> None:
        self._not_before = now + REST
        try:
            self._pid = self._supervisor.fork(self._be_profiler, self)
        except OSError as error:
            logger.error("cannot start the profiler's process: %s", error.strerror)

    def _be_profiler(self, lifeline: int) -> int:
        """The child's whole life. When it ends is the supervisor's to say: who stops a service may
        send all of its processes the signal."""
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        hold(lifeline, lambda: os._exit(0))
        options = self._supervisor.options
        application = import_module(PRODUCTION).guarded_pages(
            options.trace_token, self._outlook, self._supervisor.rings, self._place.hosts
        )
        Loop(self._place.listeners, application, TERMS).run()
        return 0

"""The child's side: load the application, serve it on the inherited sockets, tell the supervisor.

A worker finishes what is under way and ends when it gets SIGTERM (the server stops), SIGUSR2
(another worker takes over) or when its supervisor is gone. The three differ in how long a
connection may stay that is idle: its next request might be on the way.
"""

import faulthandler
import os
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from functools import partial
from math import inf
from pathlib import Path
from socket import socket
from time import sleep
from typing import Any, Protocol

from enfilade.server.access import Access
from enfilade.server.access_log import AccessLog, open_access_log
from enfilade.server.engine import choose_loop
from enfilade.server.health import open_health
from enfilade.server.loading.application import choose_interface, load_application
from enfilade.server.loading.error_page import error_page
from enfilade.server.loading.failure import describe_failure, is_mistake
from enfilade.server.loading.profiled import open_profiler
from enfilade.server.options import Options
from enfilade.server.processes.listeners import own_listeners, refresh_certificates, url_of
from enfilade.server.processes.orders import Actions, hold, obey
from enfilade.server.processes.outlook import Outlook
from enfilade.server.processes.porters import make_porter
from enfilade.server.processes.preload import Birth
from enfilade.server.processes.report import BROKEN, Event, Reporter
from enfilade.server.processes.share import Share
from enfilade.server.pulse import Pulse
from enfilade.server.recorder import open_recorder
from enfilade.server.static.site import with_sendfile
from enfilade.trace.opentelemetry import in_context

STOP_PATIENCE = 1.0
"""Most seconds for idle connections when the server stops: nobody is left to take them over."""

RELOAD_PATIENCE = 0.1
"""The same when development loads the application anew: who loads a page again wants the new
code, not the old worker's last answer. It is not 0, for the sake of connections just accepted
whose request is on its way."""

ORPHAN_GRACE = 1.0
"""Seconds for what is under way when the supervisor has died: its port must be free in two."""

DEBUG = "ENFILADE_DEBUG"
"""Tells the application that it runs for development; the framework's DEBUG follows it."""


class Server(Protocol):
    """What serves the application: a loop, of ours for WSGI and of asyncio for ASGI."""

    pulse: Pulse

    def run(self) -> None: ...

    def drain(self, patience: float = inf) -> None: ...


def run_worker(
    sockets: Sequence[socket], options: Options, reporter: Reporter, lifeline: int, share: Share
) -> int:
    """Serve until drained, and write into the common memory meanwhile; the exit status."""
    birth = Birth(options) if options.debug else None
    refresh_certificates(sockets)
    faulthandler.enable()  # so that SIGABRT and a crash in C show the stacks
    serving: list[Server] = []  # none as long as the application is being loaded
    hold(lifeline, partial(_end_as_orphan, serving), partial(_beat, serving))
    try:
        interface, application = _load(options)
        # After the loading: until the signals are heard, nobody reopens it.
        log = open_access_log(options, share.block)
        sockets = own_listeners(sockets, options)
        tell = partial(_tell, reporter, interface, birth)
        server = _make_server(interface, sockets, application, options, log, tell, share)
    except (Exception, SystemExit) as error:
        report_failure(reporter, error)
        return 1
    serving.append(server)
    obey(_actions(server, log, options))
    server.run()
    for listener in sockets:
        listener.close()
    # What Python does at its end, which a forked child must not reach: wait for threads that are
    # no daemons, jobs of executors among them. The supervisor's patience limits it.
    threading._shutdown()  # type: ignore[attr-defined]
    if log:
        log.close()
    return 0


def report_failure(reporter: Reporter, error: BaseException) -> None:
    """Tell the supervisor why this worker cannot serve."""
    if is_mistake(error):
        reporter.send(Event.REFUSED, str(error), error.hint or "")
    else:
        reporter.send(Event.FAILED, describe_failure(error))


def _tell(reporter: Reporter, interface: str, birth: Birth | None, event: Event) -> None:
    """Report *event*, and once the application serves what it has imported until then."""
    reporter.send(event, interface if event is Event.READY else "")
    if event is Event.READY and birth and interface != BROKEN:
        reporter.send(Event.IMPORTED, " ".join(birth.imported()), birth.obstacle())


def _load(options: Options) -> tuple[str, Callable[..., Any]]:
    _set_up_process(options)
    try:
        return choose_interface(load_application(options.application), options.interface)
    except (Exception, SystemExit) as error:
        if not options.debug:
            raise
        print(describe_failure(error), file=sys.stderr)  # noqa: T201 - the developer's console
        return BROKEN, error_page(error)


def _set_up_process(options: Options) -> None:
    folder = str(Path(options.app_directory).absolute())
    if folder not in sys.path[:1]:
        sys.path.insert(0, folder)
    if options.debug:
        os.environ[DEBUG] = "1"
    else:
        os.environ.pop(DEBUG, None)


def _make_server(
    interface: str,
    sockets: Sequence[socket],
    application: Callable[..., Any],
    options: Options,
    access: Access | None,
    tell: Callable[[Event], object],
    share: Share,
) -> Server:
    on_ready = partial(tell, Event.READY)
    block = share.block
    health = open_health(options, block.server)
    porter = make_porter(options, application, block, health)
    outlook = Outlook(share.board, options, [url_of(each) for each in sockets])
    profiler = open_profiler(options, application, interface, outlook, share.rings)
    if profiler is not None:
        application = profiler.accompany(application)
    if options.opentelemetry:
        application = in_context(application, interface)
    recorder = open_recorder(share.ring, options)
    if interface == "asgi":
        from enfilade.server.loading.asgi import ASGIServer

        server = ASGIServer(
            sockets, application, options, access, on_ready, porter, block, recorder
        )
        if profiler is not None:
            server.keep(profiler)
        return server
    loop = choose_loop()(
        sockets,
        with_sendfile(options, application),
        options,
        access,
        on_ready=on_ready,
        on_stuck=partial(tell, Event.STUCK),
        porter=porter,
        block=block,
        recorder=recorder,
    )
    if health is not None:
        health.oldest_wait = loop.oldest_wait
    loop.closes_listeners = True
    if profiler is not None:
        loop.keep(profiler)
    return loop


def _actions(server: Server, log: AccessLog | None, options: Options) -> Actions:
    grace = options.grace or inf
    retire_patience = RELOAD_PATIENCE if options.debug else grace / 2
    stop_patience = min(STOP_PATIENCE, grace / 4)
    actions: dict[int, Callable[[], object]] = {
        signal.SIGUSR2: partial(server.drain, retire_patience),
        signal.SIGTERM: partial(server.drain, stop_patience),
    }
    if log:
        actions[signal.SIGUSR1] = log.reopen
    return actions


def _beat(serving: Sequence[Server]) -> None:
    for server in serving:
        server.pulse.beat()


def _end_as_orphan(serving: Sequence[Server]) -> None:
    for server in serving:
        server.drain(0.0)
        sleep(ORPHAN_GRACE)
    os._exit(1)

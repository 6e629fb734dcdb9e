"""From options to a running server: the application is found, the sockets opened, the workers
started. What ``enfilade run`` and ``enfilade dev`` have in common."""

import logging
import os
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from secrets import token_urlsafe
from time import perf_counter

from enfilade.reserved import RESERVED
from enfilade.secrecy import QuietFormatter, declare
from enfilade.server.banner import print_banner
from enfilade.server.configuration import PREFIX, Configuration, check_folder
from enfilade.server.loading.discovery import find_application
from enfilade.server.options import OFF, Options
from enfilade.server.processes import reloader
from enfilade.server.processes.activation import take_passed, with_passed
from enfilade.server.processes.listeners import Listeners, raise_file_limit
from enfilade.server.processes.operation import operated
from enfilade.server.processes.profiler import is_overheard, wants_process
from enfilade.server.processes.report import Reporter
from enfilade.server.processes.share import Share
from enfilade.server.processes.supervisor import Supervisor
from enfilade.server.processes.worker import run_worker

logger = logging.getLogger("enfilade.server")


def serve(configuration: Configuration) -> int:
    """Serve until told to stop; the exit status.

    Raises :exc:`~enfilade.exceptions.DeveloperError` for what can be known to be wrong before a
    worker is started.
    """
    began = perf_counter()
    open_standard_streams()
    check_folder(configuration)
    configuration = with_application(configuration)
    configuration = with_token(without_vain_reloading(configuration))
    passed = take_passed(os.environ)
    options = with_passed(configuration.options, passed)
    declare(options.secret_names)
    folders = options.reload_dir or (options.app_directory,)
    if options.reload:
        reloader.check_available(folders)
    set_up_log()
    warn_of_shown_token(configuration)
    warn_about_pages(options)
    raise_file_limit()
    listeners = Listeners(options)
    urls = listeners.urls()

    def work(reporter: Reporter, lifeline: int, share: Share) -> int:
        return run_worker(listeners.sockets, options, reporter, lifeline, share)

    def announce(interface: str) -> None:
        given = configuration.settings.get("trace_token")
        unknown = not (given and given.value)
        pages = find_pages(options, urls)
        if profiler:
            pages.append(profiler.link(with_token=unknown))
        print_banner(configuration, urls, interface, (perf_counter() - began) * 1000, pages)
        if options.reload:
            stack.enter_context(reloader.watching(folders))

    with ExitStack() as stack:
        stack.callback(let_go_of_lost_streams)
        stack.callback(listeners.close)
        supervisor = Supervisor(listeners, options, work, announce)
        profiler = stack.enter_context(operated(supervisor, options, urls))
        status = supervisor.run()
        if supervisor.refusal is not None:
            raise supervisor.refusal
        return status


def open_standard_streams() -> None:
    """Open on the null device those of the three that the process was started without.

    Otherwise the next socket would get the number, and a client what others write to it.
    """
    while (descriptor := os.open(os.devnull, os.O_RDWR)) <= 2:
        os.set_inheritable(descriptor, True)
    os.close(descriptor)
    sys.stdout = sys.stdout or open(1, "w", closefd=False)  # noqa: SIM115
    sys.stderr = sys.stderr or open(2, "w", closefd=False)  # noqa: SIM115


def let_go_of_lost_streams() -> None:
    """Point those that nobody takes any more, the terminal's window being closed, at the null
    device: what is left in their buffers would fail Python's end, which exits with 120 then."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            null = os.open(os.devnull, os.O_WRONLY)
            os.dup2(null, stream.fileno())
            os.close(null)


def with_application(configuration: Configuration) -> Configuration:
    """*configuration* with the application found, if none was named."""
    options = configuration.options
    if options.application:
        return configuration
    found = find_application(
        Path(options.app_directory),
        options.interface,
        command=f"enfilade {configuration.command}",
        unfinished=options.debug,
    )
    return replace(configuration, options=replace(options, application=found))


def without_vain_reloading(configuration: Configuration) -> Configuration:
    """*configuration* without reloading, if only the command asks for it and watchfiles, which
    it needs, is not installed."""
    if not configuration.is_preset("reload") or reloader.is_installed():
        return configuration
    return replace(configuration, options=replace(configuration.options, reload=False))


def with_token(configuration: Configuration) -> Configuration:
    """*configuration* with a token that nobody can guess, if the profiler's process needs one and
    none was given. The application need not know of one in the environment."""
    os.environ.pop(f"{PREFIX}TRACE_TOKEN", None)
    options = configuration.options
    if options.trace_token or not wants_process(options):
        return configuration
    return replace(configuration, options=replace(options, trace_token=token_urlsafe(24)))


def warn_of_shown_token(configuration: Configuration) -> None:
    """Tell of a token on the command line, where other users of the machine may read it."""
    if configuration.sources.get("trace_token") == "--trace-token":
        logger.warning(
            "the trace token is in the process list: give it as ENFILADE_TRACE_TOKEN, or as"
            " trace_token in enfilade.toml"
        )


def warn_about_pages(options: Options) -> None:
    """Tell of a profiler's process that has nothing to show, or shows the token to the network."""
    if not wants_process(options):
        return
    if not options.recorder:
        logger.warning("the profiler has no requests to show: the recorder is off (--no-recorder)")
    if is_overheard(options):
        logger.warning(
            "the profiler listens at %s without TLS, so its token crosses the network as it is:"
            " have it at :PORT, behind a tunnel, or at https://HOST:PORT",
            options.profiler,
        )


def find_pages(options: Options, urls: Sequence[str]) -> list[str]:
    """Where the site itself has the profiler's pages, as in development; empty if it has not."""
    if not options.debug or options.profiler == OFF:
        return []
    return [f"{url}{RESERVED}" for url in urls if url.startswith("http")][:1]


def set_up_log() -> None:
    """Send what the server has to say to standard error, whatever the application logs where.

    A person at a terminal knows the day; who reads a file later has to be told it.
    """
    if not logger.handlers:
        moment = "%H:%M:%S" if sys.stderr.isatty() else "%Y-%m-%d %H:%M:%S"
        handler = logging.StreamHandler(sys.stderr)
        handler.setFormatter(QuietFormatter("%(asctime)s  %(message)s", moment))
        logger.addHandler(handler)
        logger.setLevel(logging.INFO)
        logger.propagate = False

"""What an operator has asked for beside serving, set up around the supervisor."""

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial

from enfilade.server.options import Options
from enfilade.server.processes.commands import Commands
from enfilade.server.processes.control_socket import ControlSocket, Operator
from enfilade.server.processes.hangs import Hangs
from enfilade.server.processes.metrics import Metrics
from enfilade.server.processes.notify import take_notifier
from enfilade.server.processes.outlook import Notice, Outlook
from enfilade.server.processes.pid_file import PidFile
from enfilade.server.processes.privileges import find_identity
from enfilade.server.processes.profiler import ProfilerKeeper, open_place, wants_process
from enfilade.server.processes.supervisor import Supervisor
from enfilade.server.processes.visitors import Desk
from enfilade.server.processes.wear import Wear

NO_FILES = ("", "-", "off")
"""Where access lines go that go to no file."""


@contextmanager
def operated(
    supervisor: Supervisor, options: Options, urls: list[str]
) -> Iterator[ProfilerKeeper | None]:
    """Open for *supervisor* what *options* ask for; *urls* are where the server listens. Who keeps
    the profiler's process is given, if there is to be one.

    Root opens everything, and then becomes who should serve. Raises
    :exc:`~enfilade.exceptions.DeveloperError` for what cannot be.
    """
    identity = find_identity(options)
    with ExitStack() as stack:
        notice = Notice(supervisor)
        outlook = Outlook(supervisor.board, options, urls)
        supervisor.witnesses += [notice, Wear(supervisor), Hangs(supervisor)]
        if options.pid_file:
            pid_file = PidFile(options.pid_file)
            stack.callback(pid_file.close)
            supervisor.witnesses.append(pid_file)
        if options.control:
            control = ControlSocket(options.control, identity.user if identity else None)
            stack.callback(control.close)
            _open_control(control, Commands(supervisor, notice, outlook), supervisor)
        if options.metrics:
            stack.callback(Metrics(supervisor, options.metrics).close)
        profiler = None
        if wants_process(options):
            profiler = ProfilerKeeper(supervisor, open_place(options, identity), outlook)
            stack.callback(profiler.close)
            supervisor.witnesses.append(profiler)
        if notifier := take_notifier(supervisor, os.environ):
            supervisor.witnesses.append(notifier)
        if identity:
            if options.access_log not in NO_FILES:
                identity.make_log(options.access_log)
            identity.assume()
        yield profiler


def _open_control(control: ControlSocket, commands: Commands, supervisor: Supervisor) -> None:
    welcome = partial(Operator, obey=commands.obey)
    supervisor.witnesses += [commands, Desk(supervisor.selector, control.listener, welcome)]

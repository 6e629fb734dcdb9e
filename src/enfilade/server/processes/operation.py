"""What an operator has asked for beside serving, set up around the supervisor."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial

from enfilade.server.options import Options
from enfilade.server.processes.commands import Commands
from enfilade.server.processes.control_socket import ControlSocket, Operator
from enfilade.server.processes.metrics import Metrics
from enfilade.server.processes.supervisor import Supervisor
from enfilade.server.processes.visitors import Desk


@contextmanager
def operated(supervisor: Supervisor, options: Options, urls: list[str]) -> Iterator[None]:
    """Open for *supervisor* what *options* ask for; *urls* are where the server listens.

    Raises :exc:`~enfilade.exceptions.DeveloperError` for what cannot be opened.
    """
    with ExitStack() as stack:
        if options.control:
            _open_control(supervisor, options, urls, stack)
        if options.metrics:
            stack.callback(Metrics(supervisor, options.metrics).close)
        yield


def _open_control(
    supervisor: Supervisor, options: Options, urls: list[str], stack: ExitStack
) -> None:
    control = ControlSocket(options.control)
    stack.callback(control.close)
    commands = Commands(supervisor, urls)
    welcome = partial(Operator, obey=commands.obey)
    supervisor.witnesses += [commands, Desk(supervisor.selector, control.listener, welcome)]

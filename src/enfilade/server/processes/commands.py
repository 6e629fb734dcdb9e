"""What an operator can have the running server do over the control socket."""

from collections.abc import Callable, Mapping
from time import monotonic
from typing import TYPE_CHECKING, Any

from enfilade.server.control import ControlError
from enfilade.server.processes.outlook import Answer, Notice, Outlook
from enfilade.server.processes.requests import answer_requests
from enfilade.server.processes.roster import State, Worker
from enfilade.server.processes.witness import Witness

if TYPE_CHECKING:
    from enfilade.server.processes.supervisor import Supervisor

RETRY_AFTER = 30
"""Seconds for which clients are told to stay away from a paused server, unless told otherwise."""

Request = Mapping[str, Any]
Reply = Callable[[Answer], None]


class Commands(Witness):
    """Does for *supervisor* what comes in; *notice* keeps up to date what *outlook* shows."""

    def __init__(self, supervisor: "Supervisor", notice: Notice, outlook: Outlook) -> None:
        self._supervisor = supervisor
        self._notice = notice
        self._outlook = outlook
        self._reloads: list[tuple[int, float, Reply]] = []
        self._ends: list[Reply] = []

    def obey(self, request: Request, reply: Reply) -> None:
        """Do as *request* says and *reply*, at once or when it is done.

        Raises :exc:`ControlError` for what cannot be done.
        """
        name = request.get("command")
        command = _COMMANDS.get(name) if isinstance(name, str) else None
        if command is None:
            raise ControlError(
                f"There is no command {name!r}.", hint=f"There are {', '.join(_COMMANDS)}."
            )
        command(self, request, reply)

    # To look ---------------------------------------------------------------------------------

    def status(self, _request: Request, reply: Reply) -> None:
        """The server, its workers, and what they have done."""
        self._notice.write()
        reply(self._outlook.status())

    def top(self, _request: Request, reply: Reply) -> None:
        """The same, and what every thread does now."""
        self._notice.write()
        reply(self._outlook.top())

    def requests(self, request: Request, reply: Reply) -> None:
        """Those that the recorder has kept."""
        reply(answer_requests(self._supervisor.rings, request))

    # To do -----------------------------------------------------------------------------------

    def reload(self, _request: Request, reply: Reply) -> None:
        """Load the application anew; replies when that serves, or does not start."""
        self._refuse_when_stopping()
        generation = self._supervisor.reload()
        self._reloads.append((generation, monotonic(), reply))

    def drain(self, request: Request, reply: Reply) -> None:
        """Have one worker finish and replace it; without one, have the balancer go elsewhere."""
        self._refuse_when_stopping()
        pid = request.get("worker")
        if pid is None:
            self._supervisor.set_ready(False)
            reply({"drained": True, "seen": self._is_asked_for_readiness()})
            return
        serving = [worker for worker in self._supervisor.roster if _serves(worker)]
        if pid not in [worker.pid for worker in serving]:
            known = ", ".join(str(worker.pid) for worker in serving)
            raise ControlError(
                f"There is no worker {pid} that serves.", hint=f"There are {known or 'none now'}."
            )
        self._supervisor.replace(pid)
        reply({"worker": pid})

    def pause(self, request: Request, reply: Reply) -> None:
        """Answer requests with 503 and a message instead of the application's answers."""
        message = request.get("message", "")
        retry_after = request.get("retry_after", RETRY_AFTER)
        if not isinstance(message, str) or type(retry_after) is not int or retry_after < 0:
            raise ControlError("A pause has a text as its message, and seconds as retry_after.")
        self._supervisor.board.pause(message, min(retry_after, 2**31))
        reply({"paused": message})

    def resume(self, _request: Request, reply: Reply) -> None:
        """Undo pause and drain."""
        self._refuse_when_stopping()
        self._supervisor.board.resume()
        self._supervisor.set_ready(True)
        reply({"paused": None})

    def stop(self, request: Request, reply: Reply) -> None:
        """Finish and end; replies at the end, or at once to who does not want to wait."""
        self._supervisor.leave()
        if request.get("wait", True):
            self._ends.append(reply)
        else:
            reply({"stopped": False})

    def _refuse_when_stopping(self) -> None:
        if self._supervisor.stopping:
            raise ControlError("The server is stopping.")

    def _is_asked_for_readiness(self) -> bool:
        options = self._supervisor.options
        return options.health or bool(options.readyz)

    # What somebody waits for -------------------------------------------------------------------

    def on_settled(self, generation: int, failure: str) -> None:
        waiting, self._reloads = self._reloads, []
        for awaited, since, reply in waiting:
            if awaited > generation:
                self._reloads.append((awaited, since, reply))
            elif failure:
                hint = "The workers that were there keep serving."
                reply({"ok": False, "error": failure, "hint": hint})
            else:
                following = self._supervisor.roster.wanted - 1
                seconds = monotonic() - since
                reply({"generation": generation, "seconds": seconds, "following": following})

    def on_stopping(self) -> None:
        for _, _, reply in self._reloads:
            reply({"ok": False, "error": "The server was stopped during the reload.", "hint": ""})
        self._reloads.clear()

    def on_ended(self) -> None:
        for reply in self._ends:
            reply({"stopped": True})


def _serves(worker: Worker) -> bool:
    return worker.state is State.READY


_COMMANDS: dict[str, Callable[[Commands, Request, Reply], None]] = {
    "status": Commands.status,
    "top": Commands.top,
    "requests": Commands.requests,
    "reload": Commands.reload,
    "drain": Commands.drain,
    "pause": Commands.pause,
    "resume": Commands.resume,
    "stop": Commands.stop,
}

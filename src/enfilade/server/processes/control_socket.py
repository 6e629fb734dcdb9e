"""The control socket: who may use it, and what is said there.

It is a file that only its owner may open. Whose process connects is asked of the kernel as well,
because not every system looks at the mode of a socket's file.
"""

import os
import socket
import stat
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from enfilade.server.control import (
    LINE,
    PROTOCOL,
    ControlError,
    check_length,
    credentials,
    decode,
    encode,
)
from enfilade.server.processes.visitors import Desk, Visitor

BACKLOG = 128

Obey = Callable[[dict[str, Any], Callable[[dict[str, Any]], None]], None]
"""Does what a request asks for and gives the answer to its second argument, at once or later.
Raises :exc:`ControlError` for what cannot be done."""


class ControlSocket:
    """The socket at *path*, owned by the user *owner*, or by who runs this process.

    Raises :exc:`ControlError` if the place is taken.
    """

    def __init__(self, path: str, owner: int | None = None) -> None:
        check_length(path)
        self._path = Path(path).absolute()
        self._opener = os.getpid()
        _clear_away(self._path, {os.geteuid(), *([owner] if owner is not None else [])})
        self.listener = _bind(self._path)
        if owner is not None:
            os.chown(self._path, owner, -1)
        self._inode = self._path.stat().st_ino

    def close(self) -> None:
        """Close it and remove the file, unless another server has put its own there."""
        self.listener.close()
        with suppress(OSError):  # whose folder belongs to root stays, and is cleared away later
            if os.getpid() == self._opener and self._path.stat().st_ino == self._inode:
                self._path.unlink()


class Operator(Visitor):
    """Somebody at the control socket."""

    def __init__(self, desk: Desk, sock: socket.socket, obey: Obey) -> None:
        super().__init__(desk, sock)
        self._obey = obey
        self._heard = b""
        self._unanswered = 0

    def greet(self) -> None:
        if is_allowed(self._socket):
            super().greet()
        else:
            error = "Only root and the user that the server runs as may control it."
            self.say(encode({"ok": False, "error": error}), last=True)

    def hear(self, data: bytes) -> None:
        *lines, self._heard = (self._heard + data).split(b"\n")
        if len(self._heard) > LINE:
            self._heard = b""
            self.say(encode(_refusal(f"A request has at most {LINE} bytes.")), last=True)
        for line in lines:
            if line.strip():
                self._hear_line(line)

    def _hear_line(self, line: bytes) -> None:
        self._unanswered += 1
        self.wait(True)
        try:
            request = decode(line)
            _check_version(request)
            self._obey(request, self._answer)
        except ControlError as error:
            self._answer(_refusal(str(error), error.hint))

    def _answer(self, answer: dict[str, Any]) -> None:
        self._unanswered -= 1
        self.wait(self._unanswered > 0)
        self.say(encode({"ok": True, "protocol": PROTOCOL, **answer}))


def is_allowed(sock: socket.socket) -> bool:
    """Whether the process at the other end is root's or our own user's."""
    peer = credentials(sock)  # without them the mode of the file has to do
    return peer is None or peer[1] in (0, os.geteuid())


def _refusal(error: str, hint: str | None = None) -> dict[str, Any]:
    return {"ok": False, "error": error, "hint": hint or ""}


def _check_version(request: dict[str, Any]) -> None:
    spoken = request.get("protocol", PROTOCOL)
    if spoken != PROTOCOL:
        raise ControlError(
            f"The server's control socket speaks version {PROTOCOL}, not {spoken}.",
            hint="Use the enfilade command that the server was started with.",
        )


def _bind(path: Path) -> socket.socket:
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    mask = os.umask(0o177)  # chmod afterwards would leave a moment in which others may connect
    try:
        listener.bind(str(path))
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        absent = isinstance(error, FileNotFoundError)
        raise ControlError(
            f"Cannot make the control socket {path}: {error.strerror}.",
            hint="Make the folder of the control socket first." if absent else None,
        ) from error
    finally:
        os.umask(mask)
    return listener


def _clear_away(path: Path, owners: set[int]) -> None:
    """Remove the socket of a server that was killed; refuse everything else that is there."""
    try:
        found = path.lstat()
    except FileNotFoundError:
        return
    except OSError as error:
        raise ControlError(f"Cannot make the control socket {path}: {error.strerror}.") from error
    if not stat.S_ISSOCK(found.st_mode):
        raise ControlError(
            f"Cannot make the control socket {path}: there is a file that is not a socket.",
            hint="Choose another path, or move the file away.",
        )
    if found.st_uid not in owners:
        raise ControlError(
            f"Cannot make the control socket {path}: there is a socket of user {found.st_uid}.",
            hint="Choose a path in a folder where only this server's user may write.",
        )
    if _is_listened_to(path):
        raise ControlError(
            f"Cannot make the control socket {path}: another server is controlled there.",
            hint="Choose another path; each server needs its own.",
        )
    path.unlink(missing_ok=True)


def _is_listened_to(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.setblocking(False)
        try:
            probe.connect(str(path))
        except (ConnectionRefusedError, FileNotFoundError):
            return False
        except OSError:
            return True  # its backlog is full, so somebody has it
    return True

"""Talking to a running server over its control socket: one JSON object a line, each way.

A request is ``{"protocol": 1, "command": "status", …}``, its answer ``{"ok": true, …}`` or
``{"ok": false, "error": "…", "hint": "…"}``.
"""

import errno
import json
import os
import select
import socket
import struct
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from enfilade.exceptions import DeveloperError

PROTOCOL = 1
"""The version of what is said; who speaks another one is told so."""

LINE = 64 * 1024
"""The longest request, in bytes."""

PATIENCE = 5.0
"""Seconds within which a server that lives answers what needs no waiting."""

LONGEST_PATH = 107
"""Bytes in the path of a Unix socket (unix(7)); macOS has three less."""

_CREDENTIALS = struct.Struct("3i")  # struct ucred of unix(7)

Answer = dict[str, Any]


class ControlError(DeveloperError):
    """The server cannot be reached, or does not do as it is told."""


class ControlFailure(ControlError):
    """The server says that it has not done what was asked for; ``answer`` is what it said."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(str(answer.get("error")), hint=answer.get("hint") or None)
        self.answer = answer


class Control:
    """A connection to the control socket at *path*; to be closed."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._socket.settimeout(PATIENCE)
        try:
            self._socket.connect(path)
        except OSError as error:
            self._socket.close()
            raise _unreachable(path, error) from error
        self._lines = self._socket.makefile("rb")

    def ask(self, command: str, *, waits: bool = False, **details: Any) -> Answer:
        """Have the server do *command*; what it answers.

        The answer to one that *waits* may take its time. Raises :exc:`ControlFailure` if the
        server refuses or fails, and :exc:`ControlError` if it falls silent.
        """
        request = {"protocol": PROTOCOL, "command": command, **details}
        with self._explained():
            self._socket.settimeout(None if waits else PATIENCE)
            self._socket.sendall(encode(request))
            line = self._lines.readline()
        if not line:
            raise _ended(self._path)
        answer = decode(line)
        if not answer.get("ok"):
            raise ControlFailure(answer)
        return answer

    def stop(self) -> Answer:
        """Have the server finish and end; returns when its process has gone, where the system
        tells that, and else when it has closed this connection.

        Raises what :meth:`ask` does, and :exc:`ControlError` if it has finished and stays.
        """
        with self._process() as process:
            answer = self.ask("stop", waits=True, wait=True)
            self._socket.settimeout(PATIENCE)
            with self._explained(), suppress(ConnectionError):
                self._lines.read()
            if process is not None and not _has_ended(process):
                raise ControlError(
                    f"The server at {self._path} serves no more, and its process is still there.",
                    hint="Its log says what it still does.",
                )
        return answer

    @contextmanager
    def _process(self) -> Iterator[int | None]:
        """A descriptor of the server's process, if it can be had. A number would be somebody
        else's as soon as the process has gone."""
        descriptor = None
        if (peer := credentials(self._socket)) and hasattr(os, "pidfd_open"):
            with suppress(OSError):  # it is in a container, and has no number here
                descriptor = os.pidfd_open(peer[0])
        try:
            yield descriptor
        finally:
            if descriptor is not None:
                os.close(descriptor)

    def close(self) -> None:
        self._lines.close()
        self._socket.close()

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except TimeoutError as error:
            raise ControlError(
                f"The server at {self._path} does not answer.",
                hint="Its supervisor may be stopped or very busy: look at its log.",
            ) from error
        except ConnectionError as error:
            raise _ended(self._path) from error


@contextmanager
def controlling(path: str) -> Iterator[Control]:
    """A connection to the server whose control socket is *path*."""
    control = Control(path)
    try:
        yield control
    finally:
        control.close()


def credentials(sock: socket.socket) -> tuple[int, int, int] | None:
    """Process, user and group at the other end of a Unix socket, where the kernel tells them."""
    if not hasattr(socket, "SO_PEERCRED"):
        return None
    found = sock.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
    pid, user, group = _CREDENTIALS.unpack(found)
    return pid, user, group


def encode(content: Mapping[str, Any]) -> bytes:
    """One line."""
    return json.dumps(content, separators=(",", ":")).encode("ascii") + b"\n"


def decode(line: bytes) -> Answer:
    """The object in *line*. Raises :exc:`ControlError` if there is none."""
    try:
        content = json.loads(line)
    except (ValueError, RecursionError):
        content = None
    if not isinstance(content, dict):
        raise ControlError("What came over the control socket is not a JSON object in one line.")
    return content


def check_length(path: str) -> None:
    """Raise :exc:`ControlError` for a path that is too long for a socket."""
    if len(os.fsencode(path)) > LONGEST_PATH:
        raise ControlError(
            f"The path of the control socket is too long: {path}.",
            hint=f"A Unix socket's may have {LONGEST_PATH} bytes; /run/site.sock, say.",
        )


def _has_ended(process: int) -> bool:
    """Whether *process*, a descriptor of one, has ended, or does within our patience."""
    poll = select.poll()
    poll.register(process, select.POLLIN)
    return bool(poll.poll(PATIENCE * 1000))


def _ended(path: str) -> ControlError:
    return ControlError(
        f"The server at {path} ended the conversation.",
        hint="It may have ended itself just now; its log says why.",
    )


def _unreachable(path: str, error: OSError) -> ControlError:
    check_length(path)
    if error.errno in (errno.ENOENT, errno.ECONNREFUSED, errno.ENOTSOCK):
        found = "nobody listens" if Path(path).exists() else "there is no socket"
        return ControlError(
            f"No server is controlled at {path}: {found}.",
            hint="Start it with --control PATH, and name the same path here.",
        )
    if isinstance(error, PermissionError):
        return ControlError(
            f"The control socket {path} is not yours.",
            hint="Only root and the user that the server runs as may use it; try sudo.",
        )
    if error.errno == errno.EAGAIN:
        return ControlError(f"The server at {path} does not answer.")
    return ControlError(f"Cannot reach the server at {path}: {error.strerror or error}.")

"""Who has the record of a request: the server, over its control socket, or its profiler's pages."""

import json
from collections.abc import Callable
from shlex import quote
from time import monotonic, sleep
from typing import Any, Protocol
from urllib.parse import urlsplit

from enfilade.explain.live import LiveError, Reply, Server
from enfilade.reserved import RESERVED
from enfilade.server.control import ControlFailure, controlling
from enfilade.trace import Entry

PATIENCE = 3.0
"""Seconds within which a worker writes down what it has answered."""

PAUSE = 0.05


class Keeper(Protocol):
    """Somebody who has entries."""

    def find(self, reply: Reply) -> Entry | None:
        """The entry of the request that was answered so; ``None`` while there is none.

        Raises :exc:`~enfilade.exceptions.DeveloperError` if it will never be told.
        """

    def refer(self, span: str) -> str:
        """Where a person finds more of the request with this *span*, as the end of a sentence."""


class ControlSocket:
    """The server behind the control socket at *path*."""

    def __init__(self, path: str) -> None:
        self.path = path

    def find(self, reply: Reply) -> Entry | None:
        with controlling(self.path) as control:
            try:
                found = control.ask("requests", span=reply.span, details=True)["requests"]
            except ControlFailure as failure:
                if str(failure).startswith("No request is kept"):
                    return None
                raise
        return Entry.from_dict(found[0])

    def refer(self, span: str) -> str:
        return f"enfilade requests {span[:8]} --control {quote(self.path)} has its log lines"


class Profiler:
    """The pages of *server*, at *root*; in production for who shows *token*."""

    def __init__(self, server: Server, root: str = RESERVED, token: str = "") -> None:
        self.server = server
        self.root = root
        self.token = token

    @classmethod
    def at(cls, address: str, token: str) -> "Profiler":
        """The one at *address*, which may be that of its first page."""
        path = "" if address.startswith("unix:") else urlsplit(address).path
        return cls(Server(address), path if path not in ("", "/") else RESERVED, token)

    def find(self, reply: Reply) -> Entry | None:
        path = f"{self.root.rstrip('/')}/requests/{reply.span}.json"
        status, data = self.server.fetch(path, self.token)
        if status == 404:
            return None
        if status in (401, 403):
            raise LiveError(
                f"The profiler at {self.server.name} does not take the token.",
                hint="It has that of the server: --token or ENFILADE_TRACE_TOKEN.",
            )
        if status != 200:
            raise LiveError(f"The profiler at {self.server.name} answers {status} for {path}.")
        return _read(data, self.server.name)

    def refer(self, span: str) -> str:
        path = f"{self.root.rstrip('/')}/requests/{span}"
        where = f"{path} of {self.server.name}" if self.server.path else self.server.origin + path
        return f"its log lines are at {where}"


def await_entry(keeper: Keeper, reply: Reply) -> Entry:
    """The entry of the request that was answered with *reply*, as soon as it has been written.

    Raises :exc:`LiveError` if that takes too long.
    """
    return _await(lambda: keeper.find(reply), reply.span)


def _await(find: Callable[[], Entry | None], span: str) -> Entry:
    end = monotonic() + PATIENCE
    while (entry := find()) is None:
        if monotonic() > end:
            raise LiveError(
                f"The record of the request is not there: {span}.",
                hint="Is it another server that was asked for it? A busy one keeps the latest"
                " only, --record-size of each worker.",
            )
        sleep(PAUSE)
    return entry


def _read(data: bytes, name: str) -> Entry:
    try:
        said: Any = json.loads(data)
        return Entry.from_dict(said)
    except (ValueError, TypeError, KeyError):
        hint = "--profiler takes the address that the server names when it starts."
        raise LiveError(f"What {name} answers is no record of a request.", hint=hint) from None

"""Who has the record of a request: the server, over its control socket, or its profiler's pages."""

import json
from collections.abc import Callable
from shlex import quote
from time import monotonic, sleep
from typing import Any, Protocol
from urllib.parse import urlsplit, urlunsplit

from enfilade.explain.live import Fetched, LiveError, Reply, Server
from enfilade.reserved import RESERVED
from enfilade.server.control import ControlFailure, controlling
from enfilade.trace import Entry

PATIENCE = 3.0
"""Seconds within which a worker writes down what it has answered."""

PAUSE = 0.05

EVENTS = "requests/events"
"""What only a profiler has below its root, and says without giving any: a stream of events."""

ADDRESS = "--profiler takes the address that the server names when it starts."


class Keeper(Protocol):
    """Somebody who has entries."""

    def check(self) -> None:
        """Raise :exc:`~enfilade.exceptions.DeveloperError` if it cannot be asked: a request that
        nobody tells of need not be made."""

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

    def check(self) -> None:
        with controlling(self.path) as control:
            control.ask("requests", limit=1, details=False)

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
        if address.startswith("unix:"):
            return cls(Server(address), RESERVED, token)
        parts = urlsplit(address)
        root = parts.path if parts.path not in ("", "/") else RESERVED
        return cls(Server(urlunsplit((*parts[:2], "", "", ""))), root, token)

    def is_there(self) -> bool:
        """Whether there are such pages, for who shows this token. Raises :exc:`LiveError` if
        they will never have a request."""
        return self._is_one(self._probe())

    def check(self) -> None:
        found = self._probe()
        self._check_access(found)
        if not self._is_one(found):
            name, path = self.server.name, self._path(EVENTS)
            raise LiveError(
                f"There is no profiler at {name}: it answers {found.status} for {path}.",
                hint=ADDRESS,
            )

    def _probe(self) -> Fetched:
        found = self.server.fetch(self._path(EVENTS), self.token, "HEAD")
        if found.status == 204:
            hint = "Start the server without --no-recorder."
            raise LiveError(f"The server at {self.server.name} keeps no requests.", hint=hint)
        return found

    def find(self, reply: Reply) -> Entry | None:
        path = self._path(f"requests/{reply.span}.json")
        found = self.server.fetch(path, self.token)
        if found.status == 404:
            return None
        self._check_access(found)
        if found.status != 200:
            name = self.server.name
            raise LiveError(f"The profiler at {name} answers {found.status} for {path}.")
        return _read(found.data, self.server.name)

    def _check_access(self, found: Fetched) -> None:
        if found.status in (401, 403):
            raise LiveError(
                f"The profiler at {self.server.name} does not take the token.",
                hint="It has that of the server: --token or ENFILADE_TRACE_TOKEN.",
            )
        if found.status == 429:
            raise LiveError(
                f"The profiler at {self.server.name} was shown a wrong token too often.",
                hint=f"Ask again in {found.wait or 60} seconds, with that of the server: --token or"
                " ENFILADE_TRACE_TOKEN.",
            )

    def _is_one(self, found: Fetched) -> bool:
        return found.status == 200 and found.kind.startswith("text/event-stream")

    def _path(self, page: str) -> str:
        return f"{self.root.rstrip('/')}/{page}"

    def refer(self, span: str) -> str:
        path = self._path(f"requests/{span}")
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
        raise LiveError(f"What {name} answers is no record of a request.", hint=ADDRESS) from None

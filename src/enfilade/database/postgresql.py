"""Connections of psycopg 3 that do not wait for a server that keeps silent.

libpq gives up a connection attempt after two seconds at the earliest, and a statement never: a
server that is paused still has a kernel that acknowledges what is sent to it, so no deadline of
TCP applies. Here an attempt has one second, and so has the question with which a pooled
connection is tried before it is used. A statement may take as long as it needs while the server
is there: when nothing comes back for a while, neither here nor on another connection, a new one
tries it. Both together take a second.

This module needs psycopg, and is imported only for addresses of PostgreSQL.
"""

import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

import psycopg
from sqlalchemy import event, exc

from enfilade.exceptions import ServiceUnavailable
from enfilade.outage import SECONDS_TO_WAIT, Outage

if TYPE_CHECKING:
    from sqlalchemy import Engine

Result = TypeVar("Result")

SECONDS_TO_LISTEN = 0.2
"""How long nothing may come back before the server is tried."""

SECONDS_TO_TRY = SECONDS_TO_WAIT - 2 * SECONDS_TO_LISTEN
"""How long that may take. psycopg looks up every 0.1 s, so each may be that much longer."""


class Connection(psycopg.Connection[Any]):
    """A connection that gives up on a silent server with :exc:`psycopg.errors.ConnectionTimeout`,
    and is closed by that."""

    is_fresh = True
    """Whether nobody has taken it from the pool yet."""
    outage: Outage
    """What is known of its server; shared by the connections of one engine."""
    patience: float = SECONDS_TO_WAIT
    """How long in seconds a server may be silent that is asked for a connection."""
    _hurried = False

    @classmethod
    def _connect_gen(cls, *args: Any, **options: Any) -> Any:
        return _watched(super()._connect_gen(*args, **options), cls.patience, _give_up)

    def wait(self, gen: Any, *args: Any, **options: Any) -> Any:
        """Wait for what *gen* waits for, as psycopg does, while the server is there."""
        if self._hurried:
            watched = _watched(gen, SECONDS_TO_WAIT, _give_up)
        else:
            watched = _watched(gen, SECONDS_TO_LISTEN, self._try_the_server)
        try:
            answer = super().wait(watched, *args, **options)
        except psycopg.errors.ConnectionTimeout:
            self.close()
            raise
        self.outage.end()
        return answer

    @contextmanager
    def hurried(self) -> Iterator[None]:
        """Within the block, an answer that takes longer than a second is no answer."""
        self._hurried = True
        try:
            yield
        finally:
            self._hurried = False

    def _try_the_server(self) -> None:
        if self.outage.seconds_of_silence < SECONDS_TO_LISTEN:
            return  # it has just answered another connection
        try:
            with self.outage.asking(psycopg.errors.ConnectionTimeout):
                Trial.connect(self.info.dsn, password=self.info.password or None).close()
        except ServiceUnavailable as error:  # another one has tried
            raise psycopg.errors.ConnectionTimeout(str(error)) from error
        except psycopg.errors.ConnectionTimeout:
            raise
        except psycopg.OperationalError:
            pass  # "too many connections" is an answer; a server that is gone ends the wait itself


class Trial(Connection):
    """Asks whether the server is there."""

    patience = SECONDS_TO_TRY


def _watched(
    waiting: Generator[Any, Any, Result], patience: float, on_silence: Callable[[], object]
) -> Generator[Any, Any, Result]:
    """*waiting*, with a call of *on_silence* when nothing has come for *patience* seconds, and
    again when nothing has come for twice as long, and so on."""
    heard = time.monotonic()
    try:
        wish = next(waiting)
        while True:
            ready = yield wish  # psycopg wakes us every 0.1 s, with 0 if nothing has come
            if ready:
                heard = time.monotonic()
            elif time.monotonic() - heard >= patience:
                on_silence()
                patience *= 2
            wish = waiting.send(ready)
    except StopIteration as finished:
        result: Result = finished.value
        return result


def _give_up() -> None:
    raise psycopg.errors.ConnectionTimeout("it keeps silent")


def watch(engine: "Engine") -> None:
    """Have *engine* make such connections, and try each before it is used again."""
    outage = Outage("The database")

    def connect(_dialect: object, _record: object, args: Any, options: Any) -> Connection:
        with outage.asking(psycopg.errors.ConnectionTimeout):
            made = Connection.connect(*args, **options)
        made.outage = outage
        return made

    def try_it(connection: object, _record: object, _proxy: object) -> None:
        if not isinstance(connection, Connection):
            return  # of a "creator" in DATABASE_OPTIONS, whose matter it is then
        if connection.is_fresh:
            connection.is_fresh = False
            return
        try:
            with outage.asking(psycopg.errors.ConnectionTimeout), connection.hurried():
                engine.dialect.do_ping(connection)  # type: ignore[arg-type]
        except psycopg.errors.ConnectionTimeout as error:
            raise ServiceUnavailable(f"The database does not answer: {error}") from error
        except psycopg.Error as error:
            raise exc.InvalidatePoolError from error  # lost meanwhile: a new one is made

    event.listen(engine, "do_connect", connect)
    event.listen(engine, "checkout", try_it)

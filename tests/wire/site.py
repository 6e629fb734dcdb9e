"""Serve an application for the duration of a block."""

import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from time import sleep
from typing import Any

from enfilade.server.access import Access, AccessRecord
from enfilade.server.engine import choose_loop
from enfilade.server.listener import Listener
from enfilade.server.options import Options
from enfilade.server.porter import Porter
from enfilade.server.scoreboard import Scoreboard
from enfilade.server.tally import Tally
from enfilade.server.tls.certificates import load_certificates
from enfilade.types import WSGIApplication
from wire.client import PATIENCE, Client

# Short enough for tests that wait for them, long enough for a busy machine.
QUICK: dict[str, Any] = {"threads": 2, "keep_alive": 5.0}


class Site:
    """A running loop: where it is, what it has logged and counted, and how to end it."""

    def __init__(
        self,
        application: WSGIApplication,
        listener: socket.socket,
        options: Options,
        access: Access | None,
        porter: Porter | None,
        board: Scoreboard | None,
    ) -> None:
        self.address = listener.getsockname()
        self.records: list[AccessRecord] = []
        self.stuck = 0
        board = board or Scoreboard(1, options.threads)
        self.tally = Tally(board)
        self._ready = threading.Event()
        self.loop = choose_loop()(
            [listener],
            application,
            options,
            access=access or self._log,
            on_ready=self._ready.set,
            on_stuck=self._count_stuck,
            porter=porter,
            block=board.block(board.hire(0)),
        )
        self.thread = threading.Thread(target=self.loop.run, daemon=True)
        self._logged = threading.Condition()

    def client(self, **kwargs: Any) -> Client:
        return Client(self.address, **kwargs)

    def start(self) -> None:
        self.thread.start()
        assert self._ready.wait(PATIENCE)

    def drained(self) -> bool:
        """Wait for the loop to end by itself."""
        self.thread.join(PATIENCE)
        return not self.thread.is_alive()

    def wait_for_records(self, count: int) -> list[AccessRecord]:
        """The records, once there are *count*: they are made after the client has its answer."""
        with self._logged:
            assert self._logged.wait_for(lambda: len(self.records) >= count, PATIENCE)
        return self.records

    def _log(self, record: AccessRecord) -> None:
        with self._logged:
            self.records.append(record)
            self._logged.notify_all()

    def _count_stuck(self) -> None:
        self.stuck += 1


@contextmanager
def serving(
    application: WSGIApplication,
    *,
    unix: str = "",
    uwsgi: bool = False,
    access: Access | None = None,
    porter: Porter | None = None,
    board: Scoreboard | None = None,
    **options: Any,
) -> Iterator[Site]:
    """Serve *application* with *options* on a free port, or on the socket file *unix*.

    Access records go to ``Site.records``, or else to *access*. *porter* is asked first;
    *board* is the scoreboard that it looks at. HTTP is spoken, over TLS if *options* have a
    certificate, or *uwsgi*.
    """
    listener = Listener(socket.AF_UNIX if unix else socket.AF_INET)
    listener.bind(unix or ("127.0.0.1", 0))
    listener.listen(1024)
    listener.setblocking(False)
    terms = Options(**QUICK | options)
    listener.certificates = load_certificates(terms)
    listener.protocol = "uwsgi" if uwsgi else "https" if listener.certificates else "http"
    site = Site(application, listener, terms, access, porter, board)
    site.start()
    try:
        yield site
    finally:
        site.loop.drain(patience=0)
        ended = site.drained()
        listener.close()
    assert ended, "the loop did not end"


def holdings() -> tuple[int, int]:
    """How many descriptors and threads this process has, once they stay as they are for a moment:
    a loop's threads, which open a file each, may only be beginning."""
    before = None
    while before != (now := (len(os.listdir("/proc/self/fd")), threading.active_count())):
        before = now
        sleep(0.1)
    return now

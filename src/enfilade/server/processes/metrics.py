"""``--metrics``: a listener of its own, in the supervisor, that knows one path.

It is apart from the site's addresses so that strangers cannot ask and a busy worker cannot
keep Prometheus waiting. A conversation is one request and one answer.
"""

import logging
import socket
from collections.abc import Callable, Iterator
from functools import partial
from time import time
from typing import TYPE_CHECKING

from enfilade.protocol.error_response import status_text, write_error
from enfilade.protocol.errors import ProtocolError
from enfilade.protocol.head import RequestHead
from enfilade.protocol.policy import Policy
from enfilade.protocol.receiver import RequestReceiver
from enfilade.protocol.response import ResponseWriter
from enfilade.server.addresses import Address, bracketed, parse_address
from enfilade.server.exposition import (
    CONTENT_TYPE,
    OPENMETRICS,
    OPENMETRICS_TYPE,
    Family,
    counter,
    expose,
    expose_openmetrics,
    gauge,
    histogram,
)
from enfilade.server.loop.dates import HttpDate
from enfilade.server.memory import resident_memory
from enfilade.server.processes.exemplars import Examples
from enfilade.server.processes.listeners import explained
from enfilade.server.processes.roster import State
from enfilade.server.processes.sockets import ListenError
from enfilade.server.processes.visitors import Desk, Visitor
from enfilade.server.scoreboard import (
    ACCEPTED,
    GONE,
    HANDED_OVER,
    PAUSED,
    RECEIVED,
    REFUSED,
    SENT,
    SHED,
    TIMED_OUT,
    TOOK,
    UNLOGGED,
    UNREADY,
    WAITED,
)
from enfilade.server.static.codings import parse_weights
from enfilade.server.tally import Sums

if TYPE_CHECKING:
    from enfilade.server.processes.supervisor import Supervisor

logger = logging.getLogger("enfilade.server")

PATH = "/metrics"
BACKLOG = 128
LIMITS = Policy(line=2048, field=4096, fields=50, head=16384, body=0)

_COUNTERS = (
    ("connections_accepted_total", "Connections that were accepted.", ACCEPTED),
    ("received_bytes_total", "Bytes that clients have sent.", RECEIVED),
    ("sent_bytes_total", "Bytes of answers.", SENT),
    ("requests_shed_total", "Requests that were told to come later: no thread was free.", SHED),
    ("requests_timed_out_total", "Requests whose application missed its deadline.", TIMED_OUT),
    ("requests_refused_total", "Requests that broke a rule of the protocol.", REFUSED),
    ("clients_gone_total", "Clients that went before their answer's end.", GONE),
    ("connections_handed_over_total", "Connections left to the plain loop.", HANDED_OVER),
    ("access_lines_lost_total", "Access lines that could not be written.", UNLOGGED),
)


class Scraper(Visitor):
    """Somebody who asks over HTTP/1.1 for what *measure* gives for a field Accept: the type of
    the content, and the content."""

    def __init__(
        self, desk: Desk, sock: socket.socket, measure: Callable[[str], tuple[str, bytes]]
    ) -> None:
        super().__init__(desk, sock)
        self._measure = measure
        self._receiver = RequestReceiver(LIMITS)

    def hear(self, data: bytes) -> None:
        self._receiver.feed(data)
        head = None
        try:
            head = self._receiver.next_head()
        except ProtocolError as error:
            self._say_error(error.status, error.reason)
        else:
            if head is not None:
                self._answer(head)

    def _answer(self, head: RequestHead) -> None:
        if head.path != PATH:
            self._say_error(404, f"there is only {PATH}", head)
        elif head.method not in ("GET", "HEAD"):
            self._say_error(405, "", head, (("Allow", "GET, HEAD"),))
        else:
            kind, body = self._measure(head.fields.get("accept", ""))
            writer = self._writer(head)
            fields = {"Content-Type": kind, "Cache-Control": "no-store", "Vary": "Accept"}
            start = writer.start(status_text(200), list(fields.items()), len(body))
            self.say(start + writer.data(body) + writer.end(), last=True)

    def _say_error(
        self,
        status: int,
        reason: str,
        head: RequestHead | None = None,
        fields: tuple[tuple[str, str], ...] = (),
    ) -> None:
        self.say(write_error(self._writer(head), status, reason, fields), last=True)

    def _writer(self, head: RequestHead | None) -> ResponseWriter:
        return ResponseWriter(head, date=HttpDate(), keep_alive_allowed=False)


class Metrics:
    """What *supervisor* and its workers have to tell, at *address*.

    Raises :exc:`~enfilade.server.processes.sockets.ListenError` if that cannot be had.
    """

    def __init__(self, supervisor: "Supervisor", address: str) -> None:
        self._supervisor = supervisor
        self._began = time()
        self._examples = Examples(supervisor.rings)
        self._listener = open_listener(address)
        welcome = partial(Scraper, measure=self._measure)
        supervisor.witnesses.append(Desk(supervisor.selector, self._listener, welcome))
        host, port = self._listener.getsockname()[:2]
        logger.info("metrics at %s:%d%s", bracketed(host), port, PATH)

    def close(self) -> None:
        self._listener.close()

    def _measure(self, accept: str) -> tuple[str, bytes]:
        if not prefers_openmetrics(accept):
            return CONTENT_TYPE, expose(self._families())
        self._examples.look()
        return OPENMETRICS_TYPE, expose_openmetrics(self._families())

    def _families(self) -> Iterator[Family]:
        total = self._supervisor.tally.total()
        yield from self._server()
        yield from self._workers()
        yield from _requests(total, self._examples)
        for name, text, word in _COUNTERS:
            yield counter(f"enfilade_{name}", text, total[word])

    def _server(self) -> Iterator[Family]:
        supervisor = self._supervisor
        server = supervisor.board.server
        began = "When the server was started, in seconds since the epoch."
        ready = not server[UNREADY] and not server[PAUSED]
        yield gauge("enfilade_start_time_seconds", began, self._began)
        yield gauge("enfilade_ready", "1 unless the server drains or is paused.", int(ready))
        code = "How often the application was loaded anew."
        yield gauge("enfilade_generation", code, supervisor.generations.current)

    def _workers(self) -> Iterator[Family]:
        supervisor = self._supervisor
        states = [worker.state for worker in supervisor.roster]
        samples = [("", {"state": state.value}, float(states.count(state))) for state in State]
        yield Family("enfilade_workers", "gauge", "Workers by what they are at.", samples)
        wanted = supervisor.roster.wanted
        yield gauge("enfilade_workers_wanted", "Workers that there should be.", wanted)
        died = "Workers that ended although nobody had told them to."
        yield counter("enfilade_worker_deaths_total", died, supervisor.deaths)
        memory = sum(resident_memory(worker.pid) or 0 for worker in supervisor.roster)
        yield gauge("enfilade_workers_memory_bytes", "Resident memory of all workers.", memory)
        tally = supervisor.tally
        busy = "Requests that are being worked on."
        yield gauge("enfilade_threads_busy", busy, tally.under_way())
        threads = len(states) * supervisor.options.threads
        yield gauge("enfilade_threads", "Application threads of all workers.", threads)


def prefers_openmetrics(accept: str) -> bool:
    """Whether a field Accept (RFC 9110, 12.5.1) names OpenMetrics, and likes it as much as text."""
    weights = parse_weights(accept)
    weight = weights.get(OPENMETRICS, 0.0)
    return weight > 0 and weight >= weights.get("text/plain", 0.0)


def _requests(total: Sums, examples: Examples) -> Iterator[Family]:
    none, *classes = total.responses
    samples = [("", {"class": f"{n}xx"}, float(count)) for n, count in enumerate(classes, 1)]
    yield Family("enfilade_responses_total", "counter", "Answers by class of status.", samples)
    unanswered = "Requests whose client went before the answer began."
    yield counter("enfilade_requests_unanswered_total", unanswered, none)
    yield gauge("enfilade_connections", "Open connections.", total.open)
    yield gauge("enfilade_requests_waiting", "Requests without a thread yet.", total.waiting)
    for name, text, which, exemplars in (
        ("queue", "How long requests waited for a thread.", WAITED, examples.queue),
        ("duration", "How long requests took, with the waiting.", TOOK, examples.duration),
    ):
        buckets, seconds = total.histogram(which), total.seconds(which)
        yield histogram(f"enfilade_request_{name}_seconds", text, buckets, seconds, exemplars)


def open_listener(text: str) -> socket.socket:
    """Listen at the address *text*, on the loopback interface if it has no host."""
    address = parse_address(f"127.0.0.1{text}" if text.startswith(":") else text)
    with explained(address, "--metrics"):
        if address.kind == "fd":
            return socket.socket(fileno=address.descriptor)
        _check_kind(address)
        family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
        place = (address.host, address.port)
        return socket.create_server(place, family=family, backlog=BACKLOG)


def _check_kind(address: Address) -> None:
    if address.kind != "tcp":
        raise ListenError(
            f"Cannot serve metrics at {address}: Prometheus reads from HOST:PORT.",
            hint="--metrics :9464, say.",
        )

"""What the access log is told about one answered request.

The loop and the application threads only make the record; how it becomes a line, and where the
line goes, is for whoever takes it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from enfilade.protocol.head import RequestHead
from enfilade.trace import Trace

CLIENT_GONE = 499
"""The status in the log, and nowhere else, of a request whose client went before there was an
answer."""


@dataclass(slots=True)
class AccessRecord:
    """One answer, complete or cut short.

    ``time`` is in seconds since the epoch, when the request had been read; ``duration`` the
    seconds from then until the answer's last byte was handed to the kernel; ``queued`` how many
    of those the request waited for an application thread, and in a trusted proxy before that;
    ``first_byte`` how many passed until the answer's first byte left. ``bytes_sent`` counts the
    body, without the head and the framing of chunks, as the combined format has it. ``peer``
    is the client's address without its port, ``""`` for a Unix socket. A request whose head could
    not be understood has ``-`` as its method, target and version. ``fields`` are the request's,
    with lower-case names.

    What only the recorder is told: ``began``, when an application's thread took it, in seconds of
    :func:`time.monotonic`, 0 if none did; ``took``, the seconds until the application was done
    with it, whoever waits for a slow client then; ``trace``; the ``error`` that was not caught, and
    the ``route`` that has won if no trace has it, each "" if that is not known.
    """

    time: float
    peer: str
    method: str
    target: str
    version: str
    status: int
    bytes_sent: int
    duration: float = 0.0
    queued: float = 0.0
    first_byte: float = 0.0
    user_agent: str = ""
    referer: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)
    began: float = 0.0
    took: float = 0.0
    trace: Trace | None = None
    error: str = ""
    route: str = ""

    def note_times(
        self, *, duration: float, queued: float, first_byte: float, began: float, took: float
    ) -> None:
        """Add when what happened; *first_byte* is 0 if the answer left in one piece, or not."""
        self.duration, self.queued, self.first_byte = duration, queued, first_byte or duration
        self.began, self.took = began, took


Access = Callable[[AccessRecord], object]
"""Takes a record; called on an application thread or on the loop's, so it must not block."""


def body_size(answer: bytes) -> int:
    """Bytes of the body of *answer*, one of the server's own."""
    return len(answer.partition(b"\r\n\r\n")[2])


def build_record(
    head: RequestHead | None, peer: str, status: int, bytes_sent: int, time: float
) -> AccessRecord:
    """The record of an answer to *head*, or to something that was none; durations are 0."""
    if head is None:
        return AccessRecord(time, peer, "-", "-", "-", status, bytes_sent)
    major, minor = head.version
    return AccessRecord(
        time,
        peer,
        head.method,
        head.target,
        f"HTTP/{major}.{minor}",
        status,
        bytes_sent,
        user_agent=head.fields.get("user-agent", ""),
        referer=head.fields.get("referer", ""),
        fields=head.fields,
    )

"""Who is told of the answers of one worker: the access log and the recorder."""

import logging
from dataclasses import dataclass

from enfilade.protocol.head import RequestHead
from enfilade.server.access import Access, AccessRecord
from enfilade.server.recorder.choice import begin_for_subscribers
from enfilade.server.recorder.recorder import Recorder
from enfilade.trace import Trace

logger = logging.getLogger("enfilade.server")


@dataclass(slots=True, kw_only=True)
class Audience:
    """``access`` is told of all, if there is one; ``recorder`` chooses who is traced, and keeps
    what was slow, failed or traced."""

    access: Access | None
    recorder: Recorder | None = None

    def begin_trace(self, head: RequestHead, peer: str) -> Trace | None:
        """A trace for the request with *head* from *peer*, if it is to have one."""
        if self.recorder is None:
            return begin_for_subscribers(head, peer)
        return self.recorder.choice.begin(head, peer)

    def wants(self, status: int, took: float, trace: Trace | None) -> bool:
        """Whether anybody wants to be told of an answer that took so many seconds."""
        if self.access is not None or self.recorder is None:
            return self.access is not None
        return trace is not None or self.recorder.wants(status, took)

    def tell(self, record: AccessRecord) -> None:
        """Hand *record* over; whatever becomes of it, the request is answered."""
        if self.recorder is not None:
            self.recorder.take(record)  # first, for the log keeps of the fields what it writes
        if self.access is not None:
            try:
                self.access(record)
            except Exception:
                logger.exception("an access record could not be delivered")

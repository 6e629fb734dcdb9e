"""A trace that looks at request and response whenever a piece of the walk begins or ends."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from time import perf_counter_ns
from types import TracebackType
from typing import Any

from enfilade.explain.walk.looks import look_at_content, look_at_request, look_at_response
from enfilade.trace import Event, Trace
from enfilade.trace.failure import described


@dataclass(frozen=True, slots=True)
class Glimpse:
    """How request and response looked at one moment; empty as long as they are not there.
    ``body`` is the beginning of the response's, ``identity`` tells whether it is the same
    response as at another moment."""

    request: Mapping[str, str]
    response: Mapping[str, str]
    body: Sequence[str]
    identity: int


class Sight(Event):
    """An event, and how things looked ``before`` and ``after`` it. ``failure`` is what exception
    has ended it, and where in the site, without secrets; "" if none has."""

    __slots__ = ("_witness", "after", "before", "failure")

    def __init__(self, witness: "Witness", event: str, node: str, detail: str) -> None:
        self._witness = witness
        self.before = self.after = witness.look()
        self.failure = ""
        super().__init__(perf_counter_ns(), event, node, detail)

    def leave(self, outcome: str = "", detail: str = "") -> None:
        """Note that this is over, and how things look now."""
        super().leave(outcome, detail)
        self.after = self._witness.look()

    def fail(self, exception: BaseException) -> None:
        """Note that *exception* ends this, what it says and where it was raised."""
        super().fail(exception)
        self.failure = described(exception)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        exception: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        super().__exit__(kind, exception, traceback)
        self.after = self._witness.look()


class Witness(Trace):
    """Notes a request's events as :class:`Sight`, and knows the objects themselves: ``request``,
    ``match`` and ``response``, ``None`` until they are there. ``answers`` are all responses."""

    __slots__ = ("answers", "match", "request", "response")

    def __init__(self) -> None:
        super().__init__(why="walk")
        self.request: Any = None
        self.match: Any = None
        self.response: Any = None
        self.answers: list[Any] = []

    def enter(self, event: str, node: str = "", detail: str = "") -> Event:
        entered = Sight(self, event, node, detail)
        self.events.append(entered)
        return entered

    def show(self, thing: Any) -> None:
        if hasattr(thing, "status_code"):
            self.response = thing
            self.answers.append(thing)  # so that no other has its identity
        elif hasattr(thing, "META"):
            self.request = thing
        elif hasattr(thing, "route"):
            self.match = thing

    def look(self) -> Glimpse:
        """How things look now."""
        response = self.response
        return Glimpse(
            request=look_at_request(self.request) if self.request is not None else {},
            response=look_at_response(response) if response is not None else {},
            body=look_at_content(response) if response is not None else (),
            identity=id(response),
        )

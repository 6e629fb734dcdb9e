"""Where the pages get from what they show."""

from collections.abc import Mapping
from typing import Any, Protocol

from enfilade.explain import Plan, RequestPlan
from enfilade.trace import Entry


class Site(Protocol):
    """What is known of the application's code as it is loaded now."""

    def plan(self) -> Plan:
        """The application as a whole."""

    def explain(self, method: str, path: str) -> RequestPlan:
        """What a request would meet, with all routes that lose. Raises what the site's converters
        raise, and :exc:`~enfilade.explain.line.RequestLineError`."""

    def shadows(self) -> Mapping[int, int]:
        """The numbers of routes that can never match, each with that of the one in its way."""


class Source(Protocol):
    """What the pages read, from the memory that all workers share or over the control socket.

    ``site`` is ``None`` where the application is in no reach, or not one that can be looked into;
    ``why_no_site`` says so in a sentence.
    """

    site: Site | None
    why_no_site: str

    def entries(self, *, details: bool = False) -> list[Entry] | None:
        """The requests that are kept, the one that ended last first; ``None`` if the recorder is
        off. Without *details* they may lack their events, notes, stacks and fields."""

    def entry(self, span: str) -> Entry | None:
        """The request of that span with all that is known of it, if it is kept."""

    def server(self) -> dict[str, Any]:
        """What the control command ``top`` answers."""

    def draining(self) -> bool:
        """Whether the process that serves the pages is about to end, so that live pages should."""

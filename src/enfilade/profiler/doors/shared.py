"""What the pages show, out of the memory that all processes of a server share."""

from typing import Any

from enfilade.profiler.source import Site
from enfilade.profiler.tail import ended
from enfilade.server.processes.outlook import Outlook
from enfilade.server.recorder import Rings
from enfilade.trace import Entry

OTHER_PROCESS = "The application is loaded by other processes than this one."
OTHER_FRAMEWORK = "The application is made with another framework than Enfilade or Django."
DOES_NOT_START = "The application does not start as it is now."


class SharedSource:
    """Reads *rings*, if anything is recorded, and *outlook*. ``leaving`` becomes true when the
    process that serves the pages is about to end."""

    leaving = False

    def __init__(
        self,
        rings: Rings | None,
        outlook: Outlook,
        site: Site | None = None,
        why_no_site: str = OTHER_PROCESS,
    ) -> None:
        self.site = site
        self.why_no_site = why_no_site
        self._rings = rings
        self._outlook = outlook
        self._known: dict[bytes, Entry] = {}

    def entries(self, *, details: bool = False) -> list[Entry] | None:
        """The requests that are kept, the newest first; ``None`` if the recorder is off. They have
        all their parts, which are there anyway.

        Live pages ask for them twice a second, so what was read once is not decoded again.
        """
        if self._rings is None:
            return None
        known = self._known
        self._known = {data: known.get(data) or Entry.decode(data) for data in self._rings.read()}
        return sorted(self._known.values(), key=ended, reverse=True)

    def entry(self, span: str) -> Entry | None:
        """The request of that span, if it is kept."""
        return None if self._rings is None else self._rings.find(span)

    def server(self) -> dict[str, Any]:
        """What the control command ``top`` answers."""
        return self._outlook.top()

    def draining(self) -> bool:
        """Whether live pages should end."""
        return self.leaving

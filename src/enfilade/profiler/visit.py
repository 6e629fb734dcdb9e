"""A request for a page, and what there is to answer it from."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from enfilade.profiler.page import Page, make_page
from enfilade.profiler.source import Source
from enfilade.profiler.templating import render
from enfilade.trace import Entry


@dataclass(frozen=True)
class Visit:
    """``path`` is what follows the *root* of the pages; ``last`` the id of the last event that the
    visitor has seen."""

    source: Source
    root: str
    path: str
    query: Mapping[str, str]
    last: str = ""

    @cached_property
    def server(self) -> dict[str, Any]:
        """The server as it is at this moment."""
        return self.source.server()

    @cached_property
    def kept(self) -> list[Entry] | None:
        """The requests that are kept, without their details; ``None`` if the recorder is off."""
        return self.source.entries()

    @property
    def entries(self) -> list[Entry]:
        """The same; none if the recorder is off."""
        return self.kept or []

    @cached_property
    def activities(self) -> list[dict[str, Any]]:
        """What the threads do, but for those that have the pages in hand."""
        found = self.server["activities"]
        return [each for each in found if not each["target"].startswith(self.root)]

    def page(self, template: str, *, status: int = 200, **context: Any) -> Page:
        """The page that *template* makes of *context*."""
        text = render(
            f"{template}.html",
            self.root,
            section=template,
            has_site=self.source.site is not None,
            why_no_site=self.source.why_no_site,
            server=self.server,
            activities=self.activities,
            own=len(self.server["activities"]) - len(self.activities),
            recorded=None if self.kept is None else len(self.kept),
            **context,
        )
        return make_page(text, status)

"""Which requests a visitor wants to see, and in what order."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Self
from urllib.parse import urlencode

from enfilade.trace import Entry

CLASSES: Mapping[str, str] = {
    "2": "2xx: success",
    "3": "3xx: redirection",
    "4": "4xx: refused",
    "5": "5xx: failed",
    "0": "no answer",
}
"""Kinds of answers by the first digit of their status."""

REASONS: Mapping[str, str] = {
    "slow": "it was slow",
    "failed": "it failed",
    "lost": "its worker died",
    "sampled": "one of so many",
    "asked": "asked for with the token",
    "suspected": "one like it was slow or failed",
    "upstream": "whoever called records it",
    "development": "development keeps all",
}
"""What requests are kept for."""


@dataclass(frozen=True, slots=True)
class Selection:
    """What an entry must be like; what is empty lets all pass. ``path`` is a part of the path or
    of the route, ``status`` the first digit of it or all three, ``why`` a reason."""

    path: str = ""
    status: str = ""
    why: str = ""

    @classmethod
    def read(cls, query: Mapping[str, str]) -> Self:
        """What *query* asks for; what nobody can ask for is as if it were not there."""
        status, why = query.get("status", "").strip(), query.get("why", "")
        known = status in CLASSES or (len(status) == 3 and status.isascii() and status.isdigit())
        return cls(query.get("path", "").strip(), status * known, why if why in REASONS else "")

    @property
    def query(self) -> str:
        """As a query, without its "?"."""
        return urlencode({name: value for name, value in asdict(self).items() if value})

    def __bool__(self) -> bool:
        return bool(self.path or self.status or self.why)

    def allows(self, entry: Entry) -> bool:
        """Whether *entry* is asked for."""
        if self.path and self.path not in entry.path and self.path not in entry.route:
            return False
        if self.status and not f"{entry.status:03}".startswith(self.status):
            return False
        return not self.why or self.why in entry.why


def has_failed(entry: Entry) -> bool:
    """Whether the server or the application is to blame for how *entry* ended."""
    return entry.status >= 500 or bool(entry.error) or not {"failed", "lost"}.isdisjoint(entry.why)

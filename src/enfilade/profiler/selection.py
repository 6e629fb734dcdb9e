"""Which requests a visitor wants to see, and in what order."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self
from urllib.parse import urlencode

from enfilade.trace import Entry, spell_out

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
    of the route, with or without percent-encoding, ``status`` the first digit of it or all
    three, ``why`` a reason. ``misunderstood`` says of what else was asked for why it is left out.
    """

    path: str = ""
    status: str = ""
    why: str = ""
    misunderstood: tuple[str, ...] = ()

    @classmethod
    def read(cls, query: Mapping[str, str]) -> Self:
        """What *query* asks for; what nobody can ask for is left out."""
        status, why = query.get("status", "").strip(), query.get("why", "").strip()
        status = status[0] if status[1:] == "xx" and status[0] in CLASSES else status
        known = status in CLASSES or (len(status) == 3 and status.isascii() and status.isdigit())
        misunderstood = []
        if status and not known:
            misunderstood.append(f"There is no status {status!r}: it is like 404, or like 4xx.")
        if why and why not in REASONS:
            misunderstood.append(f"Requests are not kept for {why!r}.")
        return cls(
            query.get("path", "").strip(),
            status * known,
            why if why in REASONS else "",
            tuple(misunderstood),
        )

    @property
    def query(self) -> str:
        """As a query, without its "?"."""
        asked = {"path": self.path, "status": self.status, "why": self.why}
        return urlencode({name: value for name, value in asked.items() if value})

    def __bool__(self) -> bool:
        return bool(self.path or self.status or self.why)

    def allows(self, entry: Entry) -> bool:
        """Whether *entry* is asked for."""
        if self.path and not self._has_path(entry):
            return False
        if self.status and not f"{entry.status:03}".startswith(self.status):
            return False
        return not self.why or self.why in entry.why

    def _has_path(self, entry: Entry) -> bool:
        if self.path in entry.path or self.path in entry.route:
            return True
        path = spell_out(self.path)
        return path in entry.spelt_out or path in entry.route


def has_failed(entry: Entry) -> bool:
    """Whether the server or the application is to blame for how *entry* ended."""
    return entry.status >= 500 or bool(entry.error) or not {"failed", "lost"}.isdisjoint(entry.why)

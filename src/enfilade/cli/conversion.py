"""Another server's configuration becomes ``enfilade.toml``: what can be said, and for the rest why
it cannot."""

import json
from dataclasses import dataclass, field
from typing import Any

from enfilade.exceptions import DeveloperError


class ConversionError(DeveloperError):
    """The other server's configuration cannot be read."""


@dataclass(slots=True)
class Conversion:
    """``settings`` are options by their names in the file, ``remarks`` what stands before one of
    them, and ``rest`` names what has no equivalent, and why."""

    settings: dict[str, Any] = field(default_factory=dict)
    remarks: dict[str, str] = field(default_factory=dict)
    rest: list[tuple[str, str]] = field(default_factory=list)

    def set(self, name: str, value: Any, remark: str = "") -> None:
        """Have option *name* be *value*."""
        self.settings[name] = value
        if remark:
            self.remarks[name] = remark

    def add(self, name: str, value: str) -> None:
        """Add *value* to the list that option *name* is."""
        self.settings.setdefault(name, []).append(value)

    def leave(self, key: str, why: str) -> None:
        """The other server's *key* has no equivalent."""
        self.rest.append((key, why))

    def as_toml(self, source: str) -> str:
        """The whole file."""
        lines = [f"# From {source}."]
        for name, value in self.settings.items():
            if name in self.remarks:
                lines += ["", f"# {self.remarks[name]}"]
            lines.append(f"{name} = {show(value)}")
        if self.rest:
            lines += ["", "# Without an equivalent:"]
            lines += [f"# {_printable(key)}: {why}" for key, why in self.rest]
        return "\n".join(lines) + "\n"


def show(value: Any) -> str:
    """*value* in TOML: texts, numbers, truth values and lists of texts look as in JSON."""
    return json.dumps(value, ensure_ascii=True).replace("\x7f", "\\u007f")


def _printable(text: str) -> str:
    return "".join(character if character.isprintable() else "?" for character in text)

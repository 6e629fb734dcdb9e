"""Where the server's options have their values from: a file and its line, a variable, a flag, or
the default, which is a line of :mod:`enfilade.server.option_groups`."""

import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from inspect import get_annotations
from pathlib import Path
from typing import Any

from enfilade.explain.source import Source
from enfilade.server.configuration import COMMANDS, FIELDS, Configuration
from enfilade.server.options import Options

DEFAULT = "default"

_PLACE = re.compile(rf"(?P<file>.+?)(?: \[(?P<table>{'|'.join(COMMANDS)})\])?")


@dataclass(frozen=True, slots=True)
class OptionPlan:
    """One option of the server, at the step (``event``) that it is for. ``value`` is as a person
    writes it; the name of its ``source`` is "default", a key, a variable or a flag."""

    event: str
    name: str
    value: str
    source: Source

    @property
    def origin(self) -> str:
        """Where it was set, "" if nobody has set it."""
        if self.source.name == DEFAULT:
            return ""
        return self.source.place or self.source.name


def option_plan(event: str, configuration: Configuration, name: str) -> OptionPlan:
    """Option *name* (with underscores) of *configuration*."""
    value = getattr(configuration.options, name)
    return OptionPlan(event, name.replace("_", "-"), shown(name, value), trace(configuration, name))


def trace(configuration: Configuration, name: str) -> Source:
    """Where the value of option *name* comes from."""
    if name not in configuration.settings:
        return _declaration(name)
    source = configuration.settings[name].source
    key, _, place = source.partition(" in ")
    if not place or (found := _PLACE.fullmatch(place)) is None:
        return Source(source)
    file = str(Path(found["file"]).absolute())
    return Source(source, file, line_of_key(file, key, found["table"] or ""))


def shown(name: str, value: Any) -> str:
    """*value* of option *name*, with its unit."""
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, tuple):
        return " ".join(value) or "none"
    if isinstance(value, (int, float)):
        return f"{value:g}" if isinstance(value, float) else str(value)
    return str(value) or "none"


def unit_of(name: str) -> str:
    """In what option *name* is counted."""
    return str(FIELDS[name].metadata.get("unit", ""))


def line_of_key(file: str, key: str, table: str = "") -> int | None:
    """The line of *file*, in TOML, in which *key* of *table* begins; ``None`` if it is written in
    a way that takes more than a look."""
    inside, wanted = "", re.compile(rf"""\s*["']?{re.escape(key)}["']?\s*=""")
    for number, line in enumerate(_lines(file), start=1):
        if begun := re.match(r"\s*\[\s*([\w.-]+)\s*\]", line):
            inside = begun[1]
        elif inside == table and wanted.match(line):
            return number
    return None


@cache
def _declaration(name: str) -> Source:
    """The line of the group in which option *name* has its default."""
    group = next(kind for kind in Options.__mro__ if name in get_annotations(kind))
    file = sys.modules[group.__module__].__file__ or ""
    lines = enumerate(_lines(file), start=1)
    line = next((number for number, text in lines if text.startswith(f"    {name}:")), None)
    return Source(DEFAULT, file, line)


def _lines(file: str) -> Sequence[str]:
    try:
        return Path(file).read_text("utf-8").splitlines()
    except (OSError, ValueError):
        return ()

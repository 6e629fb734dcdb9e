"""``latest.json``: every row with its samples, and the machine that they are from.

A run replaces the rows that it has measured and keeps the others, unless they are of another
machine: figures of two machines do not stand in one table.
"""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from bench.compare import Result
from bench.contest import Row


@dataclass
class Record:
    """A measured row: its result, when and from which commit, and how long it took."""

    result: Result
    circumstances: dict[str, Any]


@dataclass
class Results:
    machine: dict[str, Any]
    versions: dict[str, str]
    rows: dict[str, Record] = field(default_factory=dict)

    def add(self, row: Row, result: Result, circumstances: dict[str, Any]) -> None:
        self.rows[row.name] = Record(result, circumstances)


def read(file: Path) -> Results | None:
    """What an earlier run has written, if there was one."""
    if not file.exists():
        return None
    stored = json.loads(file.read_text())
    rows = {
        name: Record(Result(row["samples"], row["missing"]), row["circumstances"])
        for name, row in stored["rows"].items()
    }
    return Results(stored["machine"], stored["versions"], rows)


def write(file: Path, results: Results) -> None:
    rows = {
        name: {"circumstances": record.circumstances, **asdict(record.result)}
        for name, record in results.rows.items()
    }
    stored = {"machine": results.machine, "versions": results.versions, "rows": rows}
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(stored, indent=1, ensure_ascii=False) + "\n")


def continued(file: Path, machine: dict[str, Any], versions: dict[str, str]) -> Results:
    """The results to add to: those of *file* if they are of this machine."""
    earlier = read(file)
    rows = earlier.rows if earlier and earlier.machine == machine else {}
    return Results(machine, versions, rows)

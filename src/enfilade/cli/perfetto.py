"""Writes requests for ui.perfetto.dev."""

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

from enfilade.cli.outcome_file import write_file

if TYPE_CHECKING:
    from enfilade.trace import Entry


def write_trace(file: str, entries: "Sequence[Entry]") -> str:
    """Write *entries* to *file*; the sentence that says so.

    Raises :exc:`click.UsageError` if it cannot be written.
    """
    from enfilade.trace.perfetto import trace_events

    write_file(file, json.dumps(trace_events(entries)))
    several = "1 request" if len(entries) == 1 else f"{len(entries)} requests"
    return f"{several} written to {file}; ui.perfetto.dev opens it."

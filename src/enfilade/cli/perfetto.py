"""Writes requests for ui.perfetto.dev."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from enfilade.trace import Entry


def write_trace(file: str, entries: "Sequence[Entry]") -> str:
    """Write *entries* to *file*; the sentence that says so.

    Raises :exc:`click.UsageError` if it cannot be written.
    """
    from enfilade.trace.perfetto import trace_events

    try:
        Path(file).write_text(json.dumps(trace_events(entries)), "utf-8")
    except OSError as error:
        raise click.UsageError(f"{file} cannot be written: {error.strerror}.") from None
    several = "1 request" if len(entries) == 1 else f"{len(entries)} requests"
    return f"{several} written to {file}; ui.perfetto.dev opens it."

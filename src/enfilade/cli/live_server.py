"""What ``enfilade status`` and ``enfilade top`` show of what a server tells."""

from collections.abc import Mapping
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from enfilade.cli.terminal import plain
from enfilade.server.control import Answer

AROUND = 9
"""Lines of the screen that are not for the table."""

SLOW = 1.0
"""Seconds after which a request is worth a colour."""


def status_view(answer: Answer) -> RenderableType:
    """The server in a few lines, then a line for each worker."""
    return Group(_headline(answer), _facts(answer), Text(), _workers(answer["workers"]))


def top_view(answer: Answer, before: Answer | None, height: int) -> RenderableType:
    """What every thread does, as far as *height* lines have room, all of it if that is 0;
    *before* is the answer a moment ago, to tell how much was done since."""
    found = answer["activities"]
    room = max(1, height - AROUND) if height else len(found)
    left_out = len(found) - room
    more = f"… and {left_out} more" if left_out > 0 else ""
    hint = "q ends" * bool(height)
    return Group(
        _headline(answer),
        _facts(answer, before),
        Text(),
        _activities(found[:room]),
        Text("  ".join(filter(None, (more, hint))), "aside"),
    )


def _headline(answer: Answer) -> Text:
    state = _state(answer)
    return Text.assemble(
        (f"Enfilade {answer['version']}", "title"),
        f"  process {answer['pid']}  up {duration(answer['uptime'])}  ",
        (state, "out" if state == "serving" else "surprise"),
    )


def _state(answer: Answer) -> str:
    if answer["state"] == "stopping":
        return "stopping"
    words = ["drained"] if answer["state"] else []
    if answer["paused"] is not None:
        words.append(f"paused: {plain(answer['paused'])}" if answer["paused"] else "paused")
    return ", ".join(words) or ("reloading" if answer["reloading"] else "serving")


def _facts(answer: Answer, before: Answer | None = None) -> Table:
    totals = answer["totals"]
    busy = sum(worker["busy"] for worker in answer["workers"])
    threads = sum(worker["threads"] for worker in answer["workers"])
    classes = ", ".join(f"{n}xx {totals[f'responses_{n}xx']:,}" for n in range(1, 6))
    rate = f"  {_rate(answer, before):,.1f} a second" if before else ""
    rows = {
        "Serving": f"{answer['application']} at {', '.join(answer['addresses'])}",
        "Code": f"generation {answer['generation']}",
        "Requests": f"{totals['requests']:,}{rate}  {classes}",
        "Now": f"{busy} of {threads} threads busy, {totals['waiting']} requests waiting, "
        f"{totals['connections']} connections open",
    }
    table = Table.grid(padding=(0, 2), pad_edge=True)
    for label, text in rows.items():
        table.add_row(Text(label, "aside"), Text(text))
    return table


def _rate(answer: Answer, before: Answer) -> float:
    done = int(answer["totals"]["requests"]) - int(before["totals"]["requests"])
    return done / max(0.001, float(answer["uptime"]) - float(before["uptime"]))


def _workers(workers: list[Mapping[str, Any]]) -> Table:
    table = _table(
        "worker", "gen.", "state", "up", "requests", "busy", "waiting", "conn.", "memory"
    )
    for worker in workers:
        table.add_row(
            str(worker["pid"]),
            str(worker["generation"]),
            worker["state"],
            duration(worker["uptime"]),
            f"{worker['requests']:,}",
            f"{worker['busy']}/{worker['threads']}",
            str(worker["waiting"]),
            str(worker["connections"]),
            memory(worker["memory"]),
        )
    return table


def _activities(activities: list[Mapping[str, Any]]) -> Table:
    table = _table("elapsed", "worker", "slot", "phase", "method", "target")
    for activity in activities:
        slow = "surprise" if activity["elapsed"] >= SLOW else ""
        table.add_row(
            Text(f"{activity['elapsed']:.3f} s", slow),
            str(activity["worker"]),
            str(activity["slot"]),
            activity["phase"],
            plain(activity["method"]),
            Text(plain(activity["target"]), no_wrap=True, overflow="ellipsis"),
        )
    return table


def _table(*headings: str) -> Table:
    table = Table(box=None, pad_edge=True, header_style="aside", padding=(0, 1))
    for heading in headings:
        words = heading in ("state", "phase", "method", "target")
        table.add_column(heading, justify="left" if words else "right", no_wrap=True)
    return table


def duration(seconds: float) -> str:
    """As people say it: ``42 s``, ``3 min``, ``5.0 h``, ``2.1 d``."""
    if seconds < 120:
        return f"{seconds:.0f} s"
    if seconds < 2 * 3600:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h" if seconds < 48 * 3600 else f"{seconds / 86400:.1f} d"


def memory(size: int | None) -> str:
    """In megabytes; ``-`` if it is not known."""
    return "-" if size is None else f"{size / 1e6:.1f} MB"

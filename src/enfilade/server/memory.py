"""Memory: sizes as an operator writes them, what a process has, and whom the kernel has killed
for lack of it."""

import os
from pathlib import Path

from enfilade.server.control_group import GROUPS, PROCESSES, unified_group

UNITS = {"": 1, "K": 1024, "M": 1024**2, "G": 1024**3, "T": 1024**4}

_PAGE = os.sysconf("SC_PAGE_SIZE")


def parse_size(text: str) -> int:
    """Read ``512M``: bytes, or binary thousands of them; ``""`` is 0.

    Raises :exc:`ValueError`.

    >>> parse_size("512M")
    536870912
    """
    number = text.strip().upper().removesuffix("B").removesuffix("I")
    digits = number.rstrip("KMGT")
    unit = number[len(digits) :]
    if not text.strip():
        return 0
    if not (digits.isascii() and digits.isdigit()) or unit not in UNITS:
        raise ValueError(f"{text!r} is not a size such as 512M or 2G")
    return int(digits) * UNITS[unit]


def show_size(size: int) -> str:
    """*size* in MiB, or GiB where that is more readable.

    >>> show_size(536870912)
    '512.0 MiB'
    """
    return f"{size / 1024**2:.1f} MiB" if size < 10 * 1024**3 else f"{size / 1024**3:.1f} GiB"


def resident_memory(pid: int | str = "self") -> int | None:
    """Bytes of memory that the process has; ``None`` where the system has no /proc."""
    try:
        with open(f"/proc/{pid}/statm", "rb") as stream:  # noqa: PTH123 - thrice as fast
            return int(stream.read().split()[1]) * _PAGE
    except (OSError, IndexError):
        return None


class Executions:
    """Counts whom the kernel kills because this process's control group has no memory left.

    *processes* and *groups* are where the system shows processes and control groups (version 2);
    without such a group there is nothing to count.
    """

    def __init__(self, processes: Path = PROCESSES, groups: Path = GROUPS) -> None:
        self._events = unified_group(processes, groups) / "memory.events"
        self._known = self._count()

    def happened(self) -> bool:
        """Whether there was one since this was last asked."""
        before, self._known = self._known, self._count()
        return self._known > before

    def _count(self) -> int:
        try:
            lines = self._events.read_text("ascii").splitlines()
        except OSError:
            return 0
        counts = dict(line.split(maxsplit=1) for line in lines)
        return int(counts.get("oom_kill", 0))

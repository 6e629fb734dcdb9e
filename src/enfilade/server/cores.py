"""How many cores this process may use, which is how many workers ``auto`` means."""

import os
from collections.abc import Iterator
from math import ceil
from pathlib import Path

from enfilade.server.control_group import GROUPS, PROCESSES, groups_of


def usable_cores(processes: Path = PROCESSES, groups: Path = GROUPS) -> int:
    """Cores that the scheduler gives this process (``taskset``, a cpuset), or fewer if the quota
    of a control group around it is less (``CPUQuota=``, a container's ``--cpus``).

    A part of a core counts as one: of a quota of one and a half, one worker could use only one.
    """
    return ceil(min([_scheduled(), *_quotas(processes, groups)]))


def _scheduled() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _quotas(processes: Path, groups: Path) -> Iterator[float]:
    """In cores, those that there are."""
    for folder in groups_of("cpu", processes, groups):
        try:
            quota, period = _read(folder)
        except (OSError, ValueError):
            continue
        if quota > 0 < period:
            yield quota / period


def _read(folder: Path) -> tuple[float, float]:
    """Quota and period of one group, in microseconds; Linux's cgroup-v2.rst, ``cpu.max``, and
    sched-bwc.rst for version 1, where -1 is no quota."""
    unified = folder / "cpu.max"
    if unified.exists():
        quota, period = unified.read_text("ascii").split()
        return (0.0 if quota == "max" else float(quota)), float(period)
    texts = [(folder / f"cpu.cfs_{name}_us").read_text("ascii") for name in ("quota", "period")]
    return float(texts[0]), float(texts[1])

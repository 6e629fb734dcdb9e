"""Where the kernel tells of this process's control groups; cgroups(7)."""

from collections.abc import Iterator
from pathlib import Path

PROCESSES = Path("/proc")
GROUPS = Path("/sys/fs/cgroup")


def unified_group(processes: Path = PROCESSES, groups: Path = GROUPS) -> Path:
    """The folder of this process's control group, version 2; *groups* itself where none is
    named. *processes* and *groups* are where the system shows both."""
    return groups / _paths(processes).get("", ".")


def groups_of(
    controller: str, processes: Path = PROCESSES, groups: Path = GROUPS
) -> Iterator[Path]:
    """The folders that may limit *controller* for this process: those of its groups in version 2
    and then in version 1, each followed by the groups around it.

    In a container a path may be that of the machine, of which only the outermost folder is there.
    """
    paths = _paths(processes)
    if "" in paths:
        yield from _outwards(groups, paths[""])
    if controller in paths:
        yield from _outwards(groups / controller, paths[controller])


def _paths(processes: Path) -> dict[str, str]:
    """The path of each group by its controllers, the one of version 2 by ``""``."""
    try:
        # A path is bytes to the kernel.
        lines = (processes / "self/cgroup").read_text("utf-8", "surrogateescape").splitlines()
    except OSError:
        return {}
    found = [line.split(":", 2) for line in lines if line.count(":") >= 2]
    return {
        controller: path.lstrip("/")
        for _, controllers, path in found
        for controller in controllers.split(",")
    }


def _outwards(outermost: Path, path: str) -> Iterator[Path]:
    innermost = outermost / path
    yield innermost
    if innermost != outermost:
        for folder in innermost.parents:
            yield folder
            if folder == outermost:
                return

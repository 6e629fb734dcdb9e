"""How many workers ``auto`` means; the control groups are files, as the kernel shows them."""

import os
import subprocess
import sys

import pytest

from enfilade.server.cores import usable_cores

ALL = len(os.sched_getaffinity(0))


@pytest.fixture
def machine(tmp_path):
    """Takes what the kernel shows, by path, and gives how many cores that leaves."""

    def cores(files):
        for path, text in files.items():
            file = tmp_path / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, "utf-8", "surrogateescape")
        return usable_cores(tmp_path / "proc", tmp_path / "groups")

    return cores


@pytest.fixture
def hundred_cores(monkeypatch):
    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: set(range(100)))


GROUP = {"proc/self/cgroup": "0::/a.slice/site.service\n"}
OLD_GROUP = {"proc/self/cgroup": "7:memory:/x\n4:cpu,cpuacct:/docker/1f\n1:name=systemd:/y\n"}


@pytest.mark.parametrize(
    ("files", "cores"),
    [
        ({}, 100),
        ({"proc/self/cgroup": "nonsense\n"}, 100),
        (
            {"proc/self/cgroup": "0::/\udcff\n", "groups/\udcff/cpu.max": "50000 10000\n"},
            5,
        ),  # a name that is no UTF-8
        (GROUP, 100),
        (GROUP | {"groups/a.slice/site.service/cpu.max": "max 100000\n"}, 100),
        (GROUP | {"groups/a.slice/site.service/cpu.max": "200000 100000\n"}, 2),
        (GROUP | {"groups/a.slice/site.service/cpu.max": "150000 100000\n"}, 2),
        (GROUP | {"groups/a.slice/site.service/cpu.max": "1000 100000\n"}, 1),
        (GROUP | {"groups/a.slice/site.service/cpu.max": "nonsense\n"}, 100),
        (
            GROUP
            | {
                "groups/a.slice/site.service/cpu.max": "400000 100000\n",
                "groups/a.slice/cpu.max": "30000 10000\n",
            },
            3,
        ),
        ({"proc/self/cgroup": "0::/\n", "groups/cpu.max": "50000 100000\n"}, 1),  # a container
        (
            OLD_GROUP
            | {
                "groups/cpu/docker/1f/cpu.cfs_quota_us": "250000\n",
                "groups/cpu/docker/1f/cpu.cfs_period_us": "100000\n",
            },
            3,
        ),
        (
            OLD_GROUP
            | {
                "groups/cpu/docker/1f/cpu.cfs_quota_us": "-1\n",
                "groups/cpu/docker/1f/cpu.cfs_period_us": "100000\n",
                "groups/memory/cpu.max": "100000 100000\n",
            },
            100,
        ),
        (
            OLD_GROUP  # a container that is shown its own group as the outermost
            | {
                "groups/cpu/cpu.cfs_quota_us": "400000\n",
                "groups/cpu/cpu.cfs_period_us": "100000\n",
            },
            4,
        ),
    ],
)
def test_quota_of_every_group_around_the_process_counts(machine, hundred_cores, files, cores):
    assert machine(files) == cores


def test_quota_beyond_what_the_machine_has_changes_nothing(machine):
    assert machine({"proc/self/cgroup": "0::/\n", "groups/cpu.max": "max 100000"}) == ALL


def test_a_process_that_may_use_one_core_has_one():
    code = (
        "import os; os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})\n"
        "from enfilade.server.cores import usable_cores; print(usable_cores())"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "1\n"


def test_a_system_without_affinity_counts_its_cores(machine, monkeypatch):
    monkeypatch.delattr(os, "sched_getaffinity")
    assert machine({}) == (os.cpu_count() or 1)

import os
from pathlib import Path

import pytest

from enfilade.server.memory import Executions, parse_size, resident_memory, show_size


@pytest.mark.parametrize(
    ("text", "size"),
    [("", 0), ("0", 0), ("1000", 1000), ("64k", 65536), ("512M", 2**29), ("2GiB", 2**31)],
)
def test_reads_sizes(text, size):
    assert parse_size(text) == size


@pytest.mark.parametrize("text", ["M", "-1", "1.5G", "many", "5 minutes", "٣M"])
def test_says_what_is_no_size(text):
    with pytest.raises(ValueError, match="is not a size such as 512M or 2G"):
        parse_size(text)


def test_shows_sizes_as_people_read_them():
    assert show_size(3 * 2**20) == "3.0 MiB"
    assert show_size(12 * 2**30) == "12.0 GiB"


def test_knows_what_a_process_has():
    status = Path("/proc/self/status").read_text()
    said = int(status.partition("VmRSS:")[2].split()[0]) * 1024
    assert abs(resident_memory(os.getpid()) - said) < 8 * 2**20
    assert resident_memory("nobody") is None


def group(tmp_path, kills):
    folder = tmp_path / "groups" / "site.slice"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "memory.events").write_text(f"low 0\nhigh 0\nmax 12\noom 3\noom_kill {kills}\n")


def executions(tmp_path):
    (tmp_path / "self").mkdir()
    (tmp_path / "self/cgroup").write_text("4:memory:/old\n0::/site.slice\n")
    return Executions(processes=tmp_path, groups=tmp_path / "groups")


def test_notices_whom_the_kernel_kills_in_the_own_control_group(tmp_path):
    group(tmp_path, kills=2)
    kernel = executions(tmp_path)
    assert not kernel.happened()
    group(tmp_path, kills=3)
    assert kernel.happened()
    assert not kernel.happened()


def test_counts_nobody_where_there_are_no_control_groups(tmp_path):
    assert not executions(tmp_path).happened()

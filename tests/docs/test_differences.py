"""Every intended difference from Django has its reason and a test."""

import re

import pytest

from pages import ROOT, Page

DIFFERENCES = Page(ROOT / "tests/differential/DIFFERENCES.md")
ROWS = [
    re.split(r"(?<!\\) \| ", line.strip("| "))
    for line in DIFFERENCES.lines
    if line.startswith("| ") and not line.startswith(("| Enfilade |", "| --"))
]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0][:50])
def test_a_difference_has_its_reason_and_a_test_that_is_there(row: list[str]) -> None:
    here, there, reason, test = row
    assert all((here, there, reason))
    file, _, name = test.strip("`").partition("::")
    assert f"def {name}(" in (ROOT / file).read_text("utf-8")


def test_there_are_differences_in_each_section() -> None:
    _, *sections = re.split(r"^## .+$", DIFFERENCES.text, flags=re.MULTILINE)
    assert len(sections) > 5
    assert all("::test_" in section for section in sections)

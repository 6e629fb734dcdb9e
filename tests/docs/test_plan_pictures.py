"""The pictures of plans are those that ``scripts/picture_plans`` draws, and show no machine."""

import re
import runpy

import pytest

from pages import ROOT, Page

SCRIPT = runpy.run_path(str(ROOT / "scripts" / "picture_plans"))
PICTURES: dict[str, tuple[str, str]] = SCRIPT["PICTURES"]


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_is_shown_on_its_page_and_has_its_command(name: str) -> None:
    page, command = PICTURES[name]
    svg = (ROOT / "docs" / "pictures" / f"{name}.svg").read_text("utf-8")
    assert f"pictures/{name}.svg" in Page(ROOT / "docs" / f"{page}.md").text
    assert f">{command}<" in svg.replace("&#160;", " ")
    assert "@font-face" not in svg
    assert not re.search(r"/(home|root|tmp|work|Users)/", svg)


def test_every_picture_of_a_plan_is_drawn_by_the_script() -> None:
    files = {file.stem for file in (ROOT / "docs" / "pictures").glob("plan-*.svg")}
    assert files == set(PICTURES)

"""The page about Django projects shows what is printed, but for times."""

import re

import pytest

from commands import python
from pages import ROOT, Page
from running import surroundings

PAGE = Page(ROOT / "docs" / "django-projects.md")
SHOP = ROOT / "examples" / "django_shop"
SHOWN = [
    (command.text.strip().removeprefix("$ "), output.text)
    for command, output in zip(PAGE.blocks, PAGE.blocks[1:], strict=False)
    if output.language == "text"
]


def normal(text: str) -> list[str]:
    """The lines without what differs from time to time: times, marks of the slowest, widths."""
    text = re.sub(r"\d+\.\d{3} ms|◀( \d+%)?", "", text)
    text = re.sub(r"[─ ]+", " ", text)
    return [line.strip() for line in text.splitlines() if line.strip()]


@pytest.mark.slow
@pytest.mark.parametrize(("command", "claimed"), SHOWN, ids=[command for command, _ in SHOWN])
def test_prints_what_the_page_shows(command: str, claimed: str) -> None:
    env = {**surroundings(), "NO_COLOR": "1", "COLUMNS": "100"}
    env.pop("DJANGO_SETTINGS_MODULE", None)
    done = python("-m", *command.split(), cwd=SHOP, env=env)
    assert done.returncode == 0, done.stderr
    pattern = re.escape("\n".join(normal(claimed))).replace(re.escape("[...]"), ".*?")
    actual = "\n".join(normal(done.stdout))
    assert re.fullmatch(pattern, actual, re.DOTALL), actual


def test_the_page_shows_five_plans() -> None:
    assert len(SHOWN) == 5

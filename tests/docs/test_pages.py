"""What the pages say about the code is there: files, names, settings, options, links, order."""

import re
from dataclasses import fields
from importlib import import_module
from operator import attrgetter
from pathlib import Path

import pytest

from enfilade.conf.settings import DEFAULTS
from enfilade.lifecycle import STEPS, Step
from enfilade.server.options import Options
from pages import OPERATION_PAGES, PAGES, ROOM_PAGES, ROOT, STEP_PAGES, Page

SOURCE = ROOT / "src" / "enfilade"
GAZETTE = ROOT / "examples" / "gazette"
SECTIONS = [
    "What happens",
    "Where to read it",
    "What can be set",
    "What goes wrong",
    "How to see it",
    "Try it",
    "Sources",
]
FLAGS = {"--" + entry.name.replace("_", "-") for entry in fields(Options)} - {"--application"}
BOOLEANS = (entry.name for entry in fields(Options) if entry.type is bool)
OTHER_NAMES = {
    flag
    for entry in fields(Options)
    for flag in entry.metadata.get("flags", ())
    if flag[:2] == "--"
}
NEGATED = {"--no-" + name.replace("_", "-") for name in BOOLEANS}
COMMAND_FLAGS = {
    "--analyze",
    "--candidates",
    "--server",
    "--strict",
    "--token",
    "--data",
    "--diff",
    "--form",
    "--header",
    "--html",
    "--times",
    "--enable-feature",
    "--failed",
    "--follow",
    "--limit",
    "--method",
    "--path",
    "--perfetto",
    "--slow",
    "--status",
    "--why",
    "--all",
    "--clear",
    "--compress",
    "--dry-run",
    "--ignore",
    "--link",
    "--no-default-ignore",
    "--no-input",
    "--email",
    "--password-stdin",
    "--staff",
    "--superuser",
    "--username",
    "--no-post-process",
    "--verbose",
    "--empty",
    "--list",
    "--sql",
    "--to",
    "--asgi",
    "--deploy",
    "--enfilade-settings",
    "--grep",
    "--help",
    "--json",
    "--config",
    "--raw",
    "--message",
    "--retry-after",
    "--no-wait",
    "--from",
}
PAIRS = list(zip(STEP_PAGES, STEPS, strict=True))
WHERE = [
    (page, row)
    for page in STEP_PAGES + ROOM_PAGES + OPERATION_PAGES
    for row in page.rows("Where to read it")
]


def code(text: str) -> list[str]:
    return re.findall(r"`([^`]+)`", text)


# The pages of the steps --------------------------------------------------------------------


@pytest.mark.parametrize(("page", "step"), PAIRS, ids=str)
def test_there_is_a_page_for_each_step_in_order(page: Page, step: Step) -> None:
    assert page.path.stem == f"{step.number:02}-{step.event.replace('.', '-')}"
    assert page.lines[0] == f"# {step.number}. {step.name}"
    assert re.findall(r"^## (.+)$", page.prose, re.MULTILINE) == SECTIONS
    assert 60 <= len(page.lines) <= 140


@pytest.mark.parametrize(("page", "step"), PAIRS, ids=str)
def test_leads_to_its_neighbours(page: Page, step: Step) -> None:
    neighbours = {each.path.name for each in STEP_PAGES[max(0, step.number - 2) : step.number + 1]}
    assert {"../index.md", *neighbours} - {page.path.name} <= set(page.links)


@pytest.mark.parametrize(("page", "step"), PAIRS, ids=str)
def test_tells_of_the_room_and_the_event(page: Page, step: Step) -> None:
    files = {row[0] for row in page.rows("Where to read it")}
    rooms = {code(file)[0].partition("/")[0] for file in files}
    assert step.folder in rooms
    assert step.event in page.inline


@pytest.mark.parametrize(("page", "row"), WHERE, ids=lambda value: str(value)[:60])
def test_the_code_is_where_the_page_says(page: Page, row: list[str]) -> None:
    (file,), names = code(row[0]), code(row[1])
    assert (SOURCE / file).is_file()
    module = import_module("enfilade." + file.removesuffix(".py").replace("/", "."))
    assert names
    for name in names:
        assert attrgetter(name)(module) is not None, name


@pytest.mark.parametrize("page", STEP_PAGES + ROOM_PAGES + OPERATION_PAGES, ids=repr)
def test_what_can_be_set_exists(page: Page) -> None:
    for row in page.rows("What can be set"):
        for name in code(row[0]):
            assert name in FLAGS or name in DEFAULTS, name


def test_every_setting_and_option_is_told_of_on_some_page() -> None:
    rows = [
        row
        for page in STEP_PAGES + ROOM_PAGES + OPERATION_PAGES
        for row in page.rows("What can be set")
    ]
    told = {name for row in rows for name in code(row[0])}
    assert FLAGS | set(DEFAULTS) == told


# All pages ---------------------------------------------------------------------------------


@pytest.mark.parametrize("page", PAGES, ids=repr)
def test_links_lead_somewhere(page: Page) -> None:
    for link in page.links:
        target, _, anchor = link.partition("#")
        if "://" not in target:
            file = page.path.parent / target if target else page.path
            assert file.exists(), link
            assert not anchor or anchor in anchors(file), link


def anchors(file: Path) -> set[str]:
    titles = re.findall(r"^#+ (.+)$", Page(file).prose, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title).lower().replace(" ", "-") for title in titles}


@pytest.mark.parametrize("page", PAGES, ids=repr)
def test_files_and_flags_that_are_named_exist(page: Page) -> None:
    for name in page.inline:
        if re.fullmatch(r"[\w./-]+/[\w.-]+\.(py|md|txt)", name):
            folder = page.path.parent
            homes = (SOURCE, ROOT, GAZETTE, folder, folder / folder.name)
            assert any((home / name).exists() for home in homes), name
        if re.fullmatch(r"--[a-z-]+", name):
            assert name in FLAGS | OTHER_NAMES | NEGATED | COMMAND_FLAGS, name


@pytest.mark.parametrize("page", PAGES, ids=repr)
def test_modules_that_are_named_can_be_imported(page: Page) -> None:
    for name in page.inline:
        if re.fullmatch(r"enfilade(\.[a-z_]+)+", name) and name != "enfilade.toml":
            logger = name.startswith(("enfilade.request", "enfilade.security", "enfilade.server"))
            assert logger or import_module(name)

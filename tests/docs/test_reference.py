"""The pages that scripts/reference makes are those that are committed."""

import re
import runpy
from importlib import import_module
from pathlib import Path

import pytest

from pages import ROOT

SCRIPT = runpy.run_path(str(ROOT / "scripts" / "reference"))
NAMES = SCRIPT["names"]
ROOM_MODULES = [name for modules in NAMES.ROOMS.values() for name in modules]


@pytest.fixture(scope="module")
def made() -> dict[Path, str]:
    """Every page as the script would write it."""
    return SCRIPT["pages"]()


def test_the_pages_are_what_the_script_writes(made: dict[Path, str]) -> None:
    stale = [path for path, text in made.items() if path.read_text("utf-8") != text]
    assert stale == [], "run scripts/reference"


def test_there_is_no_other_page(made: dict[Path, str]) -> None:
    assert set((ROOT / "docs/reference").rglob("*.md")) <= set(made)


def test_a_pipe_in_a_text_does_not_break_the_table() -> None:
    assert SCRIPT["table"](("a", "b"), [("x|y", "z")]).endswith("| x\\|y | z |\n")


# The pages of names ------------------------------------------------------------------------


@pytest.fixture(scope="module")
def pages(made: dict[Path, str]) -> dict[str, str]:
    """The pages of names, by the names of their files."""
    return {path.name: text for path, text in made.items() if path.parent.name == "api"}


@pytest.mark.parametrize("module", ROOM_MODULES)
def test_every_public_name_of_a_room_has_an_entry(module: str, pages: dict[str, str]) -> None:
    here = NAMES.module(module)
    assert set(getattr(import_module(module), "__all__", [])) <= set(here.public)
    for thing in filter(None, map(here.find, here.public)):
        page = NAMES.owners()[thing][0] + ".md"
        assert f"\n### `{thing.name}`\n" in pages[page]


def test_every_public_name_says_what_it_is() -> None:
    silent = [thing for thing in NAMES.owners() if not NAMES.Entry(thing, NAMES.address).docstring]
    assert silent == []


@pytest.mark.parametrize("page", ["README.md", *(f"{room}.md" for room in NAMES.ROOMS)])
def test_no_two_headings_of_a_page_share_an_anchor(page: str, pages: dict[str, str]) -> None:
    titles = re.findall(r"^#+ (.+)$", pages[page], re.MULTILINE)
    anchors = [re.sub(r"\W", "", title).lower() for title in titles[1:]]
    assert len(anchors) == len(set(anchors))


@pytest.mark.parametrize(
    "text",
    [
        "Raises [`DisallowedHost`](exceptions.md#disallowedhost) otherwise.",  # a role
        "- `scheme: str`: ",  # a property
        "#### `HttpRequest.get_host()`\n\n```py\nget_host() -> str\n```\n",  # of a private base
        "Made from [`HttpResponseBase`](http.md#httpresponsebase).",
        "[`BadHeaderError`](exceptions.md#badheadererror)",  # offered here, told of there
        "class HttpResponseGone(\n    content: Any = b'',\n",  # inherited
        "```pycon\n>>> ",
    ],
)
def test_a_page_of_names_has(text: str, pages: dict[str, str]) -> None:
    assert text in pages["http.md"]


def test_no_markup_of_docstrings_is_left(pages: dict[str, str]) -> None:
    for text in pages.values():
        assert not re.search(r":\w+:`|(?<!`)``(?!`)", text)

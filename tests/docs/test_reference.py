"""The pages that scripts/reference makes are those that are committed."""

import re
import runpy
from importlib import import_module
from pathlib import Path

import pytest

from pages import ROOT

SCRIPT = runpy.run_path(str(ROOT / "scripts" / "reference"))
MADE: dict[Path, str] = SCRIPT["pages"]()


@pytest.mark.parametrize("path", list(MADE), ids=lambda path: path.name)
def test_the_page_is_what_the_script_writes(path: Path) -> None:
    assert path.read_text("utf-8") == MADE[path], "run scripts/reference"


def test_a_pipe_in_a_text_does_not_break_the_table() -> None:
    assert SCRIPT["table"](("a", "b"), [("x|y", "z")]).endswith("| x\\|y | z |\n")


# The pages of names ------------------------------------------------------------------------

NAMES = SCRIPT["names"]
ROOM_MODULES = [name for modules in NAMES.ROOMS.values() for name in modules]
PAGES: dict[str, str] = NAMES.pages()
HTTP = PAGES["http.md"]


@pytest.mark.parametrize("module", ROOM_MODULES)
def test_every_public_name_of_a_room_has_an_entry(module: str) -> None:
    here = NAMES.module(module)
    assert set(getattr(import_module(module), "__all__", [])) <= set(here.public)
    for thing in filter(None, map(here.find, here.public)):
        page = NAMES.owners()[thing][0] + ".md"
        assert f"\n### `{thing.name}`\n" in PAGES[page]


@pytest.mark.parametrize("thing", NAMES.owners(), ids=lambda thing: thing.name)
def test_every_public_name_says_what_it_is(thing) -> None:
    assert NAMES.Entry(thing, NAMES.address).docstring


@pytest.mark.parametrize("page", PAGES)
def test_no_two_headings_of_a_page_share_an_anchor(page: str) -> None:
    titles = re.findall(r"^#+ (.+)$", PAGES[page], re.MULTILINE)
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
def test_a_page_of_names_has(text: str) -> None:
    assert text in HTTP


def test_no_markup_of_docstrings_is_left() -> None:
    for text in PAGES.values():
        assert not re.search(r":\w+:`|(?<!`)``(?!`)", text)

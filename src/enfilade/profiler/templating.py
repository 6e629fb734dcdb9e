"""The templates of the pages: escaped, and with what strangers wrote made visible."""

import os
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import jinja2

from enfilade.explain.page import TEMPLATES
from enfilade.explain.source import shorten
from enfilade.profiler import figures

FOLDER = Path(__file__).parent
ASSETS = FOLDER / "assets"
OWN = f"{FOLDER.parent}{os.sep}"

_HIDDEN = (
    "\u061c\u200e\u200f\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff"
)
"""Characters that change how others are shown (Unicode, UAX #9), or are not shown."""

_VISIBLE: Mapping[int, str] = {
    **{code: chr(0x2400 + code) for code in range(0x20) if chr(code) not in "\t\n"},
    0x7F: "\u2421",
    **{code: f"\\x{code:02x}" for code in range(0x80, 0xA0)},
    **{code: f"\\u{code:04x}" for code in map(ord, _HIDDEN)},
    **dict.fromkeys(range(0xD800, 0xE000), "\ufffd"),
}

_PLACE = re.compile(r"(?<= at )/[^\n]+(?=:\d+ in )")


def make_visible(value: Any) -> Any:
    """*value*; in a text, what is no character to be seen is replaced by one that is."""
    return value.translate(_VISIBLE) if type(value) is str else value


def shorten_error(error: str) -> str:
    """What is said of an exception, its file relative to where that is found."""
    return _PLACE.sub(lambda found: shorten(found[0]), error)


def is_own(frame: str) -> bool:
    """Whether a frame of a stack is the server's or the framework's."""
    return frame.startswith(OWN)


@cache
def environment() -> jinja2.Environment:
    """All templates."""
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader([FOLDER / "templates", TEMPLATES]),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        finalize=make_visible,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters.update(
        figures.FILTERS, shorten=shorten, shorten_error=shorten_error, is_own=is_own
    )
    return made


def render(template: str, root: str, **context: Any) -> str:
    """The page made by *template*, whose links begin with *root*."""
    return environment().get_template(template).render(root=root, **context)


@cache
def asset(name: str) -> bytes:
    """The file that pages ask for; the style begins with what it shares with the page of a plan."""
    data = (ASSETS / name).read_bytes()
    return (TEMPLATES / "house.css").read_bytes() + data if name.endswith(".css") else data

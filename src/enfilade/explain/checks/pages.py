"""What the documentation tells of each finding, so that it can be read wherever Enfilade is.

``pages.md`` beside this module is the reference of the checks, which ``scripts/reference`` writes.
"""

import functools
import re
from collections.abc import Mapping
from pathlib import Path

_FENCE = re.compile(r"^```\w*$")


@functools.cache
def pages() -> Mapping[str, str]:
    """The text about each finding, by its id."""
    text = Path(__file__).with_name("pages.md").read_text("utf-8")
    sections = re.split(r"^### ", re.sub(r"^## .*\n", "", text, flags=re.M), flags=re.M)[1:]
    return {
        identifier: _plain(body)
        for identifier, _, body in (section.partition("\n") for section in sections)
    }


def _plain(markdown: str) -> str:
    """*markdown* for a terminal: code is indented instead of fenced."""
    lines, indent = [], ""
    for line in markdown.replace("\\<", "<").strip().splitlines():
        if _FENCE.match(line):
            indent = "" if indent else "    "
        else:
            lines.append(f"{indent}{line}".rstrip())
    return "\n".join(lines)

"""What style sheets and scripts refer to, and how a reference is written anew. No I/O.

What counts as a reference, and the form that it gets, are those of Django's
``HashedFilesMixin``, so that the same sources give the same files.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from enfilade.contrib.staticfiles.errors import MissingFileError, PostProcessingError

__all__ = ["MODULE", "SCRIPT", "STYLESHEET", "Pattern", "rewrite"]


class Pattern(NamedTuple):
    """How references of one kind look, the group ``url`` being the reference, and how they are
    written with another one: a format string of the groups."""

    expression: re.Pattern[str]
    form: str


def _pattern(expression: str, form: str, flags: re.RegexFlag = re.IGNORECASE) -> Pattern:
    return Pattern(re.compile(expression, flags), form)


_QUOTED = r"""(?P<quote>["'])(?P<url>[./].*?)(?P=quote)"""

STYLESHEET: Sequence[Pattern] = (
    _pattern(
        r"""url\(\s*(?P<quote>["']?)\s*(?P<url>.*?)\s*(?P=quote)\s*\)""",
        'url("{url}")',
    ),
    _pattern(
        r"""@import\s*(?P<quote>["'])\s*(?P<url>.*?)\s*(?P=quote)""",
        '@import url("{url}")',
    ),
    _pattern(
        r"^/\*#[ \t]sourceMappingURL=(?P<url>.*?)[ \t]*\*/$",
        "/*# sourceMappingURL={url} */",
        re.MULTILINE,
    ),
)

SCRIPT: Sequence[Pattern] = (
    _pattern(
        r"^//# sourceMappingURL=(?P<url>.*?)[ \t\r]*$",
        "//# sourceMappingURL={url}",
        re.MULTILINE,
    ),
)

MODULE: Sequence[Pattern] = (
    _pattern(
        rf"import(?P<names>(?s:[\s{{].*?|\*\s*as\s*\w+))\s*from\s*{_QUOTED}\s*;",
        'import{names} from "{url}";',
    ),
    _pattern(
        rf"export(?P<names>(?s:[\s{{].*?))\s*from\s*{_QUOTED}\s*;",
        'export{names} from "{url}";',
    ),
    _pattern(rf"import\s*{_QUOTED}\s*;", 'import"{url}";'),
    _pattern(
        r"""import\((?P<quote>["'])(?P<url>.*?)(?P=quote)\)""",
        'import("{url}")',
    ),
)

Convert = Callable[[str], str | None]
"""Takes a reference; returns what to write for it, or ``None`` to leave it as it stands."""


def rewrite(name: str, text: str, patterns: Sequence[Pattern], convert: Convert) -> str:
    """*text*, that of the file called *name*, with every reference as *convert* wants it.

    Where *convert* raises :exc:`MissingFileError`, all such references are told in one
    :exc:`PostProcessingError`, each with its line.
    """
    done, end = [], 0
    problems: list[str] = []
    for match, form in _matches(text, patterns):
        if match.start() < end:
            continue  # part of a reference
        try:
            url = convert(match["url"])
        except MissingFileError as error:
            line = text.count("\n", 0, match.start("url")) + 1
            problems.append(f"{name}, line {line}: {match[0]!r} leads to {error}")
            continue
        if url is not None:
            done += [text[end : match.start()], form.format_map({**match.groupdict(), "url": url})]
            end = match.end()
    if problems:
        raise PostProcessingError(
            "\n".join(problems),
            hint="Add the file, correct the reference, or leave out what has it with --ignore.",
        )
    return "".join([*done, text[end:]])


def _matches(text: str, patterns: Sequence[Pattern]) -> Iterator[tuple[re.Match[str], str]]:
    """All matches in the order of the text, each with the form of its pattern."""
    found = [(match, form) for each, form in patterns for match in each.finditer(text)]
    return iter(sorted(found, key=lambda pair: pair[0].start()))

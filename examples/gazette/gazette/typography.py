"""How the paper sets its type: the Jinja2 environment, its filters and its globals."""

import re
from datetime import datetime
from typing import Any

from jinja2 import Environment
from markupsafe import Markup, escape

from gazette.newsroom.models import now
from gazette.newsroom.sections import SECTIONS

WORDS_A_MINUTE = 220
EXCERPT_LENGTH = 220


def environment(**options: Any) -> Environment:
    """Make the environment; the framework passes the loader and switches autoescaping on."""
    environment = Environment(**options, trim_blocks=True, lstrip_blocks=True)
    environment.globals.update(SECTIONS=SECTIONS, now=now)
    environment.filters.update(
        long_date=long_date,
        paragraphs=paragraphs,
        minutes=minutes,
        excerpt=excerpt,
        highlight=highlight,
    )
    return environment


def long_date(moment: datetime) -> str:
    """Saturday, 14 March 2026."""
    return f"{moment:%A}, {moment.day} {moment:%B %Y}"


def paragraphs(text: str) -> list[str]:
    """The paragraphs of *text*, which a blank line parts."""
    return [paragraph for paragraph in re.split(r"\n{2,}", text) if paragraph.strip()]


def minutes(text: str) -> int:
    """How many minutes *text* takes to read, at least one."""
    return max(1, round(len(text.split()) / WORDS_A_MINUTE))


def excerpt(text: str, words: list[str]) -> str:
    """The part of *text* round the first of *words*, cut between words."""
    text = " ".join(text.split())
    match = _occurrences(words).search(text)
    start = max(0, (match.start() if match else 0) - EXCERPT_LENGTH // 2)
    end = start + EXCERPT_LENGTH
    if start:
        start = text.find(" ", start) + 1
    if end < len(text):
        end = text.rfind(" ", start, end)
    return f"{'… ' if start else ''}{text[start:end]}{' …' if end < len(text) else ''}"


def highlight(text: str, words: list[str]) -> Markup:
    """*text* escaped, with every occurrence of *words* in a ``<mark>``."""
    pieces = _occurrences(words).split(text)
    # A pattern with one group splits into text, match, text, match, text.
    marked = (
        Markup("<mark>{}</mark>").format(piece) if index % 2 else escape(piece)
        for index, piece in enumerate(pieces)
    )
    return Markup("").join(marked)


def _occurrences(words: list[str]) -> re.Pattern[str]:
    longest_first = sorted(words, key=len, reverse=True)
    return re.compile(f"({'|'.join(map(re.escape, longest_first))})", re.IGNORECASE)

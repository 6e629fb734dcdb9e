"""Tracebacks as logs and terminals have them, without the secrets in what exceptions say."""

import logging
from collections.abc import Iterator
from itertools import groupby
from traceback import TracebackException
from types import TracebackType
from typing import Any

from enfilade.secrecy.text import hide_text


def format_exception(error: BaseException, traceback: TracebackType | None) -> str:
    """What :func:`traceback.format_exception` gives for *error* and *traceback*, the whole or a
    part of its own. Lines of source are shown as they are written.

    Never raises: what cannot be formatted is told by its type.
    """
    try:
        told = TracebackException(type(error), error, traceback)
        source = {line for each in _chain(told) for line in _source(each)}
        lines = "".join(told.format()).splitlines(keepends=True)
    except Exception:
        return f"{type(error).__name__}: it cannot be formatted\n"
    groups = groupby(lines, source.__contains__)
    return "".join(
        "".join(group) if is_source else hide_text("".join(group)) for is_source, group in groups
    )


def _chain(told: TracebackException) -> Iterator[TracebackException]:
    yield told
    for each in (told.__cause__, told.__context__):
        if each is not None:
            yield from _chain(each)


def _source(told: TracebackException) -> Iterator[str]:
    for entry in told.stack.format():
        yield from entry.splitlines(keepends=True)


class QuietFormatter(logging.Formatter):
    """Writes tracebacks without the secrets in what exceptions say."""

    def formatException(self, ei: Any) -> str:
        """The traceback; *ei* is what :func:`sys.exc_info` gives."""
        return format_exception(ei[1], ei[2]).rstrip("\n") if ei[1] is not None else ""

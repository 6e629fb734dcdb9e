"""A handler whose output can be read, at the root for the length of a test."""

import io
import logging
from collections.abc import Callable, Iterator

import pytest

Start = Callable[..., io.StringIO]


@pytest.fixture
def log() -> Iterator[Start]:
    """``log(formatter, *filters)`` writes all records from now on to what it returns."""
    handlers: list[logging.Handler] = []
    root, level = logging.root, logging.root.level

    def start(formatter: logging.Formatter, *filters: logging.Filter) -> io.StringIO:
        stream = io.StringIO()
        handler = logging.StreamHandler(stream)
        handler.setFormatter(formatter)
        for each in filters:
            handler.addFilter(each)
        root.addHandler(handler)
        root.setLevel(logging.DEBUG)
        handlers.append(handler)
        return stream

    yield start
    root.setLevel(level)
    for handler in handlers:
        root.removeHandler(handler)

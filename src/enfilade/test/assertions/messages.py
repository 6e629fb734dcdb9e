"""What an exception or a warning says."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest import TestCase


def assertRaisesMessage(
    expected_exception: type[BaseException], expected_message: str, *args: Any, **kwargs: Any
) -> Any:
    """*expected_exception* is raised with *expected_message* in its text.

    What follows is a function and its arguments; without them this is a context manager.
    """
    block = _said(TestCase().assertRaises, "exception", expected_exception, expected_message)
    return _run(block, args, kwargs)


def assertWarnsMessage(
    expected_warning: type[Warning], expected_message: str, *args: Any, **kwargs: Any
) -> Any:
    """The same for a warning."""
    block = _said(TestCase().assertWarns, "warning", expected_warning, expected_message)
    return _run(block, args, kwargs)


def _run(block: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    if not args:
        return block
    function, *rest = args
    with block:
        function(*rest, **kwargs)
    return None


@contextmanager
def _said(assertion: Any, attribute: str, expected: Any, message: str) -> Iterator[Any]:
    with assertion(expected) as caught:
        yield caught
    TestCase().assertIn(message, str(getattr(caught, attribute)))

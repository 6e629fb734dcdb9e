"""Contexts that also decorate: functions, coroutine functions and classes of tests."""

from abc import abstractmethod
from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import wraps
from typing import Any, TypeVar
from unittest import TestCase

from enfilade.bridge import iscoroutinefunction

Decorated = TypeVar("Decorated", bound=Callable[..., Any])


class DecoratingContext(AbstractContextManager[None]):
    """A context manager that can stand above a test, or above a class of tests.

    It must be possible to enter the same object again before it is left.
    """

    order = 0
    """Those of a class are entered in this order, and in the order of decoration."""

    @abstractmethod
    def __enter__(self) -> None:
        """Begin."""

    def __call__(self, decorated: Decorated) -> Decorated:
        """Decorate a test, or a class of tests (:exc:`TypeError` for other classes)."""
        if isinstance(decorated, type):
            _decorate_class(decorated, self)
            return decorated
        return self._decorate_function(decorated)

    def _decorate_function(self, function: Decorated) -> Decorated:
        @wraps(function)
        def run(*args: Any, **kwargs: Any) -> Any:
            with self:
                return function(*args, **kwargs)

        @wraps(function)
        async def run_async(*args: Any, **kwargs: Any) -> Any:
            with self:
                return await function(*args, **kwargs)

        return run_async if iscoroutinefunction(function) else run  # type: ignore[return-value]


def _decorate_class(case: Any, context: DecoratingContext) -> None:
    name = type(context).__name__
    if not issubclass(case, TestCase):
        raise TypeError(f"{name}() decorates functions and TestCase classes, not {case!r}.")
    # The parent's come first, so that those of the subclass win.
    case._contexts = (*getattr(case, "_contexts", ()), context)
    set_up = case.setUpClass.__func__

    def set_up_class(cls: Any) -> None:
        _enter_contexts(cls)
        set_up(cls)

    case.setUpClass = classmethod(set_up_class)


def _enter_contexts(case: Any) -> None:
    """Enter what stands above *case* and its parents, once: each of them may call this."""
    if "_contexts_entered" in vars(case):
        return
    case._contexts_entered = True
    case.addClassCleanup(delattr, case, "_contexts_entered")
    for context in sorted(case._contexts, key=lambda each: each.order):
        case.enterClassContext(context)

"""Other settings for the duration of a test.

What was computed from a setting is computed anew, and ``setting_changed`` tells the rest.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar
from unittest import TestCase

from enfilade.bridge import iscoroutinefunction
from enfilade.conf import settings
from enfilade.dispatch import setting_changed
from enfilade.template.loader import engines
from enfilade.urls import clear_url_caches, set_urlconf

Decorated = TypeVar("Decorated", bound=Callable[..., Any])


def _forget_urls() -> None:
    clear_url_caches()
    set_urlconf(None)


_DEPENDENTS: dict[str, tuple[Callable[[], object], ...]] = {
    "DEBUG": (engines.cache_clear,),
    "ROOT_URLCONF": (_forget_urls,),
    "TEMPLATES": (engines.cache_clear,),
}
"""What has to be computed anew when a setting changes."""


class override_settings:  # noqa: N801 (Django's name)
    """Set settings and put them back: a context manager, and a decorator.

    It decorates functions, coroutine functions and ``unittest.TestCase`` classes. A handler
    keeps the middleware it was made with, so make the client inside the block.
    """

    def __init__(self, **options: Any) -> None:
        self.options = options
        self._before: list[dict[str, Any]] = []

    def __enter__(self) -> None:
        explicit = settings.explicit()
        self._before.append({name: explicit[name] for name in self.options if name in explicit})
        for name, value in self.options.items():
            setattr(settings, name, value)
        try:
            self._announce(enter=True)
        except BaseException:
            self._restore()
            raise

    def __exit__(self, *exc_info: object) -> None:
        self._restore()
        self._announce(enter=False)

    def _restore(self) -> None:
        before = self._before.pop()
        for name in self.options:
            if name in before:
                setattr(settings, name, before[name])
            else:
                delattr(settings, name)

    def _announce(self, *, enter: bool) -> None:
        for name in self.options:
            for refresh in _DEPENDENTS.get(name, ()):
                refresh()
            value = getattr(settings, name, None)
            setting_changed.send(type(settings), setting=name, value=value, enter=enter)

    def __call__(self, decorated: Decorated) -> Decorated:
        """Decorate a test, or a class of tests (:exc:`TypeError` for other classes)."""
        if isinstance(decorated, type):
            _decorate_class(decorated, self.options)
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


def _decorate_class(case: Any, options: dict[str, Any]) -> None:
    if not issubclass(case, TestCase):
        raise TypeError(
            f"override_settings() decorates functions and TestCase classes, not {case!r}."
        )
    set_up = case.setUpClass.__func__

    def set_up_class(cls: Any) -> None:
        cls.enterClassContext(override_settings(**options))
        set_up(cls)

    case.setUpClass = classmethod(set_up_class)

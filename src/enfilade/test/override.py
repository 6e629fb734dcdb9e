"""Other settings, or another mount point, for the duration of a test.

What was computed from a setting is computed anew, and ``setting_changed`` tells the rest.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from enfilade.conf import settings
from enfilade.dispatch import setting_changed
from enfilade.template.loader import engines
from enfilade.test.decorator import DecoratingContext
from enfilade.translation import deactivate
from enfilade.urls import clear_url_caches, get_script_prefix, set_script_prefix, set_urlconf


def _forget_urls() -> None:
    clear_url_caches()
    set_urlconf(None)


_DEPENDENTS: dict[str, tuple[Callable[[], object], ...]] = {
    "DEBUG": (engines.cache_clear,),
    "LANGUAGES": (clear_url_caches,),
    "LANGUAGE_CODE": (clear_url_caches, deactivate),
    "LOCALE_PATHS": (clear_url_caches,),
    "ROOT_URLCONF": (_forget_urls,),
    "TEMPLATES": (engines.cache_clear,),
    "USE_I18N": (clear_url_caches,),
}
"""What has to be computed anew when a setting changes."""


class override_settings(DecoratingContext):  # noqa: N801 (Django's name)
    """Set settings and put them back: a context manager, and a decorator.

    It decorates functions, coroutine functions and ``unittest.TestCase`` classes. A handler
    keeps the middleware it was made with, so make the client inside the block.
    """

    def __init__(self, **options: Any) -> None:
        self.options = options
        self._before: list[tuple[dict[str, Any], dict[str, Any]]] = []

    def values(self) -> dict[str, Any]:
        """The settings to set, by name."""
        return self.options

    def __enter__(self) -> None:
        values = self.values()
        explicit = settings.explicit() if values else {}
        kept = {name: explicit[name] for name in values if name in explicit}
        self._before.append((values, kept))
        for name, value in values.items():
            setattr(settings, name, value)
        try:
            self._announce(values, enter=True)
        except BaseException:
            self._restore()
            raise

    def __exit__(self, *exc_info: object) -> None:
        self._announce(self._restore(), enter=False)

    def _restore(self) -> dict[str, Any]:
        values, before = self._before.pop()
        for name in values:
            if name in before:
                setattr(settings, name, before[name])
            else:
                delattr(settings, name)
        return values

    def _announce(self, names: Iterable[str], *, enter: bool) -> None:
        for name in names:
            for refresh in _DEPENDENTS.get(name, ()):
                refresh()
            value = getattr(settings, name, None)
            setting_changed.send(type(settings), setting=name, value=value, enter=enter)


class modify_settings(override_settings):  # noqa: N801 (Django's name)
    """Change settings that are lists: ``modify_settings(MIDDLEWARE={"append": "site.Timer"})``.

    The actions are ``append``, ``prepend`` and ``remove``, each with one item or several; what
    is there already is not added again. Raises :exc:`ValueError` for another action. Where a
    class has ``override_settings`` too, that comes first.
    """

    order = 1

    def __init__(self, **operations: Mapping[str, Any]) -> None:
        super().__init__(**operations)
        for name, actions in operations.items():
            for action in actions:
                if action not in _ACTIONS:
                    raise ValueError(
                        f"{action!r} is nothing that can be done to {name}: "
                        f"the actions are {', '.join(_ACTIONS)}."
                    )

    def values(self) -> dict[str, Any]:
        """The lists as they are now, changed."""
        return {name: _modified(name, actions) for name, actions in self.options.items()}


def _modified(name: str, actions: Mapping[str, Any]) -> list[Any]:
    items = list(getattr(settings, name, ()))
    for action, given in actions.items():
        several = isinstance(given, Iterable) and not isinstance(given, str)
        items = _ACTIONS[action](items, list(given) if several else [given])
    return items


_ACTIONS: dict[str, Callable[[list[Any], list[Any]], list[Any]]] = {
    "append": lambda items, given: items + [item for item in given if item not in items],
    "prepend": lambda items, given: [item for item in given if item not in items] + items,
    "remove": lambda items, given: [item for item in items if item not in given],
}


class override_script_prefix(DecoratingContext):  # noqa: N801 (Django's name)
    """Have :func:`~enfilade.urls.reverse` think that the site is mounted below *prefix*."""

    def __init__(self, prefix: str) -> None:
        self.prefix = prefix
        self._before: list[str] = []

    def __enter__(self) -> None:
        self._before.append(get_script_prefix())
        set_script_prefix(self.prefix)

    def __exit__(self, *exc_info: object) -> None:
        set_script_prefix(self._before.pop())

"""The settings object: a settings module or ``configure(...)``, over the defaults, on first use.

A value is looked up once and then kept in the instance, so a setting costs an attribute. The
rules are those of Django's ``django.conf``: only upper-case names count, a settings module is
named by ``ENFILADE_SETTINGS_MODULE``, and configuring twice is an error.
"""

import importlib
import os
from collections.abc import Mapping
from copy import copy
from typing import Any

from enfilade.conf.defaults import items
from enfilade.exceptions import ImproperlyConfigured

ENVIRONMENT_VARIABLE = "ENFILADE_SETTINGS_MODULE"
DEBUG_VARIABLE = "ENFILADE_DEBUG"


def _check(values: Mapping[str, Any]) -> None:
    """A text in the place of a list would count as its letters: ``SECURE_REDIRECT_EXEMPT = "^up"``
    as a pattern that exempts every path."""
    for name, value in values.items():
        if isinstance(DEFAULTS.get(name), list) and not isinstance(value, (list, tuple)):
            raise ImproperlyConfigured(
                # The type alone: a value such as that of SECRET_KEY_FALLBACKS is secret.
                f"The {name} setting must be a list or a tuple, not {type(value).__name__}."
            )


class LazySettings:
    """Attribute access to the site's settings.

    Raises :exc:`~enfilade.exceptions.ImproperlyConfigured` when a setting is read before there
    is a site, and when ``SECRET_KEY`` is read while it is empty.
    """

    _source: str | None = None
    _values: dict[str, Any]

    @property
    def configured(self) -> bool:
        """Whether a settings module has been loaded or ``configure`` called."""
        return self._source is not None

    @property
    def source(self) -> str:
        """Where the values come from: a module's name, or "settings.configure()"."""
        if self._source is None:
            self._load_module()
        return self._source or ""

    def configure(self, default_settings: Any = None, /, **values: Any) -> None:
        """Set the site's settings from keyword arguments instead of a module.

        ``default_settings`` is an object whose upper-case attributes stand below *values*.
        Raises :exc:`RuntimeError` if there are settings already, :exc:`TypeError` for a name
        that is not upper-case.
        """
        if self.configured:
            raise RuntimeError("Settings already configured.")
        for name in values:
            if not name.isupper():
                raise TypeError(f"Setting {name!r} must be uppercase.")
        inherited = _uppercase(vars(default_settings)) if default_settings is not None else {}
        self._install({**inherited, **values}, "settings.configure()")

    def is_overridden(self, name: str) -> bool:
        """Whether the site sets *name* itself."""
        return name in self._loaded()

    def explicit(self) -> dict[str, Any]:
        """What the site sets itself, by name."""
        return dict(self._loaded())

    def _loaded(self) -> dict[str, Any]:
        if self._source is None:
            self._load_module()
        return self._values

    def _load_module(self) -> None:
        name = os.environ.get(ENVIRONMENT_VARIABLE)
        if not name:
            raise ImproperlyConfigured(
                "Settings were read before they were configured.",
                hint=f"Set the environment variable {ENVIRONMENT_VARIABLE} to your settings "
                "module, or call enfilade.conf.settings.configure() first.",
            )
        self._install(_uppercase(vars(importlib.import_module(name))), name)

    def _install(self, values: dict[str, Any], source: str) -> None:
        _check(values)
        self._forget()
        object.__setattr__(self, "_values", values)
        object.__setattr__(self, "_source", source)

    def _forget(self) -> None:
        for name in [name for name in self.__dict__ if name.isupper()]:
            del self.__dict__[name]

    def __getattr__(self, name: str) -> Any:
        # Only reached when the instance does not hold the value yet.
        if not name.isupper():
            raise AttributeError(name)
        explicit = self._loaded()
        if name in explicit:
            value = explicit[name]
        elif name == "DEBUG" and os.environ.get(DEBUG_VARIABLE) == "1":
            value = True  # `enfilade dev`, for a site that leaves the choice open
        elif name in DEFAULTS:
            value = copy(DEFAULTS[name])
        else:
            raise AttributeError(
                f"{name} is neither set by {self._source} nor a setting of Enfilade."
            )
        if name == "SECRET_KEY" and not value:
            raise ImproperlyConfigured("The SECRET_KEY setting must not be empty.")
        self.__dict__[name] = value
        return value

    def __setattr__(self, name: str, value: Any) -> None:
        self._loaded()[name] = value
        self.__dict__[name] = value

    def __delattr__(self, name: str) -> None:
        self._loaded().pop(name, None)
        self.__dict__.pop(name, None)

    def __dir__(self) -> list[str]:
        explicit = self._values if self.configured else {}
        return sorted({*super().__dir__(), *DEFAULTS, *explicit})

    def __repr__(self) -> str:
        return f"<LazySettings {self._source!r}>" if self.configured else "<LazySettings [unset]>"


def _uppercase(namespace: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in namespace.items() if name.isupper()}


DEFAULTS = {name: default for name, default, _ in items()}

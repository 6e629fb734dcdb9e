"""Where an entry of ``MIDDLEWARE`` is written."""

import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

from enfilade.conf import settings
from enfilade.explain.source import locate, shorten


def middleware_place(entry: object) -> str:
    """The setting, and the file and line of *entry* if that can be found: where its path stands
    in the module of the settings, or where a class or a function is written."""
    place = _line_of(entry) if isinstance(entry, str) else locate(entry).place
    return f"MIDDLEWARE, {place}" if place else "MIDDLEWARE"


def _line_of(path: str) -> str:
    for file in _files():
        try:
            lines = Path(file).read_text("utf-8").splitlines()
        except (OSError, ValueError):
            continue
        for number, line in enumerate(lines, start=1):
            if f'"{path}"' in line or f"'{path}'" in line:
                return f"{shorten(file)}:{number}"
    return ""


def _files() -> Iterator[str]:
    """The files of the modules that have the list, or the application that was given it."""
    for module in list(sys.modules.values()):
        if isinstance(module, ModuleType) and _has_settings(module):
            file = getattr(module, "__file__", None)
            if file and not module.__name__.startswith("enfilade."):
                yield file


def _has_settings(module: ModuleType) -> bool:
    values = vars(module)
    if values.get("MIDDLEWARE") is settings.MIDDLEWARE:
        return True
    urlconf = settings.ROOT_URLCONF
    return not isinstance(urlconf, str) and any(value is urlconf for value in values.values())

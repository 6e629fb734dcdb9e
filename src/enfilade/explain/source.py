"""Where a thing of the site is written: the dotted name, the file and the line."""

import inspect
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from enfilade.conf import settings
from enfilade.handlers.application import Application
from enfilade.server.loading.failure import place_of_failure


@dataclass(frozen=True, slots=True)
class Source:
    """A dotted ``name``; ``file`` (absolute) and ``line`` are ``None`` for what has no source."""

    name: str
    file: str | None = None
    line: int | None = None

    @property
    def short(self) -> str:
        """The name without its module."""
        return self.name.rpartition(".")[2]

    @property
    def place(self) -> str:
        """``file:line``, the file relative to where it is found; "" if there is none."""
        if self.file is None:
            return ""
        return f"{shorten(self.file)}:{self.line}"


def locate(thing: Any, attribute: str | None = None) -> Source:
    """The source of a function, a class, an instance (of its class), or of their *attribute*, which
    an instance may have for itself.

    Decorators that use :func:`functools.wraps` are looked through.
    """
    thing = written(thing)
    owner = thing if hasattr(thing, "__qualname__") else type(thing)
    name = f"{owner.__module__}.{owner.__qualname__}"
    if attribute is not None:
        found = getattr(owner if hasattr(owner, attribute) else thing, attribute)
        name, owner = f"{name}.{attribute}", inspect.unwrap(found)
    return Source(name, *_file_and_line(owner))


def written(thing: Any) -> Any:
    """What a person wrote, behind ``partial``, decorators and ``as_view()``."""
    while True:
        if isinstance(thing, partial):
            thing = thing.func
        elif (view_class := getattr(thing, "view_class", None)) is not None:
            return view_class
        elif (inner := getattr(thing, "__wrapped__", None)) is not None:
            thing = inner
        else:
            return thing


def locate_failure(error: BaseException) -> str:
    """``file:line`` of the site's last line that *error* came through; "" if there is none."""
    place = place_of_failure(error)
    return f"{shorten(place[0])}:{place[1]}" if place else ""


def locate_settings() -> str:
    """Where a person finds the site's settings: a module, or the call that they stand in."""
    if isinstance(settings.ROOT_URLCONF, Application):
        return "Application(...)"
    return settings.source


def _file_and_line(thing: Callable[..., Any] | type) -> tuple[str | None, int | None]:
    try:
        file = inspect.getsourcefile(thing)
        line = _line(thing)
    except (OSError, TypeError):
        return None, None
    return (file, line) if file else (None, None)


def _line(thing: Callable[..., Any] | type) -> int:
    code = getattr(inspect.unwrap(thing), "__code__", None)
    # Reading a class's line parses its file; a function knows its own.
    return code.co_firstlineno if code else inspect.findsource(thing)[1] + 1


def shorten(file: str) -> str:
    """*file* seen from the working directory, or from the import path's folder that holds it."""
    path = Path(file)
    for folder in (".", *sys.path):
        root = Path(folder).absolute()
        if path.is_relative_to(root) and root != Path(root.anchor):
            return str(path.relative_to(root))
    return file

"""Have a development worker born with the libraries that its predecessor had to import.

Most of a reload is imports, and most of these are of the same libraries every time. So a worker
that is ready tells the names of what it has imported (:class:`Birth`), and the supervisor imports
that, too (:class:`Preload`), before it forks the next one. ``docs/decisions/0008`` says why these
packages and no others. Nothing here names a module of the framework half but by what it was told.
"""

import logging
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from importlib.machinery import PathFinder
from pathlib import Path

from enfilade.server.options import Options
from enfilade.server.processes.reloader import make_filter

logger = logging.getLogger("enfilade.server")

PACKAGES = (
    "enfilade",
    "alembic",
    "argon2",
    "asgiref",
    "babel",
    "brotli",
    "click",
    "jinja2",
    "markupsafe",
    "msgspec",
    "psycopg",
    "pydantic",
    "python_multipart",
    "redis",
    "rich",
    "sqlalchemy",
    "uvicorn",
    "zstandard",
)
"""Enfilade, and what it depends on and has extras for. Importing these only defines things. A
site may have to do something before it imports another library: set a variable, patch threads."""

PATCHERS = ("eventlet", "gevent")
"""They replace parts of Python, which has to happen before anything else is imported."""

VARIABLES = (
    "DISABLE_SQLALCHEMY_",
    "LANG",
    "LC_",
    "PSYCOPG_",
    "PYDANTIC_",
    "PYTHON_ZSTANDARD_",
    "TZ",
)
"""How the variables begin that some of :data:`PACKAGES` read when they are imported."""

IsOfSite = Callable[[str], bool]


class Birth:
    """What a worker was born with, to tell later what it has imported since."""

    def __init__(self, options: Options) -> None:
        self._is_of_site = _make_test(options)
        self._modules = frozenset(sys.modules)
        self._path = [entry for entry in sys.path if not self._is_of_site(entry)]
        self._variables = _variables()

    def imported(self) -> list[str]:
        """The modules of :data:`PACKAGES` that were imported since, parents first."""
        return [
            name
            for name in list(sys.modules)
            if name not in self._modules and _package(name) in PACKAGES
        ]

    def obstacle(self) -> str:
        """Why the supervisor must not import them, in words; empty if it may."""
        if patcher := next((name for name in PATCHERS if name in sys.modules), None):
            return f"the application uses {patcher}"
        if changed := _variables() ^ self._variables:
            return f"the application sets {min(changed)[0]}"
        if name := next(filter(self._is_another, list(sys.modules)), None):
            return f"the application has its own {name}"
        return ""

    def _is_another(self, name: str) -> bool:
        """Whether the supervisor would find another module *name*, or one that may change."""
        if "." in name or (name in self._modules and name not in PACKAGES):
            return False
        file = getattr(sys.modules[name], "__file__", None)
        if file is None:
            return False
        if self._is_of_site(file):
            return name in PACKAGES or self._has(name)
        if name not in PACKAGES or name in self._modules:
            return False
        spec = PathFinder.find_spec(name, self._path)
        return spec is None or spec.origin != file

    def _has(self, name: str) -> bool:
        return name in sys.stdlib_module_names or bool(PathFinder.find_spec(name, self._path))


class Preload:
    """What the supervisor has imported for the workers to come."""

    def __init__(self, options: Options) -> None:
        self._is_of_site = _make_test(options)
        self._folder = options.app_directory
        self._packages: set[str] = set()
        self._obstacle = ""

    def take(self, names: Sequence[str], obstacle: str) -> None:
        """Import *names*, unless there is an *obstacle*."""
        if not obstacle:
            self._import(names)
        elif not self._packages:
            logger.debug("nothing is imported ahead: %s", obstacle)
        elif obstacle != self._obstacle:
            logger.warning("%s, but libraries are there before it: restart enfilade dev", obstacle)
        self._obstacle = obstacle

    def make_room(self) -> None:
        """Forget, in a child, the libraries whose names the site has given to modules of its own
        meanwhile: it would import those."""
        for package in self._packages:
            spec = PathFinder.find_spec(package, [str(Path(self._folder).absolute())])
            if spec and spec.origin:  # a mere folder would not hide a library
                for name in list(sys.modules):
                    if _package(name) == package:
                        del sys.modules[name]

    def _import(self, names: Sequence[str]) -> None:
        known = {_package(name) for name in sys.modules}
        with self._without_site():
            _import_all(names)
        self._packages |= {_package(name) for name in sys.modules} - known

    @contextmanager
    def _without_site(self) -> Iterator[None]:
        """Keep the site's folders off the import path, where ``python -m`` puts one."""
        path = sys.path
        sys.path = [entry for entry in path if not self._is_of_site(entry)]
        try:
            yield
        finally:
            sys.path = path


def _import_all(names: Iterable[str]) -> None:
    broken: list[str] = []
    for name in names:
        # What has failed would be tried again for every module below it.
        if name in sys.modules or any(name.startswith(f"{each}.") for each in broken):
            continue
        try:
            import_module(name)
        except (Exception, SystemExit) as error:
            broken.append(name)
            logger.debug("%s cannot be imported ahead: %r", name, error)


def _make_test(options: Options) -> IsOfSite:
    """Whether a file or a folder is one that a developer of the site changes: it lies below a
    watched folder or the application's, and not in an environment or other foreign folder."""
    folders = (*options.reload_dir, options.app_directory)
    roots = [Path(folder).resolve() for folder in folders]
    counts = make_filter(folders)

    def is_of_site(place: str) -> bool:
        path = Path(place).resolve()
        inside = any(path.is_relative_to(root) for root in roots)
        return inside and counts(None, str(path / "any.py"))

    return is_of_site


def _variables() -> set[tuple[str, str]]:
    return {pair for pair in os.environ.items() if pair[0].startswith(VARIABLES)}


def _package(name: str) -> str:
    return name.partition(".")[0]

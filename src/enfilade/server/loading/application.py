"""Load the application that an import string names, and tell WSGI from ASGI.

``MODULE:NAME``, ``MODULE:FACTORY()`` and ``MODULE`` alone (then ``application`` or ``app``);
MODULE may be the path of a file. Exceptions raised inside the application's own modules pass
through; only a name that leads nowhere becomes :exc:`ApplicationError`.
"""

import importlib.util
import inspect
import re
import sys
from collections.abc import Callable
from difflib import get_close_matches
from pathlib import Path
from types import ModuleType
from typing import Any

from enfilade.exceptions import DeveloperError
from enfilade.foreign import observing
from enfilade.server.loading.discovery import NAMES

_REFERENCE = re.compile(r"(?P<module>[^:()]+)(?::(?P<name>[\w.]+)(?P<call>\(\))?)?")


class ApplicationError(DeveloperError):
    """The import string leads to nothing that can be called."""


def load_application(reference: str) -> Any:
    """Import what *reference* names, calling it if it is a factory.

    Raises :exc:`ApplicationError`, and whatever the application's own code raises.
    """
    match = _REFERENCE.fullmatch(reference.strip())
    if match is None:
        raise ApplicationError(
            f"{reference!r} is not an import string.",
            hint="Write MODULE:NAME or MODULE:FACTORY(), as in shop.wsgi:application",
        )
    with observing():
        module = _load_module(match["module"])
        application = _find(module, match["name"])
        if match["call"]:
            application = application()
    if not callable(application):
        raise ApplicationError(
            f"{reference} is {_describe(application)}, which cannot be called.",
            hint="A WSGI or ASGI application is a callable.",
        )
    return application


# The module --------------------------------------------------------------------------------


def _load_module(name: str) -> ModuleType:
    if name.endswith(".py") or "/" in name:
        return _load_file(Path(name))
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        # A module that is missing deeper inside is the application's own trouble.
        if error.name is None or not f"{name}.".startswith(f"{error.name}."):
            raise
        raise ApplicationError(
            f"There is no module {error.name!r}; looked in {sys.path[0] or Path.cwd()} and in the "
            "installed packages.",
            hint=_suggest_module(name, error.name),
        ) from None


def _load_file(path: Path) -> ModuleType:
    if not path.is_file():
        raise ApplicationError(f"There is no file {path.resolve()}.")
    folder = str(path.resolve().parent)
    if folder not in sys.path:
        sys.path.insert(0, folder)  # as for a script that Python runs
    # The stem may be taken, by the standard library's site for one.
    name = path.stem if path.stem not in sys.modules else f"{path.stem}_application"
    spec = importlib.util.spec_from_file_location(name, path.resolve())
    if spec is None or spec.loader is None:
        raise ApplicationError(f"{path} is not a Python file.")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def _suggest_module(name: str, missing: str) -> str | None:
    """What to do about the module *name*, of whose dotted path *missing* is the first part that
    is not there."""
    package, dot, last = missing.rpartition(".")
    folders = getattr(sys.modules.get(package), "__path__", ()) if package else sys.path[:1]
    found = [path for folder in folders for path in Path(folder).glob("*")]
    modules = [path.stem for path in found if path.suffix == ".py" or path.is_dir()]
    if close := get_close_matches(last, modules, n=1):
        return f"Did you mean {package}{dot}{close[0]}{name.removeprefix(missing)}?"
    return None if package else "Give its folder with --app-directory."


# The name in it ----------------------------------------------------------------------------


def _find(module: ModuleType, name: str | None) -> Any:
    if name is None:
        name = next((name for name in NAMES if hasattr(module, name)), NAMES[0])
    target: Any = module
    for part in name.split("."):
        try:
            target = getattr(target, part)
        except AttributeError:
            raise _missing(module, name, target, part) from None
    return target


def _missing(module: ModuleType, name: str, target: Any, part: str) -> ApplicationError:
    usual = [name for name in NAMES if hasattr(target, name)]
    close = get_close_matches(part, dir(target), n=1) or usual
    if close:
        hint = f"Did you mean {module.__name__}:{name.replace(part, close[0])}?"
    elif module.__name__ in sys.stdlib_module_names:
        hint = _advise_shadowed(module.__name__, name)
    else:
        hint = f"Bind {name} at the top level of the module, or name what is there."
    file = getattr(module, "__file__", None) or "built in"
    return ApplicationError(f"Module {module.__name__} ({file}) has no {name!r}.", hint=hint)


def _advise_shadowed(module: str, name: str) -> str:
    """What to do where Python's own *module* was found, and perhaps not the one that was meant."""
    file = Path(sys.path[0] or ".").resolve() / f"{module}.py"
    if not file.is_file():
        return "This is a module of Python's own."
    return (
        f"This is a module of Python's own; it hides {file}. Rename your file, or name it by its "
        f"path: {module}.py:{name}"
    )


def _describe(thing: object) -> str:
    return f"the module {thing.__name__}" if isinstance(thing, ModuleType) else repr(thing)


# The interface -----------------------------------------------------------------------------


def choose_interface(application: Any, interface: str) -> tuple[str, Callable[..., Any]]:
    """Settle which standard *application* is to be called by: ``("wsgi" | "asgi", callable)``.

    An application with two doors, as Enfilade's, is WSGI when called and has its ASGI twin at
    ``.asgi``. Raises :exc:`ApplicationError` for a callable that is neither.
    """
    if interface == "auto":
        interface = detect_interface(application)
    if interface == "asgi":
        return interface, getattr(application, "asgi", application)
    return interface, application


def detect_interface(application: Any) -> str:
    """``wsgi`` (two arguments, PEP 3333) or ``asgi`` (an async callable of three, ASGI 3)."""
    call = getattr(application, "__call__", None)  # noqa: B004 - the bound method, to inspect it
    if inspect.iscoroutinefunction(application) or inspect.iscoroutinefunction(call):
        return "asgi"
    if _takes(application, 2):
        return "wsgi"
    if _takes(application, 3):
        return "asgi"
    hint = "Is it a factory? Then write MODULE:NAME()" if _takes(application, 0) else None
    raise ApplicationError(
        f"{application!r} takes neither (environ, start_response), which is WSGI, nor "
        "(scope, receive, send), which is ASGI.",
        hint=hint,
    )


def _takes(application: Any, count: int) -> bool:
    try:
        inspect.signature(application).bind(*range(count))
    except ValueError:
        return count == 2  # a built-in without a signature
    except TypeError:
        return False
    return True

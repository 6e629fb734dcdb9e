"""Python code from a person at a prompt, or from a script."""

import linecache
import traceback
from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

from enfilade.exceptions import DeveloperError

Namespace = dict[str, Any]


class NoPromptError(DeveloperError):
    """The prompt that was asked for is not installed."""


# Scripts -----------------------------------------------------------------------------------


def run(source: str, name: str, namespace: Namespace) -> None:
    """Run *source*, called *name* in tracebacks. Exits with 1 if it raises, telling why."""
    lines = source.splitlines(keepends=True)
    linecache.cache[name] = (len(source), None, lines, name)  # for the lines of tracebacks
    try:
        exec(compile(source, name, "exec"), namespace)  # noqa: S102 - what the command is for
    except Exception as error:
        trace = error.__traceback__.tb_next if error.__traceback__ else None
        if isinstance(error, SyntaxError) and error.filename == name:
            trace = None
        traceback.print_exception(type(error), error, trace)
        raise SystemExit(1) from None


# Prompts -----------------------------------------------------------------------------------


def interact(interface: str | None, namespace: Namespace, banner: str) -> None:
    """Read and run what a person types, until they leave.

    *interface* is a key of :data:`PROMPTS`; ``None`` takes the first that is installed. Raises
    :exc:`NoPromptError` if it is not.
    """
    if interface is None:
        interface = next(name for name in PROMPTS if _is_installed(name))
    elif not _is_installed(interface):
        raise NoPromptError(
            f"{interface} is not installed.",
            hint=f"pip install {interface}, or leave --interface out.",
        )
    PROMPTS[interface](namespace, banner)


def _is_installed(interface: str) -> bool:
    return find_spec(_MODULES[interface]) is not None


def _ipython(namespace: Namespace, banner: str) -> None:
    from IPython import start_ipython

    print(banner)
    start_ipython(argv=["--no-banner"], user_ns=namespace)


def _ptpython(namespace: Namespace, banner: str) -> None:
    from ptpython.repl import embed

    print(banner)
    embed(namespace, namespace)


def _python(namespace: Namespace, banner: str) -> None:
    import code

    _complete(namespace)
    code.interact(banner, local=namespace, exitmsg="")


def _complete(namespace: Namespace) -> None:
    """Have the Tab key complete names, where Python was built with readline."""
    try:
        import readline
        import rlcompleter
    except ImportError:
        return
    readline.set_completer(rlcompleter.Completer(namespace).complete)
    libedit = "libedit" in (readline.__doc__ or "")
    readline.parse_and_bind("bind ^I rl_complete" if libedit else "tab: complete")


PROMPTS: dict[str, Callable[[Namespace, str], None]] = {
    "ipython": _ipython,
    "ptpython": _ptpython,
    "python": _python,
}
"""The best first."""

_MODULES = {"ipython": "IPython", "ptpython": "ptpython", "python": "code"}

"""Commands of ``python``, each in a process of its own: a copy of one that has imported what
commands of ``enfilade`` import, which is most of what they cost.

A process is copied for each set of the variables that Python, or Enfilade while it is imported,
reads once. Modules of ``enfilade.contrib`` are not among those that are imported beforehand: which
of them a site imports tells which tables it has.
"""

import gc
import json
import os
import runpy
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from functools import cache
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Any

READ_ONCE = ("PYTHON", "LANG", "LC_", "ENFILADE_PLAIN")
ROOMS = ("cli", "explain", "explain.checks", "handlers", "http", "middleware", "test", "urls")
OTHERS = (
    *("enfilade.database", "enfilade.template", "enfilade.translation", "enfilade.views"),
    *("rich.console", "rich.table", "sqlalchemy.dialects.sqlite"),
)
STREAMS = {"stdin": "r", "stdout": "w", "stderr": "w"}


def enfilade(*arguments: str, **how: Any) -> subprocess.CompletedProcess[str]:
    """Run a command of Enfilade; for *how* see ``python``."""
    return python("-m", "enfilade", *arguments, **how)


def python(
    *arguments: str,
    cwd: Path,
    env: Mapping[str, str] | None = None,
    input: str = "",
    timeout: float = 50,
) -> subprocess.CompletedProcess[str]:
    """What ``subprocess.run`` gives for ``python -m …`` or ``python -c …``, its output captured."""
    environ = {"PYTHONIOENCODING": "utf-8"} | dict(os.environ if env is None else env)
    read_once = {name: text for name, text in environ.items() if name.startswith(READ_ONCE)}
    with tempfile.TemporaryDirectory() as folder:
        files = [Path(folder, name) for name in STREAMS]
        files[0].write_text(input, "utf-8")
        order = {"argv": arguments, "cwd": str(cwd), "env": environ, "files": [*map(str, files)]}
        code = _original(tuple(sorted(read_once.items()))).have_done(order, timeout)
        output, errors = (file.read_text("utf-8") if file.exists() else "" for file in files[1:])
    return subprocess.CompletedProcess(["python", *arguments], code, output, errors)


class _Original:
    """The process that is copied. It ends when this one does, for its line has an end then."""

    def __init__(self, environ: dict[str, str]) -> None:
        self._ours, theirs = socket.socketpair()
        self._line = self._ours.makefile("rw", encoding="utf-8")
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-P", __file__, str(theirs.fileno())],
                env=environ,
                stdin=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                start_new_session=True,
            )

    def have_done(self, order: dict[str, Any], seconds: float) -> int:
        """The exit code of a copy that does it."""
        self._ours.settimeout(seconds)
        self._line.write(json.dumps(order) + "\n")
        self._line.flush()
        try:
            return int(self._line.readline())
        except (TimeoutError, ValueError):
            _original.cache_clear()
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            raise


@cache
def _original(read_once: tuple[tuple[str, str], ...]) -> _Original:
    others = {name: text for name, text in os.environ.items() if not name.startswith(READ_ONCE)}
    return _Original(others | dict(read_once))


# In the process that is copied, and in its copies --------------------------------------------


def _import_what_commands_import() -> None:
    for room in ROOMS:
        for module in iter_modules(import_module(f"enfilade.{room}").__path__, f"enfilade.{room}."):
            import_module(module.name)
    for name in OTHERS:
        import_module(name)
    gc.freeze()  # or each copy would look through all of it at its end


def _next_order(number: int) -> dict[str, Any]:
    """Returns in each copy; the original stays here for good."""
    line = socket.socket(fileno=number).makefile("rw", encoding="utf-8")
    for order in line:
        if not (pid := os.fork()):
            os.close(number)
            return dict(json.loads(order))
        line.write(f"{os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])}\n")
        line.flush()
    os._exit(0)


def _do(order: dict[str, Any]) -> None:
    os.chdir(order["cwd"])
    os.environ.clear()
    os.environ.update(order["env"])
    for number, (file, mode) in enumerate(zip(order["files"], STREAMS.values(), strict=True)):
        with open(file, mode) as stream:
            os.dup2(stream.fileno(), number)
    kind, what, *rest = order["argv"]
    sys.argv[:] = [kind, *rest]
    sys.path.insert(0, order["cwd"] if kind == "-m" else "")
    if kind == "-m":
        runpy.run_module(what, run_name="__main__", alter_sys=True)
    else:
        exec(compile(what, "<string>", "exec"), {"__name__": "__main__"})


if __name__ == "__main__":
    _import_what_commands_import()
    _do(_next_order(int(sys.argv[1])))

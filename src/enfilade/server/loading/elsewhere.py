"""A module that is missing only because the server was started in another folder than the site's.

A site without packages, as ``enfilade new`` writes it, imports its modules by their bare names,
so it loads only where they lie.
"""

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType


def hint_elsewhere(error: BaseException) -> str | None:
    """What to do if the module that *error* misses lies beside code that asked for it."""
    if not isinstance(error, ModuleNotFoundError) or not error.name:
        return None
    name = error.name.partition(".")[0]
    for folder in _folders(error.__traceback__):
        # In a package, code asks for its neighbours by the package's name, or with a dot.
        if (folder / f"{name}.py").is_file() and str(folder) not in sys.path:
            there = os.path.relpath(folder)
            return (
                f"{name}.py lies in {there}: start in that folder (cd {there}), or name it with "
                f"--app-directory {there}"
            )
    return None


def _folders(trace: TracebackType | None) -> Iterator[Path]:
    """The folders of the code that the error came through, outermost first."""
    while trace is not None:
        yield Path(trace.tb_frame.f_code.co_filename).parent
        trace = trace.tb_next

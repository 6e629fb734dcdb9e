"""Sites as ``enfilade dev`` serves them, each in a process of its own."""

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

import profiled_pages as pages
from running import Running, listener, running, surroundings

SITES = Path(__file__).with_name("sites")

Serve = Callable[..., Running]


@pytest.fixture(scope="module")
def develop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serve]:
    """``develop("flask_site:application", "--threads=2")`` serves until the module is done."""
    with ExitStack() as stack:

        def start(*arguments: str, command: str = "dev") -> Running:
            sock = stack.enter_context(listener())
            argv = [sys.executable, "-m", "enfilade", command, *arguments]
            argv += ["--bind", f"fd://{sock.fileno()}"]
            argv += ["--no-reload"] if command == "dev" else []
            output = tmp_path_factory.mktemp("site") / "output"
            program = running(
                argv,
                sock.getsockname()[1],
                output,
                cwd=SITES,
                env={**surroundings(), "PYTHONPATH": str(Path(pages.__file__).parent)},
                pass_fds=[sock.fileno()],
            )
            return stack.enter_context(program)

        yield start

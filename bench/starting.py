"""How long people wait: for the import, for ``--help``, and for the first response."""

import subprocess
import tempfile
import time
from pathlib import Path

from bench.contest import Ask, Contestant, Figures, NotMeasured, Run
from bench.serving import (
    SECONDS_TO_START,
    answers,
    command,
    end,
    free_port,
    pinned,
    programs_of,
    start,
)

IMPORT = "import time; t = time.perf_counter(); import enfilade; print(time.perf_counter() - t)"


def start_up(contestant: Contestant, ask: Ask, run: Run) -> Figures:
    """Milliseconds of each; the first two of Enfilade only."""
    python = str(programs_of(contestant, run) / "python")
    return {
        "import ms": float(_output(run, [python, "-c", IMPORT])) * 1000,
        "--help ms": _seconds(run, [python, "-m", "enfilade", "--help"]) * 1000,
        "first response ms": _first_response(contestant, run) * 1000,
    }


def first_response(contestant: Contestant, ask: Ask, run: Run) -> Figures:
    return {"first response ms": _first_response(contestant, run) * 1000}


def _output(run: Run, argv: list[str]) -> str:
    argv = pinned(run.server_core, argv)
    return subprocess.run(argv, check=True, stdout=subprocess.PIPE, text=True).stdout


def _seconds(run: Run, argv: list[str]) -> float:
    began = time.perf_counter()
    _output(run, argv)
    return time.perf_counter() - began


def _first_response(contestant: Contestant, run: Run) -> float:
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder, port = Path(name), free_port()
        argv = pinned(run.server_core, command(contestant, run, folder, port))
        began = time.perf_counter()
        process = start(argv, folder)
        try:
            while not answers(port, SECONDS_TO_START):
                if process.poll() is not None:
                    raise NotMeasured("it ended at once")
                time.sleep(0.001)
            return time.perf_counter() - began
        finally:
            end(process)

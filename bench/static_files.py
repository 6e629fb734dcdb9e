"""The files of the static rows: of 1 KB, 100 KB and 10 MB, made once, of no pattern to compress."""

import random
from dataclasses import replace
from pathlib import Path, PurePosixPath

from bench.contest import Ask, Contestant, Figures, Run
from bench.load import under_load

FOLDER = Path(__file__).parent / ".static"
SIZES = {"1k": 1024, "100k": 100 * 1024, "10m": 10 * 1024 * 1024}


def ask(name: str) -> Ask:
    return Ask(f"/static/{name}.bin")


def static_under_load(contestant: Contestant, ask: Ask, run: Run) -> Figures:
    """As :func:`bench.load.under_load`; the answer must be the content of the file."""
    file = FOLDER / PurePosixPath(ask.path).name
    return under_load(contestant, replace(ask, answer=_content(file)), run)


def _content(file: Path) -> bytes:
    size = SIZES[file.stem]
    content = random.Random(size).randbytes(size)
    if not file.exists() or file.read_bytes() != content:
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(content)
    return content

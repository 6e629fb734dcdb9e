"""The files of the static rows: of 1 KB, 100 KB and 10 MB, made once, of no pattern to compress."""

import random
from pathlib import Path

from bench.contest import Ask, Contestant, Figures, Run
from bench.load import under_load

FOLDER = Path(__file__).parent / ".static"
SIZES = {"1k": 1024, "100k": 100 * 1024, "10m": 10 * 1024 * 1024}


def ask(name: str) -> Ask:
    return Ask(path=f"/static/{name}.bin", size=SIZES[name])


def static_under_load(contestant: Contestant, ask: Ask, run: Run) -> Figures:
    """As :func:`bench.load.under_load`, for the files of this room."""
    FOLDER.mkdir(exist_ok=True)
    for name, size in SIZES.items():
        file = FOLDER / f"{name}.bin"
        if not file.exists() or file.stat().st_size != size:
            file.write_bytes(random.Random(size).randbytes(size))
    return under_load(contestant, ask, run)

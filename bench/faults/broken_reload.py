"""F3: code that does not start is loaded again and again under full load; the old workers serve,
no request fails, and the command that asked exits with 1. Then the code is put right."""

import argparse
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from demo import load
from hello import hello

CONNECTIONS = 32
BROKEN = (
    "1 / 0\n",
    "import a_module_that_is_not_there\n",
    "def app(:\n",
    "import os; os._exit(7)\n",
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=15)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, hello(Path(folder), "--workers", "2") as site:
        code = (site.folder / "app.py").read_text()
        refused = tried = 0
        with load(site.url, options.seconds, CONNECTIONS) as result:
            while tried < options.seconds * 2:
                (site.folder / "app.py").write_text(BROKEN[tried % len(BROKEN)])
                tried += 1
                refused += reload(site.folder) == 1
        (site.folder / "app.py").write_text(code.replace("hello", "HELLO"))
        mended = reload(site.folder) == 0 and is_mended(site.url)
        failed = result[0].failed
    print(f"{result[0].requests} requests, {failed} failed; {refused} of {tried} reloads refused")
    print(f"mended: {mended}")
    sys.exit(bool(failed) or refused < tried or not mended)


def is_mended(url: str) -> bool:
    """Whether the new code answers soon: the workers are replaced one by one."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        if urllib.request.urlopen(url).read() == b"HELLO\n":
            return True
    return False


def reload(folder: Path) -> int:
    """The exit status of ``enfilade reload``."""
    argv = [sys.executable, "-m", "enfilade", "reload", "--control=control"]
    return subprocess.run(argv, cwd=folder, capture_output=True, timeout=90).returncode


if __name__ == "__main__":
    main()

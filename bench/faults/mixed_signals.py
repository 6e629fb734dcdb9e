"""F24: ten thousand signals of all kinds in a minute. Then there are as many workers as there
should be, no zombies, and it serves."""

import argparse
import random
import signal
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from hello import Hello, hello

KINDS = [
    signal.SIGHUP,
    signal.SIGTTIN,
    signal.SIGTTOU,
    signal.SIGUSR1,
    signal.SIGUSR2,
    signal.SIGCHLD,
    signal.SIGWINCH,
]
PATIENCE = 60.0
"""Seconds in which the workers that drain have to go."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--signals", type=int, default=10_000)
    parser.add_argument("--seconds", type=float, default=60.0)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, hello(Path(folder), "--workers=2") as site:
        rng = random.Random(24)
        for _ in range(options.signals):
            site.process.send_signal(rng.choice(KINDS))
            time.sleep(options.seconds / options.signals)
        # Two signals of one kind may become one on their way, so bring the count to a known one.
        for _ in range(options.signals):
            site.process.send_signal(signal.SIGTTOU)
            time.sleep(0.0005)
        settled = _settles(site)
        serves = urllib.request.urlopen(site.url, timeout=10).read() == b"hello\n"
        print(f"{options.signals} signals: children at the end {site.children()}, serves: {serves}")
    sys.exit(not (settled and serves) or site.process.returncode)


def _settles(site: Hello) -> bool:
    """Whether one worker is left, and no zombie."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        states = list(site.children().values())
        if len(states) == 1 and "Z" not in states:
            return True
        time.sleep(0.1)
    return False


if __name__ == "__main__":
    main()

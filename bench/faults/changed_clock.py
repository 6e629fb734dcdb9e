"""F20: the clock on the wall is put a day ahead and a day back under load. No worker is replaced,
nothing fails, and deadlines take as long as they should. Needs libfaketime."""

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path

from demo import load, until
from hello import hello
from hung_application import HANGING, ask

LIBRARY = "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1"
DEADLINE = 3.0
SLACK = 2.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=20)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        clock = folder / "clock"
        clock.write_text("+0\n")
        faked = {
            "LD_PRELOAD": LIBRARY,
            "FAKETIME_TIMESTAMP_FILE": str(clock),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",  # as when the real clock is set
        }
        arguments = ("--workers=2", f"--application-timeout={DEADLINE}")
        with hello(folder, *arguments, code=HANGING, environ={**os.environ, **faked}) as site:
            workers = set(site.children())
            began, late = time.monotonic(), []
            with load(site.url, options.seconds, 8) as result:
                for step, offset in enumerate(("+1d", "-1d", "+0")):
                    until(began + options.seconds * (step + 1) / 5)
                    clock.write_text(f"{offset}\n")
                    late.append(ask(site.port, "/neighbour"))
            same = workers == set(site.children())
            status, seconds = ask(site.port, "/waits")
    print(result[0].text)
    print(f"{result[0].requests} requests, {result[0].failed} failed; the same workers: {same}")
    print("a view of 1.5 s at each change:", ", ".join(f"{s} {t:.1f} s" for s, t in late))
    print(f"a view that hangs: {status} after {seconds:.1f} s, of {DEADLINE:g} s")
    in_time = status == 504 and DEADLINE <= seconds < DEADLINE + SLACK
    sys.exit(bool(result[0].failed) or not same or not in_time or any(s != 200 for s, _ in late))


if __name__ == "__main__":
    main()

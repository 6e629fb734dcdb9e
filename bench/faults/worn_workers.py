"""F23: an application leaks under load, and its workers are over their limits all the time. Each is
replaced, one after the other, and no request fails."""

import argparse
import re
import sys
import tempfile
from pathlib import Path

from demo import load
from hello import hello

LEAKING = """
import os
KEPT = []

def app(environ, start_response):
    KEPT.append(os.urandom(2_000))
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", "6")])
    return [b"hello\\n"]
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=30)
    parser.add_argument("--limit", default="120M")
    options = parser.parse_args()
    arguments = ("--workers=3", f"--memory-limit={options.limit}")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with hello(folder, *arguments, code=LEAKING) as site:
            with load(site.url, options.seconds) as result:
                pass
            states = site.children()
        log = (folder / "log").read_text()
    replaced = re.findall(r"worker \d+ has ([\d.]+) MiB .* will be replaced", log)
    ended = re.findall(r"was killed|is overdue", log)
    print(result[0].text)
    print(f"{result[0].requests} requests, {result[0].failed} failed; {len(replaced)} workers were")
    print(f"replaced, at {max(map(float, replaced), default=0)} MiB at most; {len(ended)} by force")
    sys.exit(bool(result[0].failed or ended) or not replaced or "Z" in states.values())


if __name__ == "__main__":
    main()

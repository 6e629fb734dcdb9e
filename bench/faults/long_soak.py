"""F9: ten million mixed requests by wrk, some pipelined, some on connections that end with them;
what each round adds to the workers' memory, and whether descriptors and threads stay as they were.

A round is a million requests or so, and the first three are the warm-up: until then each thread's
heap has seen the worst of the mix."""

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path

from demo import Load, load
from hello import Hello, hello
from soak import CODE, REQUESTS, SLOPE, State, state

WEIGHTS = [200, 2, 2, 20, 2, 10, 2, 10]
"""How often each of the requests of ``soak.py`` comes, a pipelined batch, and one that closes."""

CLOSING = b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
SCRIPT = """
local requests, picks = {%s}, {%s}
local at = 0
function request()
  at = at %% #picks + 1
  return requests[picks[at]]
end
"""
CONNECTIONS = 32


def write_script(path: Path) -> None:
    """The mix for wrk, in a fixed order of one cycle."""
    batch = REQUESTS[0] * 4 + REQUESTS[3] + REQUESTS[5]
    requests = [*REQUESTS, batch, CLOSING]
    picks = [number for number, weight in enumerate(WEIGHTS, 1) for _ in range(weight)]
    spread = [picks[place * 101 % len(picks)] for place in range(len(picks))]
    texts = ",".join('"' + "".join(f"\\{byte:03d}" for byte in text) + '"' for text in requests)
    path.write_text(SCRIPT % (texts, ",".join(map(str, spread))))


def soak(site: Hello, script: Path, count: int) -> Load:
    """At least *count* requests, in turns of ten seconds."""
    total = Load(0, 0, "")
    while total.requests < count:
        with load(site.url, 10, CONNECTIONS, script) as result:
            pass
        assert result[0].requests, result[0].text
        total.requests += result[0].requests
        total.failed += result[0].failed
    return total


def rest(site: Hello) -> State:
    """What it holds once the last connections are closed."""
    time.sleep(1)
    return state(site)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=10_000_000)
    parser.add_argument("--round", type=int, default=1_000_000)
    parser.add_argument("--warm", type=int, default=3, help="rounds before it is measured")
    parser.add_argument("--workers", default="1")
    parser.add_argument("--plain", action="store_true", help="the plain build")
    options = parser.parse_args()
    if options.plain:
        os.environ["ENFILADE_PLAIN"] = "1"
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        script = folder / "mix.lua"
        write_script(script)
        with hello(folder, f"--workers={options.workers}", code=CODE) as site:
            workers = set(site.children())
            failed = soak(site, script, options.round * options.warm).failed
            warm, done = rest(site), 0
            print(f"warm: {warm}", flush=True)
            while done < options.requests:
                result = soak(site, script, options.round)
                done, failed, now = done + result.requests, failed + result.failed, rest(site)
                print(f"{done} requests, {failed} failed: {now}", flush=True)
            same = workers == set(site.children())
        complaints = (folder / "log").read_text().count("Traceback")
    slope = (now.memory - warm.memory) * 1_000_000 / done
    print(f"{slope:.1f} KiB a million; the same workers: {same}; {complaints} tracebacks")
    flat = now.descriptors <= warm.descriptors and now.threads <= warm.threads
    sys.exit(bool(failed or complaints) or not (same and flat) or slope > SLOPE)


if __name__ == "__main__":
    main()

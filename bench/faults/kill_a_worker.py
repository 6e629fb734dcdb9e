"""F1: a worker is killed with SIGKILL under load; only the requests it had in flight may fail."""

import argparse
import os
import signal
import sys
import time

from demo import demo, load, until

CONNECTIONS = 32


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=20)
    options = parser.parse_args()
    with demo("--workers", "2") as site:
        begin = time.monotonic()
        kills = 0
        with load(f"{site.url}/about/", options.seconds, CONNECTIONS) as result:
            while (kills + 1) * 4 < options.seconds:
                kills += 1
                until(begin + kills * 4)
                os.kill(site.workers()[0], signal.SIGKILL)
        print(result[0].text)
        failed, allowed = result[0].failed, kills * CONNECTIONS
        print(f"{result[0].requests} requests, {kills} kills, {failed} failed (at most {allowed})")
        workers = len(site.workers())
        print(f"workers at the end: {workers}")
    sys.exit(failed > allowed or workers != 2)


if __name__ == "__main__":
    main()

"""F2: the workers are replaced every five seconds under full load; no request may fail."""

import argparse
import signal
import sys
import time

from demo import demo, load, until


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--every", type=float, default=5.0)
    options = parser.parse_args()
    with demo("--workers", "2") as site:
        first = set(site.workers())
        begin = time.monotonic()
        reloads = 0
        with load(f"{site.url}/about/", options.seconds) as result:
            while (reloads + 1) * options.every < options.seconds:
                reloads += 1
                until(begin + reloads * options.every)
                site.process.send_signal(signal.SIGHUP)
        print(result[0].text)
        print(f"{result[0].requests} requests, {reloads} reloads, {result[0].failed} failed")
        replaced = not first & set(site.workers())
        print(f"workers replaced: {replaced}")
    sys.exit(result[0].failed > 0 or not replaced)


if __name__ == "__main__":
    main()

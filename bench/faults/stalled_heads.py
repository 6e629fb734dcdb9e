"""F13: a thousand clients send half a request head and stall; others are answered at once."""

import argparse
import socket
import statistics
import sys
import time
import urllib.request

from demo import demo


def answer_times(url: str, count: int) -> list[float]:
    """Milliseconds to a whole answer, on a new connection each."""
    times = []
    for _ in range(count):
        start = time.perf_counter()
        with urllib.request.urlopen(f"{url}/about/", timeout=10) as response:
            assert response.status == 200
            response.read()
        times.append((time.perf_counter() - start) * 1e3)
    return times


def describe(times: list[float]) -> str:
    return f"median {statistics.median(times):.2f} ms, slowest {max(times):.2f} ms"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clients", type=int, default=1000)
    options = parser.parse_args()
    with demo() as site:
        print("without:", describe(answer_times(site.url, 200)))
        stalled = [
            socket.create_connection(("127.0.0.1", site.port)) for _ in range(options.clients)
        ]
        for sock in stalled:
            sock.sendall(b"GET /about/ HTTP/1.1\r\nHost: localh")
        times = answer_times(site.url, 200)
        print(f"with {len(stalled)} stalled:", describe(times))
        answers = {}
        for sock in stalled:
            sock.settimeout(15)
            line = sock.recv(4096).split(b"\r\n")[0].decode() or "closed"
            answers[line] = answers.get(line, 0) + 1
            sock.close()
        print("the stalled ones got:", answers)
    sys.exit(max(times) > 1000)


if __name__ == "__main__":
    main()

"""F21: PostgreSQL or Redis is killed or paused under load, and comes back.

Pages without a session must go on, the others be answered 503 soon, and all of them be well again
within a second after the return. The site is that of docs/deploying-on-several-machines.md:
nginx before two machines with two workers each.
"""

import argparse
import statistics
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

sys.path.append(str(Path(__file__).parents[2] / "tests"))

import httpx

from machines import Several, several_machines
from services import Service

PATHS = {"postgresql": "/visit/", "redis": "/remembered/"}
WITHOUT_SESSION = "/plain/"
LONGEST = {"killed": 1.0, "paused": 2.5}
"""Seconds until a 503, on a machine that has its processors to itself."""


@dataclass(frozen=True)
class Answer:
    """One answer; times are those of :func:`time.monotonic`, in seconds."""

    path: str
    status: int
    begun: float
    ended: float


@dataclass
class Load:
    """Visitors who ask again as soon as they are answered."""

    url: str
    answers: list[Answer] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)

    def visit(self, client: httpx.Client, path: str) -> None:
        """Ask for *path* until it is over."""
        with client:
            while not self.over.is_set():
                begun = time.monotonic()
                status = client.get(self.url + path).status_code
                self.answers.append(Answer(path, status, begun, time.monotonic()))


def browser() -> httpx.Client:
    """A client for the certificate and the name of the site."""
    return httpx.Client(verify=False, headers={"Host": "example.org"}, timeout=30)


@contextmanager
def load(url: str, paths: list[str]) -> Iterator[Load]:
    """A visitor for each of *paths* beside the block."""
    it = Load(url)
    threads = [threading.Thread(target=it.visit, args=(browser(), path)) for path in paths]
    for thread in threads:
        thread.start()
    try:
        yield it
    finally:
        it.over.set()
        for thread in threads:
            thread.join()


@contextmanager
def away(service: Service, how: str) -> Iterator[None]:
    """*service* is killed, or paused, for as long as the block takes."""
    if how == "paused":
        with service.paused():
            yield
        return
    service.stop()
    try:
        yield
    finally:
        service.start()


def describe(title: str, answers: list[Answer]) -> None:
    """Print how many there are of each status, and how long they took."""
    for status, count in sorted(Counter(answer.status for answer in answers).items()):
        took = [a.ended - a.begun for a in answers if a.status == status]
        median, longest = statistics.median(took) * 1e3, max(took) * 1e3
        print(
            f"  {title:<18} {status} × {count:<6} median {median:6.1f} ms, slowest {longest:6.1f}"
        )


def trial(site: Several, name: str, how: str, seconds: float, visitors: int) -> bool:
    """Whether one service that is away for *seconds* did no more harm than it may."""
    print(f"{name} is {how} for {seconds:g} s, {visitors} visitors need it and 4 do not")
    path = PATHS[name]
    with load(site.url, [path] * visitors + [WITHOUT_SESSION] * 4) as it:
        time.sleep(3)  # until everybody has a connection and a session
        gone = time.monotonic()
        with away(getattr(site, name), how):
            time.sleep(seconds)
        back = time.monotonic()
        time.sleep(3)
    plain = [answer for answer in it.answers if answer.path == WITHOUT_SESSION]
    needing = [answer for answer in it.answers if answer.path == path]
    during = [answer for answer in needing if answer.ended > gone and answer.begun < back]
    describe("without a session", [answer for answer in plain if gone < answer.ended < back])
    describe("needing it", during)
    refused = [answer for answer in needing if answer.status == 503]
    well = max((answer.ended - back for answer in refused), default=0.0)
    print(f"  the last 503 came {max(well, 0) * 1e3:.0f} ms after the return")
    return (
        all(answer.status == 200 for answer in plain)
        and {answer.status for answer in needing} <= {200, 503}
        and bool(refused)
        and max(answer.ended - answer.begun for answer in refused) <= LONGEST[how]
        and well <= 1
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=5.0, help="how long each is away")
    parser.add_argument("--visitors", type=int, default=24, help="who need what is away")
    options = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as folder,
        several_machines(Path(folder)) as site,
    ):
        results = [
            trial(site, name, how, options.seconds, options.visitors)
            for name in PATHS
            for how in LONGEST
        ]
    print("within the limits" if all(results) else "beyond the limits")
    sys.exit(not all(results))


if __name__ == "__main__":
    main()

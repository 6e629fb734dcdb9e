"""From saving a file to the new answer of ``enfilade dev``: how long it takes, and what fails.

    .venv/bin/python bench/dev_reload.py [--site gazette] [--saves 20] [--limit 300]

A visitor asks again and again, each time over a new connection, while a file of the site is
saved with another version in it. Every answer must be that of the version saved last or of the
one before; refused connections are counted, and others that fail. Then a syntax error is saved,
which must be shown, and corrected. At the end a crowd asks without a pause during as many saves,
which nobody times: no request may be lost. Exits with 1 if anything failed, or if the median of
the changes is above the limit.
"""

import argparse
import http.client
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

GAZETTE = Path(__file__).parents[1] / "examples" / "gazette"
PATIENCE = 20.0
"""Seconds to wait for anything at all."""

BREATH = 0.003
"""Seconds between two requests, which leave the server a core to load the site on."""

HELLO = """
def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"{version}"]
"""

PROBE = """
from enfilade.http import HttpResponse

urlpatterns += [path("version/", lambda request: HttpResponse("{version}"))]
"""

BROKEN = "def broken(:\n"


@dataclass
class Site:
    """A copy of a site: its application, the *file* to save, and where that answers its version."""

    application: str
    file: Path
    source: str
    path: str

    def save(self, version: str) -> None:
        self.file.write_text(self.source.replace("{version}", version))

    def break_(self) -> None:
        self.file.write_text(BROKEN)


def hello(folder: Path) -> Site:
    """One file that speaks WSGI and imports nothing."""
    return Site("app:app", folder / "app.py", HELLO, "/")


def gazette(folder: Path) -> Site:
    """The demo newspaper, with a page more."""
    shutil.copytree(GAZETTE / "gazette", folder / "gazette")
    file = folder / "gazette" / "urls.py"
    return Site("gazette.wsgi:application", file, file.read_text() + PROBE, "/version/")


SITES = {"hello": hello, "gazette": gazette}


@dataclass
class Visitor:
    """Asks the server at *port*, and notes every request that came to nothing."""

    port: int
    path: str
    answers: int = 0
    failures: Counter[str] = field(default_factory=Counter)

    def ask(self) -> tuple[int, str] | None:
        """Status and body over a new connection; ``None`` if it failed."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            connection.request("GET", self.path, headers={"Connection": "close"})
            response = connection.getresponse()
            answer = response.status, response.read().decode()
        except (OSError, http.client.HTTPException) as error:
            self.failures[type(error).__name__] += 1
            return None
        finally:
            connection.close()
        self.answers += 1
        return answer

    def wait_for(self, new: str, *olds: str) -> float:
        """Milliseconds until an answer has *new* in it; until then it must have one of *olds*."""
        began = time.perf_counter()
        while time.perf_counter() - began < PATIENCE:
            answer = self.ask()
            if answer and new in answer[1]:
                return (time.perf_counter() - began) * 1000
            if answer and not any(old in answer[1] for old in olds):
                self.failures[f"wrong answer, {answer[0]}"] += 1
            time.sleep(BREATH)
        sys.exit(f"{new!r} was not served within {PATIENCE:g} s.")


@contextmanager
def development_server(site: Site, folder: Path) -> Iterator[int]:
    """``enfilade dev`` with *site* on a free port, which is yielded."""
    log = folder / "dev.log"
    env = {
        **os.environ,
        "PYTHONDONTWRITEBYTECODE": "",  # as a developer's Python is
        "GAZETTE_DATABASE": f"{folder}/gazette.sqlite3",
        "GAZETTE_MEDIA": f"{folder}/media",
    }
    argv = [sys.executable, "-m", "enfilade", "dev", site.application, "--bind", "127.0.0.1:0"]
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*argv, "--access-log", "off"],
            cwd=folder,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
        )
    try:
        yield _port(process, log)
    finally:
        process.terminate()
        process.wait(PATIENCE)


def _port(process: subprocess.Popen[bytes], log: Path) -> int:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        text = log.read_text()
        if "  Stop" in text and (found := re.search(r"http://127\.0\.0\.1:(\d+)", text)):
            time.sleep(0.5)  # the watcher is a program of its own and starts after the banner
            return int(found[1])
        time.sleep(0.01)
    sys.exit(f"The server did not start:\n{log.read_text()}")


def measure(site: Site, visitor: Visitor, saves: int, pause: float) -> dict[str, list[float]]:
    """Milliseconds from each save to the answer that shows it, by what was saved."""
    times: dict[str, list[float]] = {"a change": [], "a syntax error": [], "its correction": []}
    for number in range(1, saves + 1):
        site.save(f"version {number}.")
        times["a change"].append(visitor.wait_for(f"version {number}.", f"version {number - 1}."))
        time.sleep(pause)
    last = f"version {saves}."
    site.break_()
    times["a syntax error"].append(visitor.wait_for("SyntaxError", last))
    time.sleep(pause)
    site.save(last)
    times["its correction"].append(visitor.wait_for(last, "SyntaxError"))
    return times


def crowd_in(site: Site, visitors: list[Visitor], saves: int, pause: float) -> None:
    """Have all *visitors* ask at once while the site is saved again and again."""
    over = threading.Event()

    def ask(visitor: Visitor) -> None:
        while not over.is_set():
            answer = visitor.ask()
            if answer and not answer[1].startswith("version "):
                visitor.failures[f"wrong answer, {answer[0]}"] += 1

    threads = [threading.Thread(target=ask, args=(visitor,)) for visitor in visitors]
    for thread in threads:
        thread.start()
    for number in range(saves):
        site.save(f"version {number}.")
        time.sleep(pause)
    over.set()
    for thread in threads:
        thread.join()


def report(times: dict[str, list[float]], visitors: list[Visitor]) -> int:
    """Print the times and what failed; how much that was."""
    for what, each in times.items():
        print(f"{what:15} median {statistics.median(each):4.0f} ms, slowest {max(each):4.0f} ms")
    failures = sum((visitor.failures for visitor in visitors), Counter[str]())
    failed = failures.total()
    refused = failures.pop("ConnectionRefusedError", 0)
    others = ", ".join(f"{count} {kind}" for kind, count in failures.items()) or "none"
    answers = sum(visitor.answers for visitor in visitors)
    print(
        f"{answers} answers, all looked at; {refused} connections refused; other failures: {others}"
    )
    return failed


def main() -> None:
    lines = (__doc__ or "").splitlines()
    parser = argparse.ArgumentParser(description=lines[0], epilog=" ".join(lines[4:]))
    parser.add_argument("--site", choices=SITES, default="gazette", help="which one  [gazette]")
    parser.add_argument("--saves", type=int, default=20, help="changes to save  [20]")
    parser.add_argument(
        "--pause",
        type=float,
        default=0.5,
        help="seconds between an answer and the next save  [0.5]",
    )
    parser.add_argument(
        "--limit", type=float, default=300.0, help="milliseconds that the median may take  [300]"
    )
    parser.add_argument("--crowd", type=int, default=4, help="how many ask at once  [4]")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        site = SITES[options.site](folder)
        site.save("version 0.")
        with development_server(site, folder) as port:
            one, *others = visitors = [Visitor(port, site.path) for _ in range(1 + options.crowd)]
            times = measure(site, one, options.saves, options.pause)
            crowd_in(site, others, options.saves, options.pause)
    failed = report(times, visitors)
    sys.exit(bool(failed or statistics.median(times["a change"]) > options.limit))


if __name__ == "__main__":
    main()

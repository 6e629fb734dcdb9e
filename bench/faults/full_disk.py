"""F8: a disk of one megabyte is full under an upload's spool, a form's file, the sessions and the
access log. Who needs it is told, nothing stays behind, everybody else is answered, and all is well
again once there is room. Needs root, to mount the disk."""

import argparse
import http.client
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hello import Hello, hello
from soak import state

CODE = """
import os
from enfilade import Application, HttpResponse, path
from enfilade.views.decorators.csrf import csrf_exempt

def plain(request):
    return HttpResponse("plain")

@csrf_exempt
def upload(request):
    return HttpResponse(str(len(request.body)))

@csrf_exempt
def form(request):
    return HttpResponse(str(request.FILES["file"].size))

def visit(request):
    request.session["visits"] = request.session.get("visits", 0) + 1
    return HttpResponse(str(request.session["visits"]))

app = Application(
    [path("", plain), path("upload/", upload), path("form/", form), path("visit/", visit)],
    SECRET_KEY="only for this script, and long enough",
    ALLOWED_HOSTS=["127.0.0.1"],
    DATA_UPLOAD_MAX_MEMORY_SIZE=None,
    FILE_UPLOAD_MAX_MEMORY_SIZE=1000,
    FILE_UPLOAD_TEMP_DIR=os.environ["DISK"],
    MIDDLEWARE=["enfilade.contrib.sessions.middleware.SessionMiddleware"],
    SESSION_ENGINE="enfilade.contrib.sessions.backends.file",
    SESSION_FILE_PATH=os.environ["DISK"],
)
"""
LARGE = 3_000_000
SMALL = 200_000
"""Bytes of a body that is spooled and does not fit, and of one that does when there is room."""

FORM = {"Content-Type": "multipart/form-data; boundary=b"}
PART = b'--b\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\n%s\r\n--b--\r\n'


@contextmanager
def disk(folder: Path, size: str) -> Iterator[Path]:
    """A file system in memory of *size*, below *folder*."""
    place = folder / "disk"
    place.mkdir()
    argv = ["mount", "-t", "tmpfs", "-o", f"size={size},mode=700", "tmpfs", str(place)]
    subprocess.run(argv, check=True)
    try:
        yield place
    finally:
        subprocess.run(["umount", str(place)], check=True)


@contextmanager
def filled(place: Path) -> Iterator[None]:
    """No byte is free on the disk for as long as the block takes."""
    filler = place / "filler"
    with filler.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(4096))
        except OSError:
            pass  # it is full
    try:
        yield
    finally:
        filler.unlink()


def ask(site: Hello, path: str, body: bytes | None = None, **fields: str) -> tuple[int, bool]:
    """The status, and whether the server then closes."""
    connection = http.client.HTTPConnection("127.0.0.1", site.port, timeout=20)
    try:
        connection.request("GET" if body is None else "POST", path, body, fields)
        response = connection.getresponse()
        response.read()
        return response.status, response.will_close
    finally:
        connection.close()


def send_form(site: Hello, size: int) -> tuple[int, bool]:
    return ask(site, "/form/", PART % (b"x" * size), **FORM)


def check(title: str, found: object, expected: object) -> bool:
    print(f"  {title:<58} {found}{'' if found == expected else f', and not {expected}'}")
    return found == expected


def check_bodies(site: Hello, place: Path, rounds: int) -> list[bool]:
    """Bodies and sessions; the spool, forms and sessions share the disk."""
    well = [ask(site, "/upload/", b"x" * SMALL)[0], send_form(site, SMALL)[0]]
    time.sleep(0.5)  # until connections are closed
    before, files = state(site).descriptors, set(place.iterdir())
    statuses: dict[str, set[tuple[int, bool]]] = {}
    small = set()
    for _ in range(rounds):
        statuses.setdefault("larger", set()).add(ask(site, "/upload/", b"x" * LARGE))
        with filled(place):
            statuses.setdefault("full", set()).add(ask(site, "/upload/", b"x" * SMALL))
            statuses.setdefault("form", set()).add(send_form(site, 5_000))
            statuses.setdefault("session", set()).add(ask(site, "/visit/"))
            small.add(ask(site, "/")[0])
    after = [ask(site, "/upload/", b"x" * SMALL)[0], send_form(site, SMALL)[0]]
    time.sleep(0.5)  # files are closed after the answer
    left = set(place.iterdir()) - files
    session = ask(site, "/visit/")[0]
    time.sleep(0.5)
    return [
        check("bodies while there is room", well, [200, 200]),
        check("a body larger than the disk", statuses["larger"], {(507, True)}),
        check("a body on a full disk", statuses["full"], {(507, True)}),
        check("a form's file on a full disk", {s for s, _ in statuses["form"]}, {500}),
        check("a session on a full disk", {s for s, _ in statuses["session"]}, {503}),
        check("pages that need no disk", small, {200}),
        check("files left", [path.name for path in left], []),
        check("descriptors more than before", max(state(site).descriptors - before, 0), 0),
        check("bodies afterwards", after, [200, 200]),
        check("a session afterwards", session, 200),
    ]


def check_log(site: Hello, place: Path) -> list[bool]:
    """The access log."""
    log = place / "access"
    with filled(place):
        statuses = {ask(site, "/")[0] for _ in range(1000)}
        time.sleep(0.5)
        length = log.stat().st_size
    ask(site, "/")
    time.sleep(0.5)
    told = "lines were lost" in (site.folder / "log").read_text()
    return [
        check("pages while the access log cannot grow", statuses, {200}),
        check("lines are written again", log.stat().st_size > length, True),
        check("the error log tells how many were lost", told, True),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("--plain", action="store_true", help="the plain build")
    options = parser.parse_args()
    if os.geteuid():
        print("skipped: only root may mount the disk that is to be full")
        return
    environ = dict(os.environ, ENFILADE_PLAIN="1" if options.plain else "")
    results = []
    with tempfile.TemporaryDirectory() as name, disk(Path(name), "1m") as place:
        environ |= {"TMPDIR": str(place), "DISK": str(place)}
        arguments = ("--buffer-body=10000", f"--access-log={place}/access")
        with hello(Path(name), *arguments, code=CODE, environ=environ) as site:
            results += check_bodies(site, place, options.rounds)
            results += check_log(site, place)
    sys.exit(not all(results))


if __name__ == "__main__":
    main()

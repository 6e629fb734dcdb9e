"""Sessions between processes, and while what keeps them goes and comes back."""

import http.client
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from enfilade.contrib.sessions.backends.base import SessionBase
from patience import PATIENCE, until
from running import Running, enfilade_run
from services import Service, postgresql_server, redis_server

SITE = """\
import os

from enfilade import Application, HttpResponse, path


def count(request):
    request.session["count"] = request.session.get("count", 0) + 1
    return HttpResponse(f"{os.getpid()} {request.session['count']}")


def plain(request):
    return HttpResponse("plain")


application = Application(
    [path("count/", count), path("plain/", plain)],
    SECRET_KEY="only for this test, and long enough",
    MIDDLEWARE=["enfilade.contrib.sessions.middleware.SessionMiddleware"],
    SESSION_ENGINE="enfilade.contrib.sessions.backends." + os.environ["ENGINE"],
    DATABASE_URL=os.environ["DATABASE"],
    CACHES={
        "default": {
            "BACKEND": "enfilade.cache.backends.redis.RedisCache",
            "LOCATION": os.environ["REDIS"],
        }
    },
)
"""


@contextmanager
def serving(folder: Path, engine: str, database: str, redis: str) -> Iterator[Running]:
    """The site with its tables and two workers."""
    (folder / "counting.py").write_text(SITE)
    env = {"ENGINE": engine, "DATABASE": database, "REDIS": redis}
    if "db" in engine:
        command = [sys.executable, "-m", "enfilade", "migrate", "counting:application"]
        subprocess.run(command, cwd=folder, env={**os.environ, **env}, check=True)
    log = folder / "log"
    arguments = ("counting:application", "--workers", "2")
    with enfilade_run(*arguments, output=log, cwd=folder, env=env) as site:
        yield site


def get(site: Running, path: str, cookie: str = "") -> tuple[int, str, str]:
    """Status, body and the cookie to send next, over a connection of its own."""
    connection = http.client.HTTPConnection("127.0.0.1", site.port, timeout=PATIENCE)
    try:
        connection.request("GET", path, headers={"Cookie": cookie, "Connection": "close"})
        response = connection.getresponse()
        sent = response.getheader("Set-Cookie", cookie).partition(";")[0]
        return response.status, response.read().decode(), sent
    finally:
        connection.close()


def check_shared(site: Running) -> None:
    """One visitor, counted by both workers without a gap."""
    cookie, workers, visits = "", set(), 0
    while len(workers) < 2 or visits < 20:
        status, body, cookie = get(site, "/count/", cookie)
        visits += 1
        assert visits < 500, "only one worker answers"
        pid, number = body.split()
        workers.add(pid)
        assert (status, int(number)) == (200, visits)


@pytest.mark.slow
@pytest.mark.service
@pytest.mark.parametrize("engine", ["db", "cache", "cached_db"])
def test_two_workers_share_sessions(
    engine: str, tmp_path: Path, postgresql: Service, redis: Service
) -> None:
    with serving(tmp_path, engine, postgresql.url, redis.url) as site:
        check_shared(site)


@pytest.mark.slow
@pytest.mark.service
@pytest.mark.parametrize("engine", ["db", "cache"])
def test_what_keeps_the_sessions_goes_and_comes_back(engine: str, tmp_path: Path) -> None:
    make = postgresql_server if engine == "db" else redis_server
    # The address of the other service is not asked.
    with make() as service, serving(tmp_path, engine, service.url, service.url) as site:
        _, _, cookie = get(site, "/count/")
        service.stop()
        for _ in range(4):
            assert get(site, "/count/", cookie)[0] == 503
            assert get(site, "/plain/", cookie)[:2] == (200, "plain")
        service.start()
        until(lambda: get(site, "/count/", cookie)[0] == 200, "it is found again")
        check_shared(site)


def drawn_by_a_fork(count: int) -> list[str]:
    """Keys that a child process draws."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            session = SessionBase()
            with os.fdopen(write, "w") as pipe:
                pipe.writelines(f"{session._get_new_session_key()}\n" for _ in range(count))
        finally:
            os._exit(0)
    os.close(write)
    with os.fdopen(read) as pipe:
        keys = pipe.read().split()
    os.waitpid(child, 0)
    return keys


def test_forked_workers_never_draw_the_same_key() -> None:
    drawn = [key for _ in range(3) for key in drawn_by_a_fork(2000)]
    assert len(drawn) == len(set(drawn)) == 6000

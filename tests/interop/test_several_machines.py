"""What docs/deploying-on-several-machines.md promises, with its own files on real servers."""

import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import httpx
import psycopg
import pytest

from machines import FOREIGN_HOST, PAGE, Machine, Several, block, several_machines
from patience import PATIENCE
from services import Service

pytestmark = [pytest.mark.service, pytest.mark.slow]

PASSWORD = "a long pass phrase"


@pytest.fixture(scope="module")
def several(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Several]:
    with several_machines(tmp_path_factory.mktemp("several")) as them:
        yield them


@pytest.fixture(autouse=True)
def both_machines(several: Several) -> None:
    """nginx spares a machine for ten seconds when it has refused a connection, as it may while
    the test before starts it anew."""
    with visitor(several) as client:
        wait_until_back(several, client, "/plain/")


def visitor(several: Several, **options: object) -> httpx.Client:
    """A browser, but for the name server and the certificate."""
    headers = {"Host": "example.org"}
    return httpx.Client(
        base_url=several.url,
        headers=headers,
        verify=False,
        timeout=PATIENCE,
        **options,  # type: ignore[arg-type]
    )


def sign_in(client: httpx.Client) -> None:
    token = client.get("/accounts/login/").cookies["csrftoken"]
    answer = client.post(
        "/accounts/login/",
        data={"username": "ada", "password": PASSWORD},
        headers={"X-CSRFToken": token, "Referer": "https://example.org/accounts/login/"},
    )
    assert answer.status_code == 302, answer.text


def ports(several: Several) -> set[str]:
    return {str(machine.port) for machine in several.machines}


def users_by_machine(client: httpx.Client, count: int = 8) -> set[tuple[str, str]]:
    answers = [client.get("/user/") for _ in range(count)]
    return {(answer.headers["X-Machine"], answer.text) for answer in answers}


# Everybody knows everything ----------------------------------------------------------------


def test_who_signs_in_is_known_on_both_machines(several: Several) -> None:
    with visitor(several) as client:
        sign_in(client)
        assert users_by_machine(client) == {(port, "ada") for port in ports(several)}


def test_requests_are_dealt_out_in_turn_and_none_is_forgotten(several: Several) -> None:
    with visitor(several) as client:
        answers = [client.get("/visit/") for _ in range(20)]
    assert [answer.json()["visits"] for answer in answers] == list(range(1, 21))
    counted = Counter(answer.headers["X-Machine"] for answer in answers)
    assert set(counted) == ports(several)
    assert min(counted.values()) >= 5


def test_a_message_is_shown_once_whichever_machine_took_it(several: Several) -> None:
    with visitor(several) as client:
        takers = {
            client.post("/leave/", data={"text": f"number {number}"}).text for number in range(4)
        }
        shown = client.get("/read/").json()
        again = [client.get("/read/").json() for _ in range(4)]
    assert takers == ports(several)
    assert shown == [f"number {number}" for number in range(4)]
    assert again == [[]] * 4


def test_what_one_machine_caches_the_other_has(several: Several) -> None:
    with visitor(several) as client:
        client.post("/remembered/", data={"text": "of all"})
        assert {client.get("/remembered/").text for _ in range(8)} == {"of all"}


# What stands between -----------------------------------------------------------------------


def test_plain_http_is_sent_to_https(several: Several) -> None:
    answer = httpx.get(
        f"{several.plain_url}/plain/?a=b", headers={"Host": "example.org"}, timeout=PATIENCE
    )
    assert answer.status_code == 301
    assert answer.headers["Location"] == "https://example.org/plain/?a=b"


def test_the_site_believes_nginx_and_not_the_visitor(several: Several) -> None:
    lies = {"X-Forwarded-Proto": "http", "X-Forwarded-Host": FOREIGN_HOST}
    with visitor(several) as client:
        assert client.get("/plain/", headers=lies).json() == {"secure": True, "host": "example.org"}


def test_the_cookies_are_for_https(several: Several) -> None:
    with visitor(several) as client:
        assert "Secure" in client.get("/visit/").headers["Set-Cookie"]


def test_a_static_file_that_one_machine_does_not_have_yet_is_had_from_the_other(
    several: Several,
) -> None:
    second = several.machines[1]
    (second.folder / "static/site.css").write_text("h1 { color: teal }\n")
    second.run("collectstatic", "--no-input")
    second.restart()
    with visitor(several) as client:
        wait_until_back(several, client, "/plain/")
        names = {client.get("/style/").text for _ in range(4)}
        assert len(names) == 2
        for name in names:
            assert {client.get(name).status_code for _ in range(4)} == {200}


def test_the_log_of_nginx_tells_which_machine_has_answered(several: Several) -> None:
    with visitor(several) as client:
        for _ in range(4):
            client.get("/plain/")
    told = re.findall(
        r'"GET /plain/[^"]*" 200 127\.0\.0\.1:(\d+) 200', several.nginx_log.read_text()
    )
    assert set(told) == ports(several)


# Load --------------------------------------------------------------------------------------


@dataclass
class Load:
    """Visitors who ask again as soon as they have an answer; ``answers`` has (method, status)."""

    answers: list[tuple[str, int]] = field(default_factory=list)
    ended: threading.Event = field(default_factory=threading.Event)

    def visit(self, several: Several, path: str, methods: tuple[str, ...]) -> None:
        # A connection for each request: what is tried is the way from nginx to the machines.
        with visitor(several) as client:
            while not self.ended.is_set():
                for method in methods:
                    data = {"text": "x"} if method == "POST" else None
                    answer = client.request(
                        method, path, data=data, headers={"Connection": "close"}
                    )
                    self.answers.append((method, answer.status_code))


@contextmanager
def load(
    several: Several, path: str, *methods: str, visitors: int = 8
) -> Iterator[list[tuple[str, int]]]:
    it = Load()
    threads = [
        threading.Thread(target=it.visit, args=(several, path, methods)) for _ in range(visitors)
    ]
    for thread in threads:
        thread.start()
    try:
        yield it.answers
    finally:
        it.ended.set()
        for thread in threads:
            thread.join()


def wait_for_answers(answers: list[tuple[str, int]], more: int) -> None:
    goal, deadline = len(answers) + more, time.monotonic() + PATIENCE
    while len(answers) < goal:
        assert time.monotonic() < deadline, Counter(answers)
        time.sleep(0.02)


def test_a_machine_is_stopped_and_started_under_load_without_a_failed_request(
    several: Several,
) -> None:
    first = several.machines[0]
    with load(several, "/remembered/", "GET", "POST") as answers:
        wait_for_answers(answers, 100)
        first.stop()
        wait_for_answers(answers, 100)
        first.start()
        wait_for_answers(answers, 100)
    assert set(answers) == {("GET", 200), ("POST", 200)}


def test_a_machine_that_is_reloaded_under_load_fails_no_request(several: Several) -> None:
    first = several.machines[0]
    with load(several, "/visit/", "GET") as answers:
        wait_for_answers(answers, 50)
        first.process.send_signal(signal.SIGHUP)
        wait_for_answers(answers, 300)
    assert set(answers) == {("GET", 200)}


def test_a_machine_that_is_marked_down_is_spared_and_can_be_stopped(several: Several) -> None:
    first, second = several.machines
    with load(several, "/visit/", "GET") as answers, visitor(several) as client:
        client.headers["Connection"] = "close"  # a reload of nginx ends idle ones, as browsers know
        with marked_down(several, first):
            deadline = time.monotonic() + PATIENCE
            while {client.get("/plain/").headers["X-Machine"] for _ in range(8)} != {
                str(second.port)
            }:
                assert time.monotonic() < deadline
            first.stop()
            wait_for_answers(answers, 50)
            first.start()
        wait_until_back(several, client, "/plain/")
    assert set(answers) == {("GET", 200)}


@contextmanager
def marked_down(several: Several, machine: Machine) -> Iterator[None]:
    line = f"server 127.0.0.1:{machine.port} "
    configured = several.nginx_configuration.read_text()
    assert line in configured
    for text in (configured.replace(line, line + "down "), configured):
        several.nginx_configuration.write_text(text)
        several.nginx.process.send_signal(signal.SIGHUP)
        if text is not configured:
            yield


@pytest.mark.timeout(180)
def test_all_workers_together_keep_to_the_connections_that_the_page_counts(
    several: Several,
) -> None:
    counted = re.search(
        r"^ *(\d+) connections × (\d+) workers × (\d+) machines += (\d+)$", PAGE.text, re.M
    )
    assert counted
    each, workers, machines, most = map(int, counted.groups())
    assert each * workers * machines == most
    assert f"workers = {workers}" in block("toml")
    assert '"pool_size": 4, "max_overflow": 4' in block("py")
    with load(several, "/visit/", "GET", visitors=48) as answers:
        wait_for_answers(answers, 200)
        # Workers that a reload has replaced may take until the end of their grace, 30 seconds.
        deadline = time.monotonic() + 30 + 3 * PATIENCE
        while connections(several.postgresql) > most:
            assert time.monotonic() < deadline
            time.sleep(0.1)
        assert connections(several.postgresql) >= machines


def connections(postgresql: Service) -> int:
    """How many there are besides the one that asks."""
    question = "SELECT count(*) - 1 FROM pg_stat_activity WHERE backend_type = 'client backend'"
    with psycopg.connect(postgresql.url) as database:
        row = database.execute(question).fetchone()
    assert row is not None
    return int(row[0])


# Keys --------------------------------------------------------------------------------------


@pytest.fixture
def keys(several: Several) -> Iterator[tuple[str, str]]:
    """The key in use and another one; the machines have the first again afterwards."""
    old = several.machines[0].env["SECRET_KEY"]
    yield old, "another-text-that-nobody-can-guess"
    for machine in several.machines:
        machine.restart(SECRET_KEY=old, SECRET_KEY_FALLBACKS="")


def test_a_key_is_changed_and_nobody_is_signed_out(several: Several, keys: tuple[str, str]) -> None:
    old, new = keys
    known = {(port, "ada") for port in ports(several)}
    with visitor(several) as client:
        sign_in(client)
        for key, fallbacks in ((old, new), (new, old), (new, "")):
            for machine in several.machines:
                machine.restart(SECRET_KEY=key, SECRET_KEY_FALLBACKS=fallbacks)
                wait_until_back(several, client, "/plain/")
                assert users_by_machine(client) == known


def test_a_key_that_one_machine_does_not_know_signs_visitors_out(
    several: Several, keys: tuple[str, str]
) -> None:
    old, new = keys
    with visitor(several) as client:
        sign_in(client)
        several.machines[1].restart(SECRET_KEY=new, SECRET_KEY_FALLBACKS=old)
        wait_until_back(several, client, "/plain/")
        for _ in range(4):
            names = {name for _, name in users_by_machine(client)}
        assert names == {""}


# Away --------------------------------------------------------------------------------------


def statuses(client: httpx.Client, path: str, count: int = 4) -> Counter[int]:
    return Counter(client.get(path).status_code for _ in range(count))


def wait_until_back(several: Several, client: httpx.Client, path: str) -> None:
    """Until both machines answer again."""
    seen: set[str] = set()
    deadline = time.monotonic() + PATIENCE
    while seen != ports(several):
        assert time.monotonic() < deadline
        answer = client.get(path)
        if answer.status_code == 200:
            seen.add(answer.headers["X-Machine"])
        else:
            assert answer.status_code == 503


@pytest.fixture(params=["postgresql", "redis"])
def store(several: Several, request: pytest.FixtureRequest) -> Service:
    found: Service = getattr(several, request.param)
    return found


@pytest.fixture
def gone(several: Several) -> Iterator[httpx.Client]:
    """A visitor who is signed in, before something goes away."""
    with visitor(several) as client:
        sign_in(client)
        wait_until_back(several, client, "/user/")
        yield client


def test_postgresql_goes_and_comes_back(several: Several, gone: httpx.Client) -> None:
    several.postgresql.stop()
    try:
        assert statuses(gone, "/user/") == {503: 4}
        assert statuses(gone, "/plain/") == {200: 4}
        assert gone.get("/user/").headers["Retry-After"] == "1"
    finally:
        several.postgresql.start()
    wait_until_back(several, gone, "/user/")
    assert {name for _, name in users_by_machine(gone)} == {"ada"}


def test_redis_goes_and_comes_back_and_who_is_signed_in_does_not_notice(
    several: Several, gone: httpx.Client
) -> None:
    several.redis.stop()
    try:
        assert users_by_machine(gone) == {(port, "ada") for port in ports(several)}
        assert statuses(gone, "/remembered/") == {503: 4}
        assert statuses(gone, "/plain/") == {200: 4}
    finally:
        several.redis.start()
    assert statuses(gone, "/remembered/") == {200: 4}


def test_a_silent_server_is_a_503_and_other_pages_go_on(
    several: Several, store: Service, gone: httpx.Client
) -> None:
    path = "/visit/" if store is several.postgresql else "/remembered/"
    # More visitors than all the threads of both machines could keep waiting.
    with store.paused(), load(several, path, "GET", visitors=40) as answers:
        wait_for_answers(answers, 40)
        assert statuses(gone, "/plain/", 20) == {200: 20}
        wait_for_answers(answers, 40)
    assert {status for _, status in answers} <= {200, 503}
    assert ("GET", 503) in answers
    wait_until_back(several, gone, "/user/")


def test_a_paused_redis_costs_time_and_no_session(several: Several, gone: httpx.Client) -> None:
    with several.redis.paused():
        assert users_by_machine(gone, 4) == {(port, "ada") for port in ports(several)}


def test_both_silent_are_one_503(several: Several, gone: httpx.Client) -> None:
    with several.redis.paused(), several.postgresql.paused():
        assert statuses(gone, "/user/") == {503: 4}
    wait_until_back(several, gone, "/user/")


# At night ----------------------------------------------------------------------------------


def test_the_lines_for_cron_run(several: Several) -> None:
    machine = several.machines[0]
    variables = machine.folder / "mysite.env"
    names = [line.partition("=")[0] for line in block("dotenv").splitlines()]
    variables.write_text("".join(f"{name}='{machine.env[name]}'\n" for name in names))
    executables = machine.folder / ".venv/bin"
    executables.mkdir(parents=True)
    (executables / "enfilade").write_text(f'#!/bin/sh\nexec {sys.executable} -m enfilade "$@"\n')
    (executables / "enfilade").chmod(0o755)
    bin_of_postgresql = os.path.dirname(several.postgresql.argv[0])
    for line in block("crontab").splitlines():
        command = re.sub(r"^(\S+ ){5}mysite ", "", line)
        for old, new in (
            ("/etc/mysite.env", str(variables)),
            ("/srv/mysite", str(machine.folder)),
            ("/srv/backup", str(machine.folder)),
        ):
            command = command.replace(old, new)
        path = f"{bin_of_postgresql}:{os.environ['PATH']}"
        done = subprocess.run(
            ["/bin/sh", "-c", command], env={"PATH": path}, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
    assert (machine.folder / "mysite.dump").read_bytes().startswith(b"PGDMP")

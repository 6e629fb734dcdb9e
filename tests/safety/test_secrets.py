"""Secrets do not come out: a site that has one in every place is asked by all means, and whatever
shows a request is searched for them."""

import base64
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest

import canaries
from canaries import CANARIES, leaks
from collecting import Collector
from commands import enfilade
from patience import PATIENCE, until
from running import Running, enfilade_run, free_port, listener, running, surroundings

pytestmark = pytest.mark.slow

SITES = Path(__file__).with_name("secretive")
TOKEN = CANARIES["tracetoken"]
NESTED = quote(f"/back/?token={CANARIES['nested']}", safe="")
QUERY = f"page=2&token={CANARIES['query']}&shoe_size={CANARIES['declared']}&next={NESTED}"
BASIC = base64.b64encode(f"ada:{CANARIES['basic']}".encode()).decode()
FIELDS = {
    "Cookie": f"theme={CANARIES['cookie']}; sessionid={CANARIES['cookie']}",
    "Authorization": f"Basic {BASIC}",
    "X-Api-Key": CANARIES["field"],
    "Referer": f"https://ada:{CANARIES['field']}@example.org/?token={CANARIES['query']}",
    "X-Note": f"Bearer {CANARIES['bearer']}",
}
CLI_FIELDS = [word for name, value in FIELDS.items() for word in ("-H", f"{name}: {value}")]
FORM = {"name": "ada", "password": CANARIES["form"]}
PAGES = ("", "requests/", "routes/", "chain/", "workers/", "errors/")
PATHS = ("/", "/away/", "/fail/", f"/reset/{CANARIES['path']}/", f"/reset/{CANARIES['path']}/fail/")
ENVIRONMENT = {
    **surroundings(),
    "PYTHONPATH": str(Path(canaries.__file__).parent),
    "ENFILADE_TRACE_TOKEN": TOKEN,
    "ENFILADE_SECRET_NAMES": "shoe-size",
}


def ask(url: str, **more: str) -> list[httpx.Response]:
    """All answers to requests with all secrets."""
    fields = {**FIELDS, **more}
    with httpx.Client(base_url=url, headers=fields, timeout=20) as client:
        answers = [client.get(f"{path}?{QUERY}") for path in PATHS]
        answers += [client.post(f"{path}?{QUERY}", data=FORM) for path in PATHS]
        answers += [client.post("/fail/", json={"password": CANARIES["json"]})]
        answers += [client.post("/fail/", files={"password": ("", CANARIES["multipart"])})]
        answers += [client.get("/late/?token=" + CANARIES["query"])]
        answers += [client.get("/fail/", headers={"Authorization": f"Bearer {CANARIES['bearer']}"})]
    return answers


# A server in production --------------------------------------------------------------------


class Production:
    """A running server and what belongs to it."""

    def __init__(self, name: str, server: Running, folder: Path, port: int) -> None:
        self.server = server
        self.name = name
        self.folder = folder
        self.collector: Collector
        self.control = f"--control={folder}/control"
        self.metrics = "http://" + until(lambda: re.search(r"metrics at (\S+)", server.log))[1]
        self.profiler = f"http://127.0.0.1:{port}/-/enfilade/"
        self.answers = [*ask(server.url), *ask(server.url, **{"Enfilade-Trace": TOKEN})]

    def command(self, *arguments: str) -> str:
        """What a command says of the server."""
        done = enfilade(*arguments, self.control, cwd=self.folder, env=ENVIRONMENT)
        assert done.returncode == 0, done.stderr
        return done.stdout + done.stderr

    def spans(self) -> list[str]:
        return re.findall(r'"span": *"(\w{16})"', self.command("requests", "--json", "--limit=99"))


@pytest.fixture(scope="module", params=["shop:application", "shop:asgi", "django_shop:application"])
def production(request, tmp_path_factory) -> Iterator[Production]:
    from threading import Thread

    folder = tmp_path_factory.mktemp("production")
    port = free_port()
    collector = Collector()
    Thread(target=collector.serve_forever, daemon=True).start()
    arguments = [
        request.param, f"--control={folder}/control", "--record-slow=0.2",
        "--record-sample=1", "--metrics=127.0.0.1:0", "--opentelemetry",
        "--access-log=off",
        f"--profiler=127.0.0.1:{port}",
    ]  # fmt: skip
    environment = {
        **ENVIRONMENT,
        "OTEL_EXPORTER_OTLP_ENDPOINT": collector.url,
        "OTEL_BSP_SCHEDULE_DELAY": "100",
    }
    output = folder / "output"
    with enfilade_run(*arguments, output=output, cwd=SITES, env=environment) as server:
        running = Production(request.param, server, folder, port)
        running.collector = collector
        yield running
    collector.shutdown()


def test_there_is_something_to_be_found(production):
    """Else nothing that follows would prove anything."""
    said = production.command("requests", "--json", "--limit=99")
    assert "page=2" in said
    assert {"sql", "log"} <= set(re.findall(r'"kind": *"(\w+)"', said))
    assert "LookupError: no such user (token: " in said
    assert {"asked", "sampled", "slow", "failed"} <= set(re.findall(r'"(\w+)",?\n', said))


COMMANDS = [["requests"], ["requests", "--json", "--limit=99"], ["top"], ["top", "--json"],
            ["status"], ["status", "--json"]]  # fmt: skip


@pytest.mark.parametrize("arguments", COMMANDS, ids=" ".join)
def test_a_command_tells_no_secret(production, arguments):
    assert not leaks(production.command(*arguments))


def test_top_tells_none_of_what_is_under_way(production):
    with httpx.stream("GET", f"{production.server.url}/late/?{QUERY}", headers=FIELDS, timeout=20):
        assert not leaks(production.command("top", "--json"))


def test_no_request_has_one_as_a_whole(production):
    for span in production.spans()[:12]:
        assert not leaks(production.command("requests", span))


def test_an_analysis_of_the_running_server_has_none(production):
    token = [f"--token={TOKEN}", f"--profiler={production.profiler}"]
    for more in ([], ["--json"]):
        done = enfilade(
            "explain", *PAGE, "--analyze", f"--server={production.server.url}", *token, *more,
            cwd=production.folder, env=ENVIRONMENT,
        )  # fmt: skip
        assert "reset" in done.stdout, done.stderr
        assert not leaks(done.stdout + done.stderr)


def test_perfetto_gets_none(production):
    file = production.folder / "trace.json"
    production.command("requests", f"--perfetto={file}")
    assert "page=2" in file.read_text()
    assert not leaks(file.read_bytes())


def test_a_collector_gets_none(production):
    until(lambda: production.collector.requests, "spans are exported")
    for request in list(production.collector.requests):
        assert not leaks(request.SerializeToString())


def test_metrics_have_none(production):
    accept = {"Accept": "application/openmetrics-text"}
    for fields in ({}, accept):
        assert not leaks(httpx.get(production.metrics, headers=fields, timeout=PATIENCE).text)


def test_the_fields_of_an_answer_have_none_but_the_site_s_own(production):
    for answer in production.answers:
        told = {name: answer.headers.get(name, "") for name in ("server-timing", "enfilade-trace")}
        assert not leaks(str(told))
    assert any(answer.headers.get("server-timing") for answer in production.answers)


def test_the_pages_of_the_profiler_have_none(production):
    root = production.profiler
    with httpx.Client(headers={"Authorization": f"Bearer {TOKEN}"}, timeout=20) as client:
        pages = [client.get(root + name) for name in PAGES]
        found = re.findall(r"requests/\w{16}", "".join(page.text for page in pages))
        assert found
        for address in sorted(set(found))[:12]:
            pages += [client.get(root + address + kind) for kind in ("", ".json", ".perfetto.json")]
    assert all(page.status_code == 200 for page in pages)
    for page in pages:
        assert not leaks(page.content), page.url


def test_the_logs_have_none(production):
    """But for what the site writes into its own, and the access log, which is off."""
    lines = production.server.log.splitlines()
    said = [line for line in lines if " shop: " not in line]
    assert production.name.startswith("django") or any("LookupError" in line for line in said)
    source = re.compile(r"\s+(raise|return|request|password)\b")
    assert not leaks("\n".join(line for line in said if not source.match(line)))


def test_shared_memory_has_none(production):
    found = list(_recorded_memory(production.server.process.pid))
    assert any(b"page=2" in data for data in found)
    for data in found:
        assert not leaks(data)


def _recorded_memory(pid: int) -> Iterator[bytes]:
    """The shared memory of process *pid* in which requests are kept; not the scoreboard, where a
    request stands that is under way."""
    with Path(f"/proc/{pid}/mem").open("rb", 0) as memory:
        for line in Path(f"/proc/{pid}/maps").read_text().splitlines():
            span, access, *_, name = line.split(maxsplit=5)
            start, end = (int(each, 16) for each in span.split("-"))
            if name.startswith("/dev/zero") and "s" in access and end - start >= 2**22:
                memory.seek(start)
                yield memory.read(end - start)


@pytest.mark.parametrize("application", ["application", "asgi"])
def test_what_fails_without_a_framework_tells_none(application, tmp_path):
    control = f"--control={tmp_path}/control"
    arguments = [f"bare:{application}", control, "--access-log=off"]
    output = tmp_path / "output"
    with enfilade_run(*arguments, output=output, cwd=SITES, env=ENVIRONMENT) as server:
        ask(server.url)
        said = enfilade("requests", "--json", control, cwd=tmp_path, env=ENVIRONMENT).stdout
        log = server.log
    assert "LookupError: no such user (token: " in said
    assert "LookupError: no such user (token: " in log
    assert not leaks(said)
    assert not leaks(log)


# In development ----------------------------------------------------------------------------


@pytest.fixture(scope="module", params=["application", "asgi"])
def development(request, tmp_path_factory) -> Iterator[Running]:
    with _develop(f"shop_in_debug:{request.param}", tmp_path_factory.mktemp("dev")) as server:
        yield server


@contextmanager
def _develop(reference: str, folder: Path) -> Iterator[Running]:
    with listener() as sock:
        argv = [sys.executable, "-m", "enfilade", "dev", reference, "--no-reload"]
        argv += ["--bind", f"fd://{sock.fileno()}", "--access-log=off"]
        port, output = sock.getsockname()[1], folder / "output"
        with running(
            argv, port, output, cwd=SITES, env=ENVIRONMENT, pass_fds=[sock.fileno()]
        ) as server:
            yield server


def test_debug_pages_show_none(development):
    answers = ask(development.url)
    pages = [answer for answer in answers if answer.status_code == 500]
    assert len(pages) >= 6
    for page in pages:
        assert "LookupError" in page.text
        assert leaks(page.text) <= {"cookie"}, page.url  # that are called "theme"
    bars = [answer for answer in answers if "<enfilade-toolbar" in answer.text]
    assert bars
    for page in bars:
        assert not leaks(page.text + page.headers["link"]) - {"cookie"}


def test_pages_about_what_is_not_there_show_none(development):
    with httpx.Client(base_url=development.url, headers=FIELDS, timeout=20) as client:
        for path in (f"/nowhere/{CANARIES['path']}/", f"/reset/{CANARIES['path']}/nothing/"):
            page = client.get(f"{path}?{QUERY}")
            assert page.status_code == 404
            assert "Page not found" in page.text
            assert not leaks(page.text)


def test_the_profiler_of_development_shows_none(development):
    ask(development.url)
    with httpx.Client(base_url=development.url + "/-/enfilade/", timeout=20) as client:
        pages = [client.get(name) for name in PAGES]
        found = set(re.findall(r"requests/\w{16}", pages[1].text))
        assert found
        pages += [client.get(address) for address in sorted(found)[:20]]
    for page in pages:
        assert page.status_code == 200
        assert not leaks(page.content), page.url


def test_a_site_that_does_not_start_tells_none(tmp_path):
    with _develop("broken:application", tmp_path) as server:
        page = httpx.get(server.url, timeout=PATIENCE)
        assert "RuntimeError: cannot reach postgres" in page.text
        assert not leaks(page.text)
        assert not leaks(server.log)


# Commands that look at a site ---------------------------------------------------------------

REQUEST = [*("POST", f"/fail/?{QUERY}"), *CLI_FIELDS, *(f"--form={k}={v}" for k, v in FORM.items())]
PAGE = ["GET", f"/reset/{CANARIES['path']}/?{QUERY}", *CLI_FIELDS]


@pytest.mark.parametrize("site", ["shop:application", "shop:asgi"])
@pytest.mark.parametrize(
    "arguments",
    [
        *(["explain", *wish, *more] for wish in (REQUEST, PAGE)
          for more in ([], ["--json"], ["--analyze"], ["--analyze", "--json"])),
        *(["walk", *wish, *more] for wish in (REQUEST, PAGE) for more in (["--all"], ["--json"])),
    ],
    ids=lambda words: " ".join(word for word in words if word != "-H" and len(word) < 12),
)  # fmt: skip
def test_a_command_that_looks_at_a_request_tells_none(arguments, site):
    done = enfilade(*arguments, site, cwd=SITES, env=ENVIRONMENT)
    assert "page=2" in done.stdout or "reset" in done.stdout or "fail" in done.stdout, done.stderr
    assert not leaks(done.stdout)
    said = [line for line in done.stderr.splitlines() if " shop: " not in line]
    assert not leaks("\n".join(line for line in said if not line.startswith("    ")))


@pytest.mark.parametrize("more", [[], ["--analyze"]], ids=["static", "measured"])
def test_a_page_of_explain_has_none(more, tmp_path):
    file = tmp_path / "plan.html"
    enfilade(
        "explain", *PAGE, "shop:application", *more, f"--html={file}", cwd=SITES, env=ENVIRONMENT
    )
    assert not leaks(file.read_bytes())


def test_a_difference_has_none():
    done = enfilade(
        "explain", *PAGE, "--diff", "shop:application", "shop_in_debug:application",
        cwd=SITES, env=ENVIRONMENT,
    )  # fmt: skip
    assert done.stdout
    assert not leaks(done.stdout)


# What is searched with ----------------------------------------------------------------------


@pytest.mark.parametrize("place", CANARIES)
def test_a_leak_would_be_found(place):
    canary = CANARIES[place]
    for shown in (
        canary, canary.upper(), f"x{canary}y", "".join(f"%{byte:02X}" for byte in canary.encode()),
        base64.b64encode(f"ada:{canary}".encode()).decode(),
        base64.b64encode(f"xx{canary}xx".encode()).decode(), canary.encode().hex(),
    ):  # fmt: skip
        assert leaks(shown) == {place}

"""``enfilade run --profiler ADDRESS``: a process of its own, for who has the token."""

import os
import re
import signal
import socket
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path

import httpx
import pytest

from certificates import Authority
from enfilade.server.options import Options
from enfilade.server.processes.profiler import is_overheard
from patience import PATIENCE, until
from running import Running, enfilade_run, free_port, surroundings

pytestmark = pytest.mark.slow

SITES = Path(__file__).with_name("sites")
SITE = "troubled_site:application"
TOKEN = "a-token-for-the-tests-only"
BEARER = {"Authorization": f"Bearer {TOKEN}"}
ROOT = "/-/enfilade/"


@pytest.fixture
def serve(tmp_path):
    """``serve("--workers=2")``: the site with a profiler, whose address is ``profiler``."""
    started = []

    def start(*arguments, address=None, **variables):
        at = address or f"127.0.0.1:{free_port()}"
        program = enfilade_run(
            SITE,
            f"--profiler={at}",
            *arguments,
            output=tmp_path / "output",
            cwd=SITES,
            env={**surroundings(), "ENFILADE_TRACE_TOKEN": TOKEN, **variables},
        )
        running = program.__enter__()
        started.append(program)
        running.profiler = f"http://{at}"
        if address is None:
            until(lambda: _answers(running.profiler), "the profiler answers")
        return running

    yield start
    for program in started:
        program.__exit__(None, None, None)


def _answers(address: str) -> bool:
    with suppress(httpx.TransportError):
        return httpx.get(address, timeout=PATIENCE).status_code == 401
    return False


def ask(site: Running, path: str = "", **how) -> httpx.Response:
    return httpx.get(f"{site.profiler}{ROOT}{path}", timeout=20, headers=BEARER, **how)


def children(site: Running) -> list[int]:
    listing = subprocess.run(
        ["ps", "-o", "pid=", "--ppid", str(site.process.pid)], capture_output=True, text=True
    )
    return [int(line) for line in listing.stdout.split()]


def worker(site: Running) -> int:
    return int(httpx.get(f"{site.url}/", timeout=PATIENCE).text)


def profiler_process(site: Running) -> int:
    """The child that the control command knows as no worker."""
    shown = ask(site, "workers/").text
    (found,) = [pid for pid in children(site) if str(pid) not in shown]
    return found


# The token ----------------------------------------------------------------------------------


def test_a_browser_shows_the_token_once_and_sees_the_pages(serve, browser):
    site = serve()
    context = browser.new_context()
    tab = context.new_page()
    sent = []
    tab.on("request", lambda request: sent.append((request.url, request.all_headers())))
    tab.goto(f"{site.profiler}{ROOT}?token={TOKEN}")
    assert tab.url == f"{site.profiler}{ROOT}"
    (cookie,) = context.cookies()
    assert (cookie["httpOnly"], cookie["sameSite"], cookie["path"]) == (True, "Strict", ROOT)
    assert TOKEN not in tab.content() + str(cookie)
    tab.get_by_role("link", name="Workers").click()
    tab.wait_for_url("**/workers/")
    assert str(worker(site)) in tab.content()
    for url, fields in sent[1:]:
        assert TOKEN not in url + str(fields)
    context.close()


def test_a_program_sends_it_and_nobody_else_gets_in(serve):
    site = serve()
    assert ask(site).status_code == 200
    for address in (site.profiler, f"{site.profiler}{ROOT}", f"{site.profiler}{ROOT}requests/"):
        assert httpx.get(address, timeout=PATIENCE).status_code == 401
        assert httpx.get(address, params={"token": "wrong"}, timeout=PATIENCE).status_code == 403
    forged = httpx.get(
        f"{site.profiler}{ROOT}", headers={**BEARER, "Host": "evil.example"}, timeout=PATIENCE
    )
    assert forged.status_code == 421
    proxied = httpx.get(
        f"{site.profiler}{ROOT}", headers={"X-Forwarded-For": "192.0.2.1"}, timeout=PATIENCE
    )
    assert proxied.status_code == 401


def test_the_token_is_in_no_log_no_page_no_process_list_and_not_the_site_s(serve):
    site = serve("--access-log=-")
    httpx.get(f"{site.profiler}{ROOT}", params={"token": TOKEN}, timeout=PATIENCE)
    httpx.get(f"{site.profiler}{ROOT}", params={"token": TOKEN + "?"}, timeout=PATIENCE)
    assert TOKEN not in ask(site).text + ask(site, "requests/").text + ask(site, "workers/").text
    assert TOKEN not in site.log
    assert f"Profiler  {site.profiler}{ROOT}\n" in site.log
    assert "ENFILADE_TRACE_TOKEN" not in httpx.get(f"{site.url}/variables/", timeout=PATIENCE).text
    for pid in [site.process.pid, *children(site)]:
        assert TOKEN.encode() not in Path(f"/proc/{pid}/cmdline").read_bytes()


def test_without_one_a_link_with_one_is_printed(serve):
    site = serve(ENFILADE_TRACE_TOKEN="")
    (link,) = re.findall(r"Profiler  (\S+)", site.log)
    assert re.fullmatch(rf"{re.escape(site.profiler + ROOT)}\?token=[\w-]{{32}}", link)
    with httpx.Client(follow_redirects=True, timeout=PATIENCE) as client:
        assert client.get(link).status_code == 200
        assert client.get(f"{site.profiler}{ROOT}requests/").status_code == 200


def test_a_token_on_the_command_line_is_warned_of(serve):
    site = serve(f"--trace-token={TOKEN}", ENFILADE_TRACE_TOKEN="")
    assert "the process list" in site.log
    assert TOKEN not in site.log


@pytest.mark.parametrize(
    ("address", "warned"),
    [
        ("0.0.0.0:9465", True),
        ("[::]:9465", True),
        ("stage.example:9465", True),
        (":9465", False),
        ("127.0.0.2:9465", False),
        ("[::1]:9465", False),
        ("localhost:9465", False),
        ("https://0.0.0.0:9465", False),
        ("unix:/run/profiler.sock", False),
    ],
)
def test_who_might_be_overheard_without_tls(address, warned):
    assert is_overheard(Options(profiler=address)) is warned


def test_an_address_that_a_network_reaches_is_warned_of(serve):
    port = free_port()
    site = serve(address=f"0.0.0.0:{port}")
    assert f"the profiler listens at 0.0.0.0:{port} without TLS" in site.log
    assert "no requests to show" not in site.log


def test_without_a_recorder_there_is_nothing_to_show_and_that_is_said(serve):
    site = serve("--no-recorder")
    assert "the profiler has no requests to show: the recorder is off" in site.log
    assert "without TLS" not in site.log
    assert "The recorder is off." in ask(site, "requests/").text


# What it tells ------------------------------------------------------------------------------


def test_tells_of_a_slow_request(serve):
    site = serve("--record-slow=0.5")
    assert httpx.get(f"{site.url}/slow/", timeout=PATIENCE).text == "at last"
    shown = until(lambda: "/slow/" in (text := ask(site, "requests/").text) and text)
    assert "slow" in shown


def test_tells_of_a_request_that_has_killed_its_worker(serve):
    site = serve()
    with pytest.raises(httpx.TransportError):
        httpx.get(f"{site.url}/die/", timeout=PATIENCE)
    until(lambda: "/die/" in ask(site, "requests/").text)
    assert until(lambda: worker(site))


def test_answers_while_the_only_worker_hangs(serve):
    site = serve("--threads=1")
    hanging = threading.Thread(target=_ask_in_vain, args=(f"{site.url}/hang/",), daemon=True)
    hanging.start()
    until(lambda: "/hang/" in ask(site, "workers/").text)
    assert ask(site, "requests/").status_code == 200
    for pid in children(site):
        if pid != profiler_process(site):
            os.kill(pid, signal.SIGKILL)
    hanging.join(20)


def _ask_in_vain(address: str) -> None:
    with suppress(httpx.TransportError):
        httpx.get(address, timeout=40)


# Its process --------------------------------------------------------------------------------


def test_is_started_again_when_it_dies(serve):
    site = serve()
    before = profiler_process(site)
    os.kill(before, signal.SIGKILL)
    until(lambda: _answers(site.profiler))
    assert profiler_process(site) != before
    assert f"the profiler's process {before} was killed by SIGKILL" in site.log
    assert worker(site) not in (before, profiler_process(site))


def test_stays_through_a_reload(serve):
    site = serve()
    before, old = profiler_process(site), worker(site)
    site.process.send_signal(signal.SIGHUP)
    until(lambda: worker(site) != old)
    assert profiler_process(site) == before


def test_ends_with_the_server_and_holds_nothing_up(serve):
    site = serve()
    pid, port = profiler_process(site), int(site.profiler.rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port)) as idle:
        site.process.terminate()
        assert site.process.wait(10) == 0
        idle.settimeout(10)
        with suppress(ConnectionResetError):
            assert idle.recv(1) == b""
    assert not Path(f"/proc/{pid}").exists()
    with socket.create_server(("127.0.0.1", port)):
        pass


def test_a_stop_that_all_processes_are_told_of_is_no_death(serve):
    site = serve("--drain-delay=1")
    for pid in (profiler_process(site), site.process.pid):
        os.kill(pid, signal.SIGTERM)
    until(lambda: "stopping in 1 s" in site.log)
    assert ask(site).status_code == 200
    assert site.process.wait(15) == 0
    assert "the profiler's process" not in site.log


def test_what_dies_while_the_server_stops_is_not_started_again(serve):
    site = serve("--grace=20")
    page = profiler_process(site)
    slow = threading.Thread(target=_ask_in_vain, args=(f"{site.url}/slow/",))
    slow.start()
    until(lambda: "/slow/" in ask(site, "workers/").text)
    site.process.terminate()
    until(lambda: "stopping" in site.log)
    os.kill(page, signal.SIGKILL)
    assert site.process.wait(15) == 0
    slow.join(20)
    assert "the profiler's process" not in site.log


def test_ends_when_its_supervisor_is_killed(serve):
    site = serve()
    pid = profiler_process(site)
    site.process.kill()
    site.process.wait()
    until(lambda: not Path(f"/proc/{pid}").exists() or _is_zombie(pid))


def _is_zombie(pid: int) -> bool:
    with suppress(FileNotFoundError):
        return ") Z " in Path(f"/proc/{pid}/stat").read_text()
    return True


def test_does_not_keep_the_site_s_port(serve):
    site = serve()
    inodes = {
        os.readlink(f"/proc/{profiler_process(site)}/fd/{name}")
        for name in os.listdir(f"/proc/{profiler_process(site)}/fd")
    }
    mine = [each for each in Path("/proc/net/tcp").read_text().splitlines() if _listens(each, site)]
    assert mine, "the site listens"
    assert not any(f"socket:[{line.split()[9]}]" in inodes for line in mine)


def _listens(line: str, site: Running) -> bool:
    fields = line.split()
    return fields[3] == "0A" and fields[1].endswith(f":{site.port:04X}")


# Where it is --------------------------------------------------------------------------------


def test_a_taken_port_is_an_error_at_the_start(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        argv = [sys.executable, "-m", "enfilade", "run", SITE, "--bind=127.0.0.1:0"]
        ended = subprocess.run(
            [*argv, f"--profiler={address}"], cwd=SITES, capture_output=True, text=True, timeout=40
        )
    assert ended.returncode == 2
    assert f"Cannot listen at {address}" in ended.stderr
    assert "--profiler 127.0.0.1:0" in ended.stderr


def test_may_be_a_unix_socket_which_goes_with_the_server(serve, tmp_path):
    path = tmp_path / "profiler.sock"
    site = serve(address=f"unix:{path}")
    until(path.exists)
    assert f"Profiler  unix:{path}, at {ROOT}\n" in site.log
    assert path.stat().st_mode & 0o777 == 0o600
    with httpx.Client(transport=httpx.HTTPTransport(uds=str(path)), timeout=PATIENCE) as client:
        assert client.get(f"http://any-name.example{ROOT}").status_code == 401
        assert client.get(f"http://any-name.example{ROOT}", headers=BEARER).status_code == 200
    site.process.terminate()
    assert site.process.wait(10) == 0
    assert not path.exists()


def test_may_speak_tls(serve, tmp_path):
    issued = Authority(tmp_path).issue("localhost", "localhost", "IP:127.0.0.1")
    port = free_port()
    place = f"https://127.0.0.1:{port}"
    flags = [f"--{name}={value[0]}" for name, value in issued.options.items()]
    serve(*flags, address=place)
    secure = httpx.Client(verify=False, timeout=PATIENCE)
    until(lambda: _is_there(secure, f"{place}{ROOT}"))
    entered = secure.get(f"{place}{ROOT}", params={"token": TOKEN})
    assert entered.headers["set-cookie"].endswith("; Secure")


def _is_there(client: httpx.Client, address: str) -> bool:
    with suppress(httpx.TransportError):
        return client.get(address).status_code == 401
    return False


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("https://127.0.0.1:0", "TLS needs a certificate"),
        ("uwsgi://127.0.0.1:0", "speak no uwsgi"),
        ("9465", "did you mean :9465"),
    ],
)
def test_an_address_that_cannot_be_is_an_error(address, said):
    argv = [sys.executable, "-m", "enfilade", "run", SITE, "--bind=127.0.0.1:0"]
    ended = subprocess.run(
        [*argv, f"--profiler={address}"], cwd=SITES, capture_output=True, text=True, timeout=40
    )
    assert ended.returncode != 0
    assert said in ended.stderr

"""Two machines and their balancer, made of the files on docs/deploying-on-several-machines.md.

Only places are moved: addresses, ports, folders and passwords.
"""

import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from nginx import nginx
from pages import ROOT, Page
from running import Running, free_port, program, running
from services import Service, postgresql_server, redis_server

PAGE = Page(ROOT / "docs/deploying-on-several-machines.md")
FOREIGN_HOST = "evil.example"

VIEWS = """
import os
from enfilade import HttpResponse, JsonResponse
from enfilade.cache import cache
from enfilade.contrib import messages
from enfilade.contrib.staticfiles import static
from enfilade.views.decorators.csrf import csrf_exempt

def plain(request):
    response = JsonResponse({"secure": request.is_secure(), "host": request.get_host()})
    response["X-Machine"] = request.META["SERVER_PORT"]
    return response

def visit(request):
    visits = request.session["visits"] = request.session.get("visits", 0) + 1
    response = JsonResponse({"visits": visits})
    response["X-Machine"] = request.META["SERVER_PORT"]
    return response

def user(request):
    response = HttpResponse(str(request.user.get_username()))
    response["X-Machine"] = request.META["SERVER_PORT"]
    return response

@csrf_exempt
def leave(request):
    messages.info(request, request.POST["text"])
    return HttpResponse(request.META["SERVER_PORT"])

def read(request):
    return JsonResponse([str(one) for one in messages.get_messages(request)], safe=False)

@csrf_exempt
def remembered(request):
    if request.method == "POST":
        cache.set("text", request.POST["text"])
    return HttpResponse(cache.get("text", ""))

def style(request):
    return HttpResponse(static("site.css"))
"""

URLS = """
import views
from enfilade import path
from enfilade.contrib.auth.views import LoginView

urlpatterns = [
    path("accounts/login/", LoginView.as_view(), name="login"),
    *(
        path(f"{view.__name__}/", view)
        for view in (
            views.plain, views.visit, views.user, views.leave, views.read, views.remembered,
            views.style,
        )
    ),
]
"""


def block(language: str, number: int = 0) -> str:
    """The text of a block of the page."""
    return [each.text for each in PAGE.blocks if each.language == language][number]


def commands() -> list[list[str]]:
    """The arguments of each ``enfilade …`` in the page's console blocks, in order."""
    lines = [
        line for each in PAGE.blocks if each.language == "console" for line in each.text.split("\n")
    ]
    found = [shlex.split(line.removeprefix("$ ")) for line in lines]
    return [words[1:] for words in found if words[:1] == ["enfilade"]]


class Machine:
    """A folder with the site, and ``enfilade run`` in it."""

    def __init__(self, folder: Path, env: dict[str, str]) -> None:
        self.folder, self.env, self.port = folder, env, free_port()
        self.env["ENFILADE_BIND"] = f"127.0.0.1:{self.port}"
        self.env["ENFILADE_GRACE"] = "10"  # nobody waits half a minute for nginx's idle connections
        self._running = ExitStack()
        self.process: subprocess.Popen[str]
        self.log = folder / "log"
        self._write_site()

    def _write_site(self) -> None:
        for name in ("static", "templates"):
            (self.folder / name).mkdir(parents=True)
        for name, text in {
            "settings.py": block("py"),
            "enfilade.toml": block("toml").replace("10.0.0.10", "127.0.0.1"),
            "views.py": VIEWS,
            "urls.py": URLS,
            "static/site.css": "h1 { color: navy }\n",
        }.items():
            (self.folder / name).write_text(text)
        scaffold = ROOT / "src/enfilade/cli/scaffold/project/wsgi.py.txt"
        shutil.copyfile(scaffold, self.folder / "wsgi.py")

    def run(self, *arguments: str, stdin: str = "") -> str:
        """What an ``enfilade`` command says that is run here; it must succeed."""
        done = subprocess.run(
            [sys.executable, "-m", "enfilade", *arguments],
            cwd=self.folder,
            env={**os.environ, **self.env},
            input=stdin,
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def start(self) -> None:
        """Run the last command of the page: the server."""
        argv = [sys.executable, "-m", "enfilade", *commands()[-1]]
        it = running(argv, self.port, self.log, cwd=self.folder, env=self.env)
        self.process = self._running.enter_context(it).process

    def stop(self) -> None:
        """Send it ``TERM``, and wait until it has ended."""
        self._running.close()

    def restart(self, **env: str) -> None:
        """The same server with another environment."""
        self.stop()
        self.env.update(env)
        self.start()


@dataclass
class Several:
    """Everything that the page draws."""

    url: str
    plain_url: str
    machines: tuple[Machine, Machine]
    postgresql: Service
    redis: Service
    nginx: Running
    nginx_configuration: Path
    nginx_log: Path


def environment(postgresql: Service, redis: Service) -> dict[str, str]:
    """The page's file of variables, with the addresses of *postgresql* and *redis*."""
    lines = (line.partition("=") for line in block("dotenv").splitlines())
    return {
        **{name: value for name, _, value in lines},
        "DATABASE_URL": postgresql.url,
        "REDIS_URL": redis.url,
    }


@contextmanager
def several_machines(folder: Path) -> Iterator[Several]:
    """PostgreSQL, Redis, two machines with a user "ada", and nginx before them."""
    openssl = program("openssl")
    with postgresql_server() as postgresql, redis_server() as redis, ExitStack() as stack:
        machines = tuple(
            Machine(folder / name, environment(postgresql, redis)) for name in ("one", "two")
        )
        migrate, *each, _ = commands()
        machines[0].run(*migrate)
        user = ["--username", "ada", "--email", "ada@example.org", "--password-stdin", "--no-input"]
        machines[0].run("createuser", *user, stdin="a long pass phrase\n")
        for machine in machines:
            for command in each:
                machine.run(*command)
            stack.callback(machine.stop)
            machine.start()
        ports = free_port(), free_port()
        _make_certificate(folder, openssl)
        balancer = stack.enter_context(nginx(folder, ports[0], _site(folder, machines, ports)))
        yield Several(
            f"https://127.0.0.1:{ports[0]}",
            f"http://127.0.0.1:{ports[1]}",
            machines,  # type: ignore[arg-type]
            postgresql,
            redis,
            balancer,
            folder / "nginx.conf",
            folder / "access.log",
        )


def _make_certificate(folder: Path, openssl: str) -> None:
    key = ["-newkey", "rsa:2048", "-nodes", "-keyout", "example.org.key", "-out", "example.org.pem"]
    argv = [openssl, "req", "-x509", "-subj", "/CN=example.org", *key]
    subprocess.run(argv, cwd=folder, check=True, capture_output=True)


def _site(folder: Path, machines: tuple[Machine, ...], ports: tuple[int, int]) -> str:
    """The page's configuration of nginx, moved here."""
    moves = {
        "10.0.0.11:8000": f"127.0.0.1:{machines[0].port}",
        "10.0.0.12:8000": f"127.0.0.1:{machines[1].port}",
        "listen 443 ssl": f"listen 127.0.0.1:{ports[0]} ssl",
        "listen 80": f"listen 127.0.0.1:{ports[1]}",
        "/etc/ssl": str(folder),
        "/var/log/nginx/mysite.log": f"{folder}/access.log",
    }
    site = block("nginx")
    for old, new in moves.items():
        assert old in site, f"the page no longer has {old}"
        site = site.replace(old, new)
    return site

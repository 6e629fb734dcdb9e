"""Commands that make a request in their own process, to applications that have to start first."""

import pytest

pytestmark = pytest.mark.slow

STARLETTE = """
from contextlib import asynccontextmanager
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

@asynccontextmanager
async def lifespan(application):
    yield {"kettle": "hot"}

async def front(request):
    return PlainTextResponse(f"the kettle is {request.state.kettle}")

application = Starlette(routes=[Route("/", front)], lifespan=lifespan)
"""

WRAPPED = """
started = []

def with_lifespan(inner):
    async def application(scope, receive, send):
        if scope["type"] != "lifespan":
            await inner(scope, receive, send)
            return
        while True:
            kind = (await receive())["type"]
            started.append(kind)
            await send({"type": f"{kind}.complete"})
            if kind == "lifespan.shutdown":
                return
    return application
"""

OURS = f"""
from enfilade import Application, HttpResponse, path
{WRAPPED}
def front(request):
    return HttpResponse(f"{{started}}", status=200 if started else 500)

inner = Application([path("", front)], ALLOWED_HOSTS=["localhost"])
application = with_lifespan(inner.asgi)
"""

DJANGO = f"""
from django.conf import settings
from django.http import HttpResponse
from django.urls import path
{WRAPPED}
settings.configure(ROOT_URLCONF="app", ALLOWED_HOSTS=["localhost"], MIDDLEWARE=[])

from django.core.asgi import get_asgi_application

def front(request):
    return HttpResponse(f"{{started}}", status=200 if started else 500)

urlpatterns = [path("", front)]
application = with_lifespan(get_asgi_application())
"""

FAILING = """
async def application(scope, receive, send):
    assert scope["type"] == "lifespan"
    await receive()
    said = "the kettle is gone (password=hunter2)"
    await send({"type": "lifespan.startup.failed", "message": said})
"""

ENDLESS = """
import asyncio

async def application(scope, receive, send):
    await asyncio.Event().wait()
"""


def written(folder, *arguments):
    """What leaves at the end of a walk."""
    stations = folder.json("walk", "--json", *arguments)["stations"]
    (station,) = (each for each in stations if each["step"] == 12)
    return station["objects"]["bytes that leave"]


def test_starlette_has_what_its_lifespan_made(folder):
    folder.write("app.py", STARLETTE)
    measured = folder.json("explain", "--analyze", "--json", "GET", "/")["measured"]
    assert (measured["status"], measured["failure"]) == (200, "")
    assert written(folder, "GET", "/")[-1] == "the kettle is hot"


@pytest.mark.parametrize("text", [OURS, DJANGO], ids=["ours", "django"])
def test_the_lifespan_of_what_is_around_a_site_is_run(folder, text):
    folder.write("app.py", text)
    arguments = ("--asgi", "GET", "/", "app:application")
    assert folder.json("explain", "--analyze", "--json", *arguments)["measured"]["status"] == 200
    sent = written(folder, *arguments)
    assert (sent[0], sent[-1]) == ("HTTP/1.1 200 OK", "['lifespan.startup']")


@pytest.mark.parametrize("command", [("explain", "--analyze"), ("walk", "--all")])
def test_an_application_that_does_not_start_ends_the_command(folder, command):
    folder.write("app.py", FAILING)
    done = folder.enfilade(*command, "GET", "/")
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert done.stderr.startswith("Error: The application does not start: the kettle is gone (")
    assert "hunter2" not in done.stderr


@pytest.mark.parametrize("command", [("explain", "--analyze"), ("walk", "--all")])
def test_a_start_that_does_not_end_has_the_time_of_a_worker_s(folder, command):
    folder.write("app.py", ENDLESS)
    done = folder.enfilade(*command, "GET", "/", ENFILADE_BOOT_TIMEOUT="0.2")
    assert done.returncode == 2
    assert "has not started within 0.2 s" in done.stderr

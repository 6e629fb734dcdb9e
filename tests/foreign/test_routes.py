"""The routes of other frameworks stand in what is kept of their requests."""

import urllib.error
import urllib.request

import pytest

from enfilade.server.control import controlling
from patience import until
from running import enfilade_run

pytestmark = pytest.mark.slow

TOKEN = "0123456789abcdef"

FASTAPI = """
from fastapi import FastAPI
from starlette.responses import PlainTextResponse

application, annex = FastAPI(), FastAPI()

@application.get("/rooms/{number}")
async def room(number: int):
    return number

@annex.get("/stove/{floor}")
def stove(floor: int):
    return floor

async def cellar(scope, receive, send):
    await PlainTextResponse("dark")(scope, receive, send)

application.mount("/annex", annex)
application.mount("/cellar", cellar)
"""

STARLETTE = """
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route

class Porter(BaseHTTPMiddleware):
    async def dispatch(self, request, call_next):
        return await call_next(request)

def room(request):
    return PlainTextResponse(request.path_params["number"])

application = Starlette(
    routes=[
        Route("/rooms/{number}", room),
        Mount("/annex", routes=[Route("/stove/{floor}", lambda request: PlainTextResponse("hot"))]),
        Mount("/cellar", app=PlainTextResponse("dark")),
    ],
    middleware=[Middleware(Porter)],
)
"""

FLASK = """
from flask import Blueprint, Flask

application = Flask(__name__)
annex = Blueprint("annex", __name__, url_prefix="/annex")

@application.get("/rooms/<int:number>")
def room(number):
    return str(number)

@annex.get("/stove/<floor>")
def stove(floor):
    return floor

application.register_blueprint(annex)

@application.get("/cellar/")
def cellar():
    return "dark"
"""


def test_of_an_asgi_application_also_without_a_trace(tmp_path):
    (tmp_path / "app.py").write_text(FASTAPI.replace("return number", "raise LookupError"))
    (tmp_path / "enfilade.toml").write_text(
        'application = "app:application"\ncontrol = "control"\nrecord_sample = 0\n'
    )
    with enfilade_run(output=tmp_path / "log", cwd=tmp_path) as server:
        with pytest.raises(urllib.error.HTTPError, match="500"):
            urllib.request.urlopen(f"{server.url}/rooms/7", timeout=20)
        with controlling(str(tmp_path / "control")) as control:
            until(lambda: control.ask("requests")["requests"], "it is kept")
            (entry,) = control.ask("requests")["requests"]
    assert (entry["why"], entry["route"]) == (["failed"], "/rooms/{number}")


@pytest.mark.parametrize(
    ("site", "routes"),
    [
        (FASTAPI, ["/rooms/{number}", "/annex/stove/{floor}", "/cellar"]),
        (STARLETTE, ["/rooms/{number}", "/annex/stove/{floor}", "/cellar"]),
        (FLASK, ["/rooms/<int:number>", "/annex/stove/<floor>", "/cellar/"]),
    ],
    ids=["FastAPI", "Starlette", "Flask"],
)
def test_the_route_that_has_won_is_kept(tmp_path, site, routes):
    (tmp_path / "app.py").write_text(site)
    (tmp_path / "enfilade.toml").write_text(
        f'application = "app:application"\ncontrol = "control"\ntrace_token = "{TOKEN}"\n'
    )
    paths = ["/rooms/7", "/annex/stove/2", "/cellar/", "/none"]
    expected = dict(zip(paths, [*routes, ""], strict=True))
    with enfilade_run(output=tmp_path / "log", cwd=tmp_path) as server:
        for path in expected:
            ask(f"{server.url}{path}")
        with controlling(str(tmp_path / "control")) as control:

            def kept():
                found = control.ask("requests", why="asked")["requests"]
                return {entry["path"]: entry.get("route", "") for entry in found}

            until(lambda: len(kept()) == len(expected), "all of them are kept")
            assert kept() == expected


def ask(address):
    request = urllib.request.Request(address, headers={"Enfilade-Trace": TOKEN})
    try:
        urllib.request.urlopen(request, timeout=20).close()
    except urllib.error.HTTPError as error:
        assert error.code == 404

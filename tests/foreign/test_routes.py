"""The routes of other frameworks stand in what is kept of their requests."""

import urllib.error
import urllib.request
from types import SimpleNamespace

import flask
import flask.signals
import pytest

from enfilade.foreign import route_of, watch
from enfilade.server.control import controlling
from enfilade.trace import Trace, carrying
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
application.mount("/away", FastAPI(root_path="/proxied", routes=annex.routes))
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
        Mount("/reset/{token}", routes=[Route("/done", lambda request: PlainTextResponse("done"))]),
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
        (
            FASTAPI,
            {
                "/rooms/7": "/rooms/{number}",
                "/annex/stove/2": "/annex/stove/{floor}",
                "/annex/none": "",
                "/cellar/": "",  # which FastAPI says nothing of
                "/away/stove/2": "",
            },
        ),
        (
            STARLETTE,
            {
                "/rooms/7": "/rooms/{number}",
                "/annex/stove/2": "/annex/stove/{floor}",
                "/annex/none": "/annex",
                "/cellar/": "/cellar",
                "/reset/s3cret/done": "",
            },
        ),
        (
            FLASK,
            {
                "/rooms/7": "/rooms/<int:number>",
                "/annex/stove/2": "/annex/stove/<floor>",
                "/cellar/": "/cellar/",
            },
        ),
    ],
    ids=["FastAPI", "Starlette", "Flask"],
)
def test_the_route_that_has_won_is_kept(tmp_path, site, routes):
    (tmp_path / "app.py").write_text(site)
    (tmp_path / "enfilade.toml").write_text(
        f'application = "app:application"\ncontrol = "control"\ntrace_token = "{TOKEN}"\n'
    )
    expected = {**routes, "/none": ""}
    with enfilade_run(output=tmp_path / "log", cwd=tmp_path) as server:
        for path in expected:
            ask(f"{server.url}{path}")
        with controlling(str(tmp_path / "control")) as control:

            def kept():
                found = control.ask("requests", why="asked")["requests"]
                return {entry["path"]: entry.get("route", "") for entry in found}

            until(lambda: len(kept()) == len(expected), "all of them are kept")
            assert kept() == expected


class Odd:
    """What somebody may have put in the place of a route."""

    @property
    def endpoint(self):
        raise RuntimeError("nobody asked for this")


@pytest.mark.parametrize(
    "scope",
    [
        {},
        {"route": Odd(), "root_path": "", "path": "/"},
        {"route": SimpleNamespace(endpoint=print, path="/a"), "root_path": None, "path": "/a"},
        {"route": SimpleNamespace(endpoint=print, path="/a"), "root_path": b"/a", "path": "/a"},
        {"route": SimpleNamespace(endpoint=print), "root_path": "", "path": "/a"},
        {"route": "somewhere", "root_path": "", "app_root_path": 7, "path": "/a"},
    ],
    ids=["nothing", "property", "no root", "bytes", "no path", "text"],
)
def test_whatever_an_application_has_made_of_its_scope_a_route_is_a_text(scope):
    assert isinstance(route_of(scope), str)


def test_flask_outside_of_a_request_is_left_alone():
    watch(flask.signals)
    trace = Trace()
    with carrying(trace):
        flask.signals.request_started.send(flask.Flask(__name__))
    assert not trace.route


def ask(address):
    request = urllib.request.Request(address, headers={"Enfilade-Trace": TOKEN})
    try:
        urllib.request.urlopen(request, timeout=20).close()
    except urllib.error.HTTPError as error:
        assert error.code == 404

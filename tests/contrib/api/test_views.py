"""API views as functions and classes, sync and async: methods, decorators, CSRF, the plan."""

import json
import threading
from functools import wraps
from types import SimpleNamespace

import httpx
import pytest

from enfilade.contrib.api import APIView, Request, Response, api_view
from enfilade.explain import explain_request
from enfilade.explain.checks import run_checks
from enfilade.handlers.asgi import ASGIHandler
from enfilade.handlers.wsgi import WSGIHandler
from enfilade.http import StreamingHttpResponse
from enfilade.middleware.csrf import get_token
from enfilade.test import Client, LiveServer
from enfilade.urls import path
from enfilade.views import View
from enfilade.views.decorators.csrf import csrf_exempt
from patience import PATIENCE

CSRF = "enfilade.middleware.csrf.CsrfViewMiddleware"


@api_view(["GET", "POST"])
def plain(request):
    """Says what it got."""
    return {"method": request.method, "request": type(request).__name__}


@api_view(["GET", "POST"])
async def awaited(request):
    return {"method": request.method, "request": type(request).__name__}


class Plain(APIView):
    def get(self, request):
        return self._say(request)

    def post(self, request):
        return self._say(request)

    def _say(self, request):
        assert self.request is request
        return {"method": request.method, "request": type(request).__name__}


class Awaited(Plain):
    async def get(self, request):
        return self._say(request)

    async def post(self, request):
        return self._say(request)


KINDS = pytest.mark.parametrize(
    "view",
    [plain, awaited, Plain.as_view(), Awaited.as_view()],
    ids=["def", "async def", "class", "async class"],
)


@KINDS
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_view_takes_a_request_and_returns_data(ask, install, view, method):
    install(view)
    answer = ask(method, "/")
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/json"
    assert answer.json() == {"method": method, "request": "Request"}


@KINDS
def test_head_comes_with_get(ask, install, view):
    install(view)
    answer = ask("HEAD", "/")
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer["Content-Type"] == "application/json"


@KINDS
def test_options_is_answered_with_the_methods(ask, install, view):
    install(view)
    answer = ask("OPTIONS", "/")
    assert answer.status_code == 200
    assert answer["Allow"] == "GET, POST, HEAD, OPTIONS"


@KINDS
@pytest.mark.parametrize("method", ["PUT", "DELETE", "BREW"])
def test_other_methods_are_a_problem_with_the_methods(ask, install, view, method):
    install(view)
    answer = ask(method, "/")
    assert answer.status_code == answer.json()["status"] == 405
    assert answer["Content-Type"] == "application/problem+json"
    assert answer["Allow"] == "GET, POST, HEAD, OPTIONS"


def test_a_view_may_answer_options_itself(ask, install):
    @api_view(["OPTIONS"])
    def view(request):
        return {"options": True}

    install(view)
    assert ask("OPTIONS").json() == {"options": True}


@pytest.mark.parametrize("methods", ["GET", plain])
def test_the_methods_are_a_list(methods):
    with pytest.raises(TypeError, match=r'@api_view\(\["GET", "POST"\]\)'):
        api_view(methods)


def test_arguments_of_the_route_come_as_they_are(ask, install):
    @api_view(["GET"])
    def room(request, floor, name):
        return {"floor": floor, "name": name}

    install(urls=[path("<int:floor>/<slug:name>/", room)])
    assert ask("GET", "/2/library/").json() == {"floor": 2, "name": "library"}


def test_a_class_may_have_parsers_and_renderers_as_view_overrides_them(ask, install):
    class Upper:
        media_type = "application/json"

        def parse(self, request):
            return request.body.decode().upper()

        def render(self, data):
            return json.dumps(data).upper()

    class Shouting(APIView):
        parsers = [Upper()]

        def post(self, request):
            return {"said": request.data}

    install(Shouting.as_view(renderers=[Upper()]))
    assert ask("POST", "/", b"hello").content == b'{"SAID": "HELLO"}'


def test_decorators_may_stand_on_either_side(ask, install):
    def noting(view):
        @wraps(view)
        def answer(request, *args, **kwargs):
            seen.append(isinstance(request, Request))
            return view(request, *args, **kwargs)

        return answer

    seen = []

    @noting
    @api_view(["GET"])
    @noting
    def view(request):
        return {}

    install(view)
    assert ask("GET").status_code == 200
    assert seen == [False, True]


@pytest.mark.parametrize("view", [awaited, Awaited.as_view()])
def test_an_async_view_answers_on_the_event_loop(install, view):
    install(view)
    plan = explain_request(ASGIHandler(), "GET", "/")
    assert plan.facts.landing.view.is_async
    assert plan.facts.hops == ()


def test_a_stream_of_an_async_view_is_sent_piece_by_piece(ask, install):
    async def pieces():
        yield b"[1,"
        yield b"2]"

    @api_view(["GET"])
    async def view(request):
        return StreamingHttpResponse(pieces(), content_type="application/json")

    install(view)
    assert ask("GET").getvalue() == b"[1,2]"


# Forged requests -----------------------------------------------------------------------------


@api_view(["GET", "POST"])
def guarded(request):
    get_token(request)
    return {"data": request.data}


def test_an_api_view_is_not_exempt_from_the_check_and_takes_the_token_in_a_header(install):
    install(guarded, MIDDLEWARE=[CSRF])
    client = Client(enforce_csrf_checks=True)
    assert client.post("/", {"a": 1}, "application/json").status_code == 403
    client.get("/")
    token = client.cookies["csrftoken"].value
    answer = client.post("/", {"a": 1}, "application/json", headers={"X-CSRFToken": token})
    assert answer.json() == {"data": {"a": 1}}


@pytest.mark.parametrize("outside", [True, False])
def test_a_view_that_no_cookie_signs_in_may_be_exempt(install, outside):
    def view(request):
        return {"data": request.data}

    decorate = api_view(["POST"])
    install(
        csrf_exempt(decorate(view)) if outside else decorate(csrf_exempt(view)), MIDDLEWARE=[CSRF]
    )
    client = Client(enforce_csrf_checks=True)
    assert client.post("/", {"a": 1}, "application/json").json() == {"data": {"a": 1}}


# What is known without a request -------------------------------------------------------------


def test_the_plan_names_the_view_and_its_methods(install):
    install(urls=[path("f/", plain), path("c/", Plain.as_view())])
    handler = WSGIHandler()
    function = explain_request(handler, "POST", "/f/").facts.landing
    assert function.view.source.name.endswith("test_views.plain")
    assert function.view.methods == ("GET", "POST", "HEAD")
    klass = explain_request(handler, "POST", "/c/").facts.landing
    assert klass.view.source.name.endswith("test_views.Plain")
    assert klass.code.name.endswith("Plain.post")
    assert not explain_request(handler, "PUT", "/f/").facts.landing.accepted


@api_view(["GET"])
def needs_name(request, name):
    return {}


def dropping(view):
    @wraps(view)
    def answer(request, *args, extra=None, **kwargs):
        return view(request, *args, name=extra, **kwargs)

    return answer


class NeedsName(APIView):
    def get(self, request, name):
        return {}


def findings(install, *routes):
    install(urls=list(routes))
    return [each for each in run_checks(deploying=False) if each.id == "views.E001"]


@pytest.mark.parametrize("view", [needs_name, NeedsName.as_view()])
def test_the_check_of_arguments_looks_behind_the_decorator(install, view):
    assert findings(install, path("<slug:name>/", view)) == []
    (found,) = findings(install, path("<int:number>/", view))
    assert "number" in found.message
    assert "test_views.py" in found.where


def test_the_check_leaves_other_decorators_around_it_alone(install):
    assert findings(install, path("<slug:extra>/", dropping(needs_name))) == []


def test_a_route_that_does_not_fit_is_hinted_at(install):
    install(urls=[path("<int:number>/", needs_name)])
    with pytest.raises(TypeError) as caught:
        Client().get("/7/")
    assert "def needs_name(request, number)" in caught.value.__notes__[0]


def test_the_view_keeps_its_name_and_text():
    assert (plain.__name__, plain.__doc__) == ("plain", "Says what it got.")
    assert Plain.as_view().view_class is Plain
    assert issubclass(APIView, View)


# On the wire ---------------------------------------------------------------------------------


def test_a_client_on_the_wire_sends_and_gets_json(install):
    rooms = {}

    class Rooms(APIView):
        def get(self, request):
            return [*rooms.values()]

        def post(self, request):
            room = rooms[len(rooms) + 1] = {"id": len(rooms) + 1, **request.data}
            return Response(room, 201, {"Location": f"/rooms/{room['id']}/"})

    install(urls=[path("rooms/", Rooms.as_view())], ALLOWED_HOSTS=["*"])
    with LiveServer() as server, httpx.Client(base_url=server.url, timeout=PATIENCE) as client:
        made = client.post("/rooms/", json={"name": "방"})
        assert (made.status_code, made.headers["Location"]) == (201, "/rooms/1/")

        def chunks():
            yield b'{"name":'
            yield b' "hall"}'

        chunked = client.post(
            "/rooms/", content=chunks(), headers={"Content-Type": "application/json"}
        )
        assert chunked.json() == {"id": 2, "name": "hall"}
        assert client.get("/rooms/").json() == [{"id": 1, "name": "방"}, {"id": 2, "name": "hall"}]
        refused = client.post("/rooms/", content=b"{", headers={"Content-Type": "application/json"})
        assert refused.headers["Content-Type"] == "application/problem+json"
        assert refused.json()["column"] == 2
        head = client.head("/rooms/")
        assert (head.status_code, head.content) == (200, b"")


def test_threads_share_nothing(install):
    install(plain)
    answers = SimpleNamespace(ok=0)
    lock = threading.Lock()

    def visit(method):
        client = Client()
        for _ in range(20):
            said = client.generic(method, "/").json()
            with lock:
                answers.ok += said["method"] == method

    threads = [threading.Thread(target=visit, args=(name,)) for name in ("GET", "POST") * 4]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert answers.ok == 160

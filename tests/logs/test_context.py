"""Records that know their request, through whole handlers and real threads and tasks."""

import asyncio
import io
import logging
import threading
from types import ModuleType

import pytest

from enfilade.bridge import in_thread
from enfilade.handlers.asgi import ASGIHandler
from enfilade.handlers.wsgi import WSGIHandler
from enfilade.http import FileResponse, HttpResponse, StreamingHttpResponse
from enfilade.logs import RequestContextFilter, is_wanted
from enfilade.logs.context import current
from enfilade.test import AsyncClient, Client, LiveServer, override_settings
from enfilade.urls import path

logger = logging.getLogger("shop")

FORM = logging.Formatter("%(message)s|%(method)s|%(path)s|%(route)s|%(status)s|%(request_id)s")


def say(request, number=0):
    logger.info("view")
    return HttpResponse("said")


async def say_async(request):
    logger.info("async view")
    await in_thread(logger.info)("thread of it")
    await asyncio.create_task(_task())
    return HttpResponse("said")


async def _task():
    logger.info("task of it")


def stream(request):
    def parts():
        logger.info("streaming")
        yield b"a"

    return StreamingHttpResponse(parts())


class Noticed(io.BytesIO):
    def close(self):
        if not self.closed:
            logger.info("file closed")
        super().close()


def file(request):
    return FileResponse(Noticed(b"abc"), conditional=True, headers={"ETag": '"v1"'})


def nested(request):
    Client(headers={"X-Request-ID": "inner"}).get("/say/1/")
    logger.info("after")
    return HttpResponse()


def boom(request):
    raise LookupError("on purpose")


@pytest.fixture(autouse=True)
def site():
    module = ModuleType("logs_site")
    module.urlpatterns = [
        path("say/<int:number>/", say),
        path("async/", say_async),
        path("stream/", stream),
        path("nested/", nested),
        path("file/", file),
        path("boom/", boom),
    ]
    with override_settings(ROOT_URLCONF=module, ALLOWED_HOSTS=["testserver"]):
        yield


@pytest.fixture
def lines(log):
    """Starts logging with the filter; called, the lines that the site's records gave."""
    stream = log(FORM, RequestContextFilter())
    return lambda: [
        line for line in stream.getvalue().splitlines() if not line.startswith("Using selector")
    ]


def test_a_record_of_a_view_has_the_five_facts(lines):
    Client(headers={"X-Request-ID": "abc-1"}).get("/say/7/?secret=1")
    assert lines() == ["view|GET|/say/7/|say/<int:number>/|-|abc-1"]


def test_records_of_one_request_share_an_id_that_is_made_up_if_none_came(lines):
    client = Client()
    client.get("/nested/")
    client.get("/nested/")
    inner, outer = (line.rpartition("|")[2] for line in lines()[:2])
    assert inner == "inner"
    assert len(outer) == 16
    assert lines()[3].rpartition("|")[2] not in (inner, outer)


def test_the_framework_names_request_and_status(lines):
    client = Client(headers={"X-Request-ID": "r"}, raise_request_exception=False)
    client.get("/nowhere/")
    client.get("/boom/")
    first, second = (line for line in lines() if line.startswith(("Not Found", "Internal")))
    assert first == "Not Found: /nowhere/|GET|/nowhere/|-|404|r"
    assert second == "Internal Server Error: /boom/|GET|/boom/|boom/|500|r"


async def test_threads_and_tasks_of_a_request_belong_to_it(lines):
    client = AsyncClient(headers={"X-Request-ID": "r"})
    assert (await client.get("/async/")).status_code == 200
    facts = "GET|/async/|async/|-|r"
    assert lines() == [f"{who}|{facts}" for who in ("async view", "thread of it", "task of it")]


def test_a_stream_belongs_to_its_request_and_the_status_is_known_by_then(lines):
    response = Client(headers={"X-Request-ID": "r"}).get("/stream/")
    assert b"".join(response.streaming_content) == b"a"
    assert lines() == ["streaming|GET|/stream/|stream/|200|r"]


@pytest.mark.parametrize(
    ("headers", "status"),
    [({}, 200), ({"range": "bytes=0-0"}, 206), ({"range": "bytes=9-"}, 416),
     ({"if-none-match": '"v1"'}, 304), ({"if-match": '"v2"'}, 412)],
)  # fmt: skip
def test_the_status_is_the_one_that_the_conditions_lead_to(lines, headers, status):
    response = Client(headers={"X-Request-ID": "r"}).get("/file/", headers=headers)
    assert response.status_code == status
    response.close()
    assert lines()[-1] == f"file closed|GET|/file/|file/|{status}|r"


def test_a_request_within_a_request_ends_before_the_outer_one(lines):
    Client(headers={"X-Request-ID": "outer"}).get("/nested/")
    assert lines() == [
        "view|GET|/say/1/|say/<int:number>/|-|inner",
        "after|GET|/nested/|nested/|-|outer",
    ]


def test_outside_of_requests_nothing_is_known(lines):
    Client().get("/say/1/")
    assert current() is None
    logger.info("outside")
    assert lines()[-1] == "outside|-|-|-|-|-"


async def test_outside_of_async_requests_nothing_is_known(lines):
    await AsyncClient().get("/async/")
    logger.info("outside")
    assert lines()[-1] == "outside|-|-|-|-|-"


def test_an_exception_that_leaves_the_handler_ends_the_request(lines):
    with override_settings(DEBUG_PROPAGATE_EXCEPTIONS=True), pytest.raises(LookupError):
        Client().get("/boom/")
    assert current() is None


def test_a_record_keeps_what_it_has(lines):
    logger.info("mine", extra={"path": "/my/path", "request": "no request at all"})
    assert lines() == ["mine|-|/my/path|-|-|-"]


@pytest.mark.parametrize("value", ["a\nb", "a b", "x" * 129, '"', "é"])
def test_an_id_that_could_harm_a_log_is_not_taken(lines, value):
    Client(HTTP_X_REQUEST_ID=value).get("/say/1/")
    (line,) = lines()
    assert value not in line
    assert len(line.rpartition("|")[2]) == 16


def test_a_middleware_may_say_the_id(lines):
    def numbering(get_response):
        def number(request):
            request.id = 42
            return get_response(request)

        return number

    with override_settings(MIDDLEWARE=[numbering]):
        Client(headers={"X-Request-ID": "other"}).get("/say/1/")
    assert lines() == ["view|GET|/say/1/|say/<int:number>/|-|42"]


def test_requests_side_by_side_keep_their_records_apart(lines):
    import urllib.request

    def visit(number):
        field = {"X-Request-ID": str(number)}
        request = urllib.request.Request(f"{server.url}/say/{number}/", headers=field)
        with urllib.request.urlopen(request) as answer:
            answer.read()

    with LiveServer() as server:
        threads = [threading.Thread(target=visit, args=(number,)) for number in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    seen = [line.split("|") for line in lines() if line.startswith("view")]
    assert len(seen) == 20
    assert all(path == f"/say/{number}/" for _, _, path, _, _, number in seen)


@pytest.mark.parametrize("kind", [WSGIHandler, ASGIHandler])
def test_nothing_is_wrapped_around_the_chain_unless_a_filter_is_in_force(log, kind):
    assert not is_wanted()
    plain = kind().chain.handler
    log(FORM, RequestContextFilter())
    assert is_wanted()
    assert plain.__qualname__.startswith("Walk.")
    assert kind().chain.handler.__qualname__.startswith("noted.")


def test_a_filter_at_a_logger_is_in_force_too():
    added = RequestContextFilter()
    logger.addFilter(added)
    try:
        assert is_wanted()
    finally:
        logger.removeFilter(added)
    assert not is_wanted()

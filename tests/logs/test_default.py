"""What a site logs that says nothing, or something, about it: processes and their output."""

import subprocess
import sys

import pytest

from running import surroundings

SITE = """
import logging, sys
from enfilade import Application, HttpResponse, path
from enfilade.test import Client

def front(request):
    logging.getLogger("uvicorn.error").info("chatter")
    logging.getLogger("shop").info("for information")
    logging.getLogger("shop").warning("low on lamps")
    return HttpResponse("front")

def boom(request):
    raise LookupError("on purpose")

def form(request):
    request.POST
    return HttpResponse("form")

PATTERNS = [path("", front), path("boom/", boom), path("form/", form)]
"""

VISITS = """
client = Client(raise_request_exception=False, headers={"X-Request-ID": "r"})
client.get("/")
client.get("/nowhere/?token=T0")
client.get("/boom/")
client.post("/form/", b"nonsense", content_type="multipart/form-data; boundary=b")
"""


@pytest.fixture
def logged(tmp_path):
    """What a site with these settings prints on standard error, visited four times."""

    def run(settings="", before=""):
        application = f"Application(PATTERNS, ALLOWED_HOSTS=['testserver'], {settings})\n"
        done = subprocess.run(
            [sys.executable, "-c", SITE + before + application + VISITS],
            cwd=tmp_path,
            env=surroundings(),
            capture_output=True,
            text=True,
            timeout=30,
        )
        assert done.returncode == 0, done.stderr
        return [line for line in done.stderr.splitlines() if not line.startswith("    ")]

    return run


def tails(lines):
    return [line.partition(" ")[2] for line in lines]


def test_warnings_and_errors_go_to_standard_error_a_line_each(logged):
    _, *rest = lines = [line.split(" ", 2)[2] for line in logged()]
    assert lines[0] == "WARNING shop: low on lamps"
    assert rest == [
        "WARNING enfilade.request: Not Found: /nowhere/  [GET /nowhere/ 404 r]",
        "ERROR enfilade.request: Internal Server Error: /boom/  [GET /boom/ 500 r]",
        "WARNING enfilade.request: Bad request (Unable to parse request body): /form/"
        "  [POST /form/ 400 r]",
    ]


def test_in_debug_information_is_shown_and_every_record_knows_its_request(logged):
    lines = tails(logged("DEBUG=True"))
    assert lines[:3] == [
        "INFO shop: for information  [GET / r]",
        "WARNING shop: low on lamps  [GET / r]",
        "WARNING enfilade.request: Not Found: /nowhere/  [GET /nowhere/ 404 r]",
    ]


def test_logging_that_is_configured_already_is_left_alone(logged):
    before = "logging.basicConfig(format='mine %(message)s', stream=sys.stderr)\n"
    assert logged(before=before)[:2] == ["mine low on lamps", "mine Not Found: /nowhere/"]


def test_the_setting_takes_the_place_of_the_default(logged):
    lines = logged(
        "LOGGING={'version': 1, 'formatters': {'json': {'()': 'enfilade.logs.JSONFormatter'}},"
        "'filters': {'request': {'()': 'enfilade.logs.RequestContextFilter'}},"
        "'handlers': {'e': {'class': 'logging.StreamHandler', 'formatter': 'json',"
        "'filters': ['request']}}, 'root': {'handlers': ['e']}, 'disable_existing_loggers': False}"
    )
    assert len(lines) == 4
    assert lines[0].endswith(
        '"message": "low on lamps", "method": "GET", "path": "/", "request_id": "r"}'
    )
    assert '"status": 500' in lines[2]
    assert '"exception": "Traceback' in lines[2]


def test_no_configurator_leaves_logging_alone(logged):
    assert logged("LOGGING_CONFIG=None")[:2] == ["low on lamps", "Not Found: /nowhere/"]


def test_the_configurator_may_be_named_or_given(logged):
    said = "print('configured with', x['a'], file=sys.stderr)"
    before = f"def configure(x):\n    {said}\n"
    assert logged("LOGGING={'a': 1}, LOGGING_CONFIG=configure", before)[0] == "configured with 1"
    named = "LOGGING={'a': 1}, LOGGING_CONFIG='__main__.configure'"
    assert logged(named, before)[0] == "configured with 1"

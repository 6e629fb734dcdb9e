"""The id of a request in a server of its own: in the answer and in the line of its log."""

import json
from urllib.request import Request, urlopen

import pytest

from running import enfilade_run

SITE = """
import logging

from enfilade import Application, HttpResponse, path

def view(request):
    logging.getLogger("shop").warning("sold")
    return HttpResponse(request.id)

application = Application(
    [path("", view)],
    ALLOWED_HOSTS=["127.0.0.1", "localhost"],
    MIDDLEWARE=["enfilade.middleware.request_id.RequestIDMiddleware"],
    REQUEST_ID_TRUSTED_PROXIES=["127.0.0.1"],
    LOGGING={
        "version": 1,
        "filters": {"request": {"()": "enfilade.logs.RequestContextFilter"}},
        "formatters": {"json": {"()": "enfilade.logs.JSONFormatter"}},
        "handlers": {
            "err": {
                "class": "logging.StreamHandler", "formatter": "json", "filters": ["request"]
            }
        },
        "root": {"handlers": ["err"], "level": "WARNING"},
    },
)
"""


@pytest.fixture(params=["wsgi", "asgi"], scope="module")
def server(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("shop")
    (folder / "shop.py").write_text(SITE)
    application = "shop:application" + (".asgi" if request.param == "asgi" else "")
    with enfilade_run(application, output=folder / "log", cwd=folder) as program:
        yield program


@pytest.mark.parametrize("given", ["from-the-proxy.1", None, "not plain"])
def test_answer_view_and_log_line_tell_the_same_id(server, given):
    headers = {} if given is None else {"X-Request-ID": given}
    with urlopen(Request(f"{server.url}/?token=secret", headers=headers)) as answer:
        seen, told = answer.read().decode(), answer.headers["X-Request-ID"]
    lines = [json.loads(line) for line in server.log.splitlines() if '"shop"' in line]
    assert seen == told == lines[-1]["request_id"]
    assert (seen == given) == (given == "from-the-proxy.1")
    assert "secret" not in str(lines)

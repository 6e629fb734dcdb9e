"""What only the WSGI handler does; the walk itself is compared with Django's."""

import io
from typing import Any

import pytest

from enfilade import trace
from enfilade.dispatch import request_finished
from enfilade.exceptions import BadHeaderError
from enfilade.handlers.wsgi import WSGIHandler
from enfilade.http import FileResponse, HttpResponse
from enfilade.test import Client, RequestFactory
from enfilade.urls import path


def test_a_response_that_cannot_be_started_is_closed(site) -> None:
    def view(request: Any) -> HttpResponse:
        response = HttpResponse()
        response.set_cookie("theme", "dark")
        response.cookies["theme"]["path"] = "/\r\nX-Forged: yes"
        return response

    finished = []

    def note(**named: Any) -> None:
        finished.append(named["sender"])

    request_finished.connect(note)
    site(path("", view))
    with pytest.raises(BadHeaderError):
        WSGIHandler()(RequestFactory().build_environ(), lambda *args: print)
    assert finished == [WSGIHandler]


@pytest.mark.parametrize(("field", "status"), [("if-none-match", 304), ("if-match", 200)])
def test_the_trace_tells_the_status_that_the_conditions_lead_to(site, field, status) -> None:
    def view(request: Any) -> FileResponse:
        return FileResponse(io.BytesIO(b"abc"), conditional=True, headers={"ETag": '"v1"'})

    site(path("", view))
    with trace.recording() as traces:
        response = Client().get("/", headers={field: '"v1"'})
        response.close()
    assert response.status_code == status
    last = traces[0].events[-1]
    assert (last.event, last.detail) == ("middleware.out", str(status))

"""What only the WSGI handler does; the walk itself is compared with Django's."""

from typing import Any

import pytest

from enfilade.dispatch import request_finished
from enfilade.exceptions import BadHeaderError
from enfilade.handlers.wsgi import WSGIHandler
from enfilade.http import HttpResponse
from enfilade.test import RequestFactory
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

"""Requests as servers make them, and settings for the length of a test."""

import io
from collections.abc import Callable
from typing import Any

import pytest

from enfilade.conf import settings
from enfilade.http.asgi_request import ASGIRequest
from enfilade.http.wsgi_request import WSGIRequest


@pytest.fixture
def configure(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Set settings until the test is over."""

    def set_all(**values: Any) -> None:
        for name, value in values.items():
            monkeypatch.setattr(settings, name, value)

    return set_all


@pytest.fixture
def wsgi_request() -> Callable[..., WSGIRequest]:
    """Make a request of *body* and of changes to ``environ``."""

    def make(body: bytes = b"", **changes: Any) -> WSGIRequest:
        return WSGIRequest(
            {
                "REQUEST_METHOD": "POST" if body else "GET",
                "PATH_INFO": "/",
                "SERVER_NAME": "testserver",
                "SERVER_PORT": "80",
                "CONTENT_LENGTH": str(len(body)),
                "wsgi.input": io.BytesIO(body),
                "wsgi.url_scheme": "http",
                **changes,
            }
        )

    return make


@pytest.fixture
def asgi_request() -> Callable[..., ASGIRequest]:
    """Make a request of *body* and of changes to the scope."""

    def make(body: bytes = b"", **changes: Any) -> ASGIRequest:
        scope = {"type": "http", "method": "POST" if body else "GET", "path": "/", **changes}
        return ASGIRequest(scope, io.BytesIO(body))

    return make

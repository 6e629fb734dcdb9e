"""Responses that are named after their status (RFC 9110, 15)."""

from collections.abc import Iterable
from typing import Any

from enfilade.http.response import HttpResponse

__all__ = [
    "HttpResponseBadRequest",
    "HttpResponseForbidden",
    "HttpResponseGone",
    "HttpResponseNotAllowed",
    "HttpResponseNotFound",
    "HttpResponseNotModified",
    "HttpResponseServerError",
]


class HttpResponseNotModified(HttpResponse):
    """304: the client's copy is still good. Has no body and no ``Content-Type``."""

    status_code = 304

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.headers["Content-Type"]

    def _set_content(self, value: Any) -> None:
        if value:
            raise AttributeError("You cannot set content to a 304 (Not Modified) response")
        self._container = []


class HttpResponseBadRequest(HttpResponse):
    """400: the request is malformed."""

    status_code = 400


class HttpResponseForbidden(HttpResponse):
    """403: this client may not do this."""

    status_code = 403


class HttpResponseNotFound(HttpResponse):
    """404: nothing is here."""

    status_code = 404


class HttpResponseNotAllowed(HttpResponse):
    """405: the resource knows only *permitted_methods*, which ``Allow`` says."""

    status_code = 405

    def __init__(self, permitted_methods: Iterable[str], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.headers["Allow"] = ", ".join(permitted_methods)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} [{self.headers['Allow']}] {self._description}>"


class HttpResponseGone(HttpResponse):
    """410: something was here and will not come back."""

    status_code = 410


class HttpResponseServerError(HttpResponse):
    """500: the site failed."""

    status_code = 500

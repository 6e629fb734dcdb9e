"""Requests to call a view with, without a handler or middleware."""

from typing import Any

from enfilade.http import HttpRequest
from enfilade.http.wsgi_request import WSGIRequest
from enfilade.test.encoding import OCTETS
from enfilade.test.environ import EnvironBuilder
from enfilade.test.verbs import Verbs


class RequestFactory(EnvironBuilder, Verbs[HttpRequest]):
    """Makes requests as a WSGI server's would be: ``view(RequestFactory().get("/path/"))``."""

    _flags = ("secure",)

    def generic(
        self,
        method: str,
        path: str,
        data: Any = b"",
        content_type: str = OCTETS,
        **options: Any,
    ) -> HttpRequest:
        """A request with any *method*; *data* is text or bytes."""
        return self.request(**self.entries(method, path, data, content_type, options))

    def request(self, **entries: Any) -> HttpRequest:
        """A request from entries of an ``environ``."""
        return WSGIRequest(self.build_environ(**entries))

"""Step 4 under PEP 3333: ``WSGIHandler`` is the application that a WSGI server calls."""

from collections.abc import Iterable
from typing import Any

from enfilade.dispatch import request_started
from enfilade.handlers.base import BaseHandler
from enfilade.handlers.traced import deliver_on_close, traced_request
from enfilade.http import HttpRequest
from enfilade.http.response import HttpResponseBase
from enfilade.http.wsgi_request import WSGIRequest, get_script_name
from enfilade.types import Environ, StartResponse
from enfilade.urls import set_script_prefix


class WSGIHandler(BaseHandler):
    """The framework as one callable: ``handler(environ, start_response)`` returns the body."""

    request_class: type[WSGIRequest] = WSGIRequest

    def __init__(self) -> None:
        self.load_middleware()
        self.make_request: Any = self._traced_request if self.chain.traced else self.request_class

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        if request_started.receivers:
            set_script_prefix(get_script_name(environ))
            request_started.send(sender=type(self), environ=environ)
        request = self.make_request(environ)
        set_script_prefix(environ["SCRIPT_NAME"])  # decoded by the request
        response = self.get_response(request)
        if self.chain.traced:
            deliver_on_close(environ, request, response)
        try:
            start_response(response.wsgi_status(), response.wsgi_headers())
        except BaseException:
            response.close()  # a server that is not given the response cannot close it
            raise
        file = response.file_to_stream
        if file is not None and (file_wrapper := environ.get("wsgi.file_wrapper")):
            # The server closes the wrapper, which closes the file; this makes it close the
            # response instead, which in turn closes the file.
            file.close = response.close
            return file_wrapper(file, response.block_size)  # type: ignore[no-any-return]
        return self.body_of(response)

    def body_of(self, response: HttpResponseBase) -> Iterable[bytes]:
        """What the server is given: *response*, or the bare body if that is all there is to it."""
        return response.for_server()

    def _traced_request(self, environ: Environ) -> HttpRequest:
        return traced_request(environ, type(self).__name__, lambda: self.request_class(environ))

"""Step 4 under PEP 3333: ``WSGIHandler`` is the application that a WSGI server calls."""

from collections.abc import Iterable

from enfilade.dispatch import request_started
from enfilade.handlers.base import BaseHandler
from enfilade.handlers.traced import TracedCall
from enfilade.http.response import HttpResponseBase
from enfilade.http.wsgi_request import WSGIRequest, get_script_name
from enfilade.trace import KEY
from enfilade.types import Environ, StartResponse
from enfilade.urls import set_script_prefix


class WSGIHandler(BaseHandler):
    """The framework as one callable: ``handler(environ, start_response)`` returns the body."""

    request_class: type[WSGIRequest] = WSGIRequest

    def __init__(self) -> None:
        self.load_middleware()

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        if request_started.receivers:
            set_script_prefix(get_script_name(environ))
            request_started.send(sender=type(self), environ=environ)
        if KEY in environ or self.subscribers:
            return self._call_traced(environ, start_response)
        request = self.request_class(environ)
        set_script_prefix(environ["SCRIPT_NAME"])  # decoded by the request
        return self._send(environ, start_response, self.get_response(request))

    def _send(
        self, environ: Environ, start_response: StartResponse, response: HttpResponseBase
    ) -> Iterable[bytes]:
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

    # With a trace

    def _call_traced(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        with TracedCall(environ, type(self).__name__) as call:
            request = call.make_request(lambda: self.request_class(environ))
            set_script_prefix(environ["SCRIPT_NAME"])
            response = self.get_response(request)
            call.observe(response)
            call.finish_with(response)
            return self._send(environ, start_response, response)

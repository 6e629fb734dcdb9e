"""Steps 4 and 5 with their marks, for a handler that was made while somebody listens.

The record of a request comes with it when our own server traces; on any other server it is
made here, and delivered when the response is closed.
"""

from collections.abc import Callable, Mapping
from typing import Any

from enfilade import trace
from enfilade.http import HttpRequest
from enfilade.http.response import HttpResponseBase
from enfilade.trace.record import KEY


def traced_request(
    carrier: Mapping[str, Any], handler_name: str, make: Callable[[], HttpRequest]
) -> HttpRequest:
    """Make a request with its record. *carrier* is the environ or the scope."""
    record = carrier.get(KEY) or trace.begin()
    if record is None:
        return make()
    record.mark("handler", handler_name)
    request = make()
    record.mark("request", f"{request.method} {request.path}")
    request.trace = record
    return request


def deliver_on_close(
    carrier: Mapping[str, Any], request: HttpRequest, response: HttpResponseBase
) -> None:
    """Deliver the record with the response, unless the server made it and will do so."""
    record = request.trace
    if record is not None and KEY not in carrier:
        response._resource_closers.append(lambda: trace.deliver(record))

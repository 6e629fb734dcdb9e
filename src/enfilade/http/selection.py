"""What a request selects of a file: all of it, parts, or nothing because the client's copy is
good. The steps of RFC 9110, 13.2.2, asked once the middleware is done with the response, since
it may still add validators."""

from typing import TYPE_CHECKING

from enfilade.http.conditional import get_conditional_response, range_applies
from enfilade.http.dates import parse_http_date_safe
from enfilade.http.partial import one_part, several_parts
from enfilade.http.ranges import ByteRange, parse_ranges
from enfilade.http.request import HttpRequest
from enfilade.http.response import HttpResponse
from enfilade.http.response_base import HttpResponseBase

if TYPE_CHECKING:
    from enfilade.http.files import FileResponse

__all__ = ["select"]

# Fields of the representation (RFC 9110, 8) and of how long it stays good: a 304 has those that
# it needs, and an error must not be kept in their stead.
_OF_THE_FILE = frozenset(
    {
        *("content-disposition", "content-encoding", "content-language", "content-length"),
        *("content-location", "content-range", "content-type"),
        *("accept-ranges", "cache-control", "etag", "expires", "last-modified"),
    }
)


def select(request: HttpRequest, response: "FileResponse") -> HttpResponseBase:
    """*response*, whole or as a 206, or a 304, 412 or 416 that closes its file."""
    if request.method not in ("GET", "HEAD"):
        return response  # the view has acted already: too late for a 412 (RFC 9110, 13.2.1)
    date = response.headers.get("Last-Modified")
    modified = parse_http_date_safe(date) if date else None
    answer = get_conditional_response(request, response.headers.get("ETag"), modified, response)
    if answer is None or answer is response:
        return _parts(request, response)
    return _with_fields_of(response, answer)


def _parts(request: HttpRequest, response: "FileResponse") -> HttpResponseBase:
    # Without span or file, the content is not (or no longer) that of the file.
    if response.status_code != 200 or response.span is None or response.file_to_stream is None:
        return response
    response.headers.setdefault("Accept-Ranges", "bytes")
    ranges = _wanted(request, response, response.span[1])
    if ranges is None:
        return response
    if not ranges:
        return _unsatisfiable(response, response.span[1])
    _take(response, response.span, ranges)
    return response


def _wanted(request: HttpRequest, response: "FileResponse", length: int) -> list[ByteRange] | None:
    """The ranges to send, ``None`` if all is to be sent."""
    field, headers = request.META.get("HTTP_RANGE"), response.headers
    if not field or request.method != "GET":  # RFC 9110, 14.2
        return None
    condition = request.META.get("HTTP_IF_RANGE")
    if not range_applies(condition, headers.get("ETag"), headers.get("Last-Modified")):
        return None
    ranges = parse_ranges(field, length)
    # The coding would be taken for that of the multipart body around the parts.
    return None if ranges and len(ranges) > 1 and "Content-Encoding" in headers else ranges


def _take(response: "FileResponse", span: tuple[int, int], ranges: list[ByteRange]) -> None:
    start, length = span
    file = response.file_to_stream
    if len(ranges) == 1:
        fields, content = one_part(file, start, ranges[0], length)
    else:
        media_type = response.headers.get("Content-Type")
        fields, content = several_parts(file, start, ranges, length, media_type)
    response.send_partially(fields, content)


def _unsatisfiable(response: "FileResponse", length: int) -> HttpResponseBase:
    answer = HttpResponse(status=416, headers={"Content-Range": f"bytes */{length}"})
    answer._resource_closers += response._resource_closers
    response._resource_closers.clear()
    return _with_fields_of(response, answer)


def _with_fields_of(response: HttpResponseBase, answer: HttpResponseBase) -> HttpResponseBase:
    """*answer* with what the middleware has said: cookies, and fields that are not the file's."""
    for name, value in response.headers.items():
        if name.lower() not in _OF_THE_FILE:
            answer.headers.setdefault(name, value)
    answer._cookies = response._cookies
    return answer

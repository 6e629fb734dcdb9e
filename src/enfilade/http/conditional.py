"""Conditional requests (RFC 9110, 13): "only if it has changed", "only if it has not".

A client that has a copy asks whether the copy is still good (304), one that wants to change
something says which version it has seen (412 if that is no longer the current one). What is
compared are the validators: the entity tag and the time of the last modification.
"""

import time
from collections.abc import Callable

from enfilade.http.dates import parse_http_date_safe
from enfilade.http.etags import matches_strongly, matches_weakly, parse_etags
from enfilade.http.log import log_response
from enfilade.http.request import HttpRequest
from enfilade.http.response import HttpResponse
from enfilade.http.response_base import HttpResponseBase
from enfilade.http.statuses import HttpResponseNotModified

__all__ = ["failed_precondition", "get_conditional_response", "range_applies"]

_CONDITIONS = frozenset(
    {
        "HTTP_IF_MATCH",
        "HTTP_IF_NONE_MATCH",
        "HTTP_IF_MODIFIED_SINCE",
        "HTTP_IF_UNMODIFIED_SINCE",
    }
)
# Methods that neither select nor change a representation (RFC 9110, 13.2.1).
_UNCONDITIONAL = frozenset({"CONNECT", "OPTIONS", "TRACE"})
# What a 304 repeats (RFC 9110, 15.4.5), the second validator, and the age of a page from a cache,
# which the client would else take for new (RFC 9111, 5.1).
_REPEATED = (
    "Age", "Cache-Control", "Content-Location", "Date", "ETag", "Expires", "Last-Modified", "Vary",
)  # fmt: skip


def get_conditional_response(
    request: HttpRequest,
    etag: str | None = None,
    last_modified: float | None = None,
    response: HttpResponseBase | None = None,
) -> HttpResponseBase | None:
    """A 304 or 412 if the request's conditions ask for one, else *response*.

    *etag* is quoted, *last_modified* in seconds since the epoch; ``None`` where there is none.
    A *response* that is no success stays. The new one closes what the other had open.
    """
    meta = request.META
    if _CONDITIONS.isdisjoint(meta) or request.method in _UNCONDITIONAL:
        return response
    if response is not None and not 200 <= response.status_code < 300:
        return response
    exists = response is not None
    status = failed_precondition(request, etag or None, last_modified, exists=exists)
    if status is None:
        return response
    answer = _not_modified(response) if status == 304 else _precondition_failed(request)
    if response is not None:
        answer._resource_closers += response._resource_closers
        response._resource_closers.clear()
    return answer


def failed_precondition(
    request: HttpRequest,
    etag: str | None,
    last_modified: float | None,
    *,
    exists: bool = False,
) -> int | None:
    """The status that the conditions lead to, ``None`` if all hold; in the order of RFC 9110,
    13.2.2.

    A validator, or *exists*, tells that there is a current representation. A list of tags counts
    as soon as it is there, with or without a tag in it: who sends ``If-Match`` wants no change of
    what he has not seen, and beside either list the date means nothing (13.1.3 and 13.1.4).
    """
    meta = request.META
    safe = request.method in ("GET", "HEAD")
    modified = None if last_modified is None else int(last_modified)
    exists = exists or etag is not None or modified is not None
    if "HTTP_IF_MATCH" in meta:
        if not _any_matches(matches_strongly, meta["HTTP_IF_MATCH"], etag, exists):
            return 412
    elif _changed_since(_date(request, "HTTP_IF_UNMODIFIED_SINCE"), modified):
        return 412
    if "HTTP_IF_NONE_MATCH" in meta:
        if _any_matches(matches_weakly, meta["HTTP_IF_NONE_MATCH"], etag, exists):
            return 304 if safe else 412
    elif safe and _unchanged_since(_date(request, "HTTP_IF_MODIFIED_SINCE"), modified):
        return 304
    return None


def _any_matches(
    matches: Callable[[str, str], bool], field_value: str, etag: str | None, exists: bool
) -> bool:
    tags = parse_etags(field_value)
    if tags == ["*"]:
        return exists
    return etag is not None and any(matches(etag, tag) for tag in tags)


def _date(request: HttpRequest, key: str) -> int | None:
    """The date of a field; a malformed one is ignored (RFC 9110, 13.1.3 and 13.1.4)."""
    value = request.META.get(key)
    return parse_http_date_safe(value) if value else None


def _changed_since(moment: int | None, modified: int | None) -> bool:
    return moment is not None and modified is not None and modified > moment


def _unchanged_since(moment: int | None, modified: int | None) -> bool:
    return moment is not None and modified is not None and modified <= moment


def range_applies(if_range: str | None, etag: str | None, last_modified: str | None) -> bool:
    """Whether ``If-Range`` (RFC 9110, 13.1.5) lets ``Range`` count: the copy of which the client
    has a part is the current one, for certain.

    The arguments are field values. Dates have to be the same text, since a date is a validator
    here and not a point in time.
    """
    if if_range is None:
        return True
    if if_range.startswith(('"', "W/")):
        return etag is not None and matches_strongly(if_range, etag)
    return last_modified is not None and if_range == last_modified and _is_over(if_range)


def _is_over(date: str) -> bool:
    """Whether that second is past; until then the content may change once more under the same
    date, which is therefore a weak validator (RFC 9110, 8.8.2.2)."""
    second = parse_http_date_safe(date)
    return second is not None and second < int(time.time())


def _not_modified(response: HttpResponseBase | None) -> HttpResponse:
    answer = HttpResponseNotModified()
    if response is not None:
        for name in _REPEATED:
            if name in response.headers:
                answer.headers[name] = response.headers[name]
        answer._cookies = response._cookies
        # A cache gives its copy the fields of the 304 (RFC 9111, 3.2): these must be the same.
        if getattr(response, "xframe_options_exempt", False):
            answer.xframe_options_exempt = True  # type: ignore[attr-defined]
    return answer


def _precondition_failed(request: HttpRequest) -> HttpResponse:
    answer = HttpResponse(status=412)
    log_response("Precondition Failed: %s", request.path, response=answer, request=request)
    return answer

"""Requests and responses: what a view takes and what it returns.

The names are those of ``django.http``.
"""

from enfilade.exceptions import (
    BadHeaderError,
    Http404,
    RawPostDataException,
    UnreadablePostError,
)
from enfilade.http.cookies import SimpleCookie, parse_cookie
from enfilade.http.files import FileResponse
from enfilade.http.headers import HttpHeaders, ResponseHeaders
from enfilade.http.json import JSONEncoder, JsonResponse
from enfilade.http.media_types import MediaType
from enfilade.http.query import MultiValueDict, QueryDict
from enfilade.http.redirects import (
    HttpResponsePermanentRedirect,
    HttpResponseRedirect,
    HttpResponseRedirectBase,
)
from enfilade.http.request import HttpRequest
from enfilade.http.response import HttpResponse, HttpResponseBase
from enfilade.http.statuses import (
    HttpResponseBadRequest,
    HttpResponseForbidden,
    HttpResponseGone,
    HttpResponseNotAllowed,
    HttpResponseNotFound,
    HttpResponseNotModified,
    HttpResponseServerError,
)
from enfilade.http.streaming import StreamingHttpResponse

__all__ = [
    "BadHeaderError",
    "FileResponse",
    "Http404",
    "HttpHeaders",
    "HttpRequest",
    "HttpResponse",
    "HttpResponseBadRequest",
    "HttpResponseBase",
    "HttpResponseForbidden",
    "HttpResponseGone",
    "HttpResponseNotAllowed",
    "HttpResponseNotFound",
    "HttpResponseNotModified",
    "HttpResponsePermanentRedirect",
    "HttpResponseRedirect",
    "HttpResponseRedirectBase",
    "HttpResponseServerError",
    "JSONEncoder",
    "JsonResponse",
    "MediaType",
    "MultiValueDict",
    "QueryDict",
    "RawPostDataException",
    "ResponseHeaders",
    "SimpleCookie",
    "StreamingHttpResponse",
    "UnreadablePostError",
    "parse_cookie",
]

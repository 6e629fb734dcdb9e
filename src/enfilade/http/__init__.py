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
from enfilade.http.headers import HttpHeaders, ResponseHeaders
from enfilade.http.media_types import MediaType
from enfilade.http.query import MultiValueDict, QueryDict
from enfilade.http.request import HttpRequest
from enfilade.http.response import HttpResponse, HttpResponseBase

__all__ = [
    "BadHeaderError",
    "Http404",
    "HttpHeaders",
    "HttpRequest",
    "HttpResponse",
    "HttpResponseBase",
    "MediaType",
    "MultiValueDict",
    "QueryDict",
    "RawPostDataException",
    "ResponseHeaders",
    "SimpleCookie",
    "UnreadablePostError",
    "parse_cookie",
]

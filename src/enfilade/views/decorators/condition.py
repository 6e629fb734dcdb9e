"""Views that need not run: the client's copy is still good (304), or what it wants to change is
no longer what it has seen (412). RFC 9110, 13; Django's ``django.views.decorators.http``."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import wraps
from inspect import isawaitable
from typing import Any, NamedTuple

from enfilade.bridge import iscoroutinefunction
from enfilade.exceptions import ImproperlyConfigured
from enfilade.http import HttpRequest
from enfilade.http.conditional import get_conditional_response
from enfilade.http.dates import http_date
from enfilade.http.etags import quote_etag
from enfilade.http.response import HttpResponseBase
from enfilade.views.decorators.mark import View

ValidatorFunction = Callable[..., Any] | None


class _Validators(NamedTuple):
    """The resource as it is now: its quoted tag, the second in which it was last modified."""

    etag: str | None
    modified: int | None

    def answer(self, request: HttpRequest) -> HttpResponseBase | None:
        return get_conditional_response(request, self.etag, self.modified)

    def put_on(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if request.method in ("GET", "HEAD"):
            if self.modified is not None and "Last-Modified" not in response.headers:
                # Never later than now (RFC 9110, 8.8.2.1).
                response.headers["Last-Modified"] = http_date(min(self.modified, time.time()))
            if self.etag is not None:
                response.headers.setdefault("ETag", self.etag)
        return response


def _validators(etag: str | None, modified: datetime | None) -> _Validators:
    if modified is not None and modified.utcoffset() is None:
        modified = modified.replace(tzinfo=UTC)
    return _Validators(
        None if etag is None else quote_etag(etag),
        None if modified is None else int(modified.timestamp()),
    )


def condition(
    etag_func: ValidatorFunction = None, last_modified_func: ValidatorFunction = None
) -> Callable[[View], View]:
    """Answer conditional requests by what the functions say, and only the others by the view.

    Both are called with the view's arguments and return ``None`` where there is nothing:
    *etag_func* a tag (quoted, perhaps weak, or plain text for a strong one), *last_modified_func*
    a :class:`~datetime.datetime` (in UTC if it is naive). Responses to GET and HEAD get ``ETag``
    and ``Last-Modified`` unless the view sets them.

    With an async view the functions may be coroutine functions; with another,
    :exc:`~enfilade.exceptions.ImproperlyConfigured` is raised if they are.
    """

    def decorate(view: View) -> View:
        is_async = iscoroutinefunction(view)
        if not is_async:
            _check_sync(view, etag_func, last_modified_func)

        @wraps(view)
        def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            tag = etag_func and etag_func(request, *args, **kwargs)
            moment = last_modified_func and last_modified_func(request, *args, **kwargs)
            found = _validators(tag, moment)
            response = found.answer(request) or view(request, *args, **kwargs)
            return found.put_on(request, response)

        @wraps(view)
        async def answer_async(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            tag = await _ask(etag_func, request, *args, **kwargs)
            moment = await _ask(last_modified_func, request, *args, **kwargs)
            found = _validators(tag, moment)
            response = found.answer(request) or await view(request, *args, **kwargs)
            return found.put_on(request, response)

        return answer_async if is_async else answer  # type: ignore[return-value]

    return decorate


async def _ask(function: ValidatorFunction, *args: Any, **kwargs: Any) -> Any:
    value = None if function is None else function(*args, **kwargs)
    return await value if isawaitable(value) else value


def _check_sync(view: Callable[..., Any], *functions: ValidatorFunction) -> None:
    for function in functions:
        if function is not None and iscoroutinefunction(function):
            raise ImproperlyConfigured(
                f"The view {view.__qualname__} is synchronous, {function.__qualname__} is not.",
                hint="Write async def for both, or for neither.",
            )


def etag(etag_func: Callable[..., Any]) -> Callable[[View], View]:
    """:func:`condition` by the entity tag alone."""
    return condition(etag_func=etag_func)


def last_modified(last_modified_func: Callable[..., Any]) -> Callable[[View], View]:
    """:func:`condition` by the time of the last modification alone."""
    return condition(last_modified_func=last_modified_func)

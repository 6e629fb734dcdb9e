"""A checker of PEP 3333 that stands between a server and an application and trusts neither.

    application = lint(application)

Whoever breaks a rule gets a :exc:`LintError` that says which rule it is and where it stands.
What only the client can see (the bytes of the response) is beyond it.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from enfilade.gateway.lint_environ import (
    LintError,
    LintErrors,
    LintInput,
    check,
    check_environ,
)
from enfilade.protocol.chosen import prepare_head
from enfilade.protocol.errors import ResponseError
from enfilade.types import Environ, ExcInfo, HeaderList, StartResponse, Write, WSGIApplication

__all__ = ["LintError", "lint"]

DETAILS = "Specification Details"
START_RESPONSE = "The start_response() Callable"
WRITE = "The write() Callable"
LENGTH = "Handling the Content-Length Header"
ERRORS = "Error Handling"
NO_BODY = (204, 304)


def lint(application: WSGIApplication) -> WSGIApplication:
    """Return *application* with both of its sides checked against PEP 3333."""

    def checked(*arguments: Any, **keywords: Any) -> Iterable[bytes]:
        check(
            len(arguments) == 2 and not keywords,
            "an application is called with two positional arguments",
            DETAILS,
        )
        environ, start_response = arguments
        check_environ(environ)
        check(callable(start_response), "start_response is not callable", START_RESPONSE)
        environ["wsgi.input"] = LintInput(environ["wsgi.input"])
        environ["wsgi.errors"] = LintErrors(environ["wsgi.errors"])
        exchange = _Exchange(environ, start_response)
        return exchange.watch(application(environ, exchange.start_response))

    return checked


class _Exchange:
    """What has happened so far between the two."""

    def __init__(self, environ: Environ, start_response: StartResponse) -> None:
        self._environ = environ
        self._start_response = start_response
        self._called = False  # start_response, successfully
        self._expected: int | None = None  # Content-Length, in bytes
        self._given = 0  # bytes of body so far

    def start_response(self, *arguments: Any, **keywords: Any) -> Write:
        check(
            len(arguments) in (2, 3) and not keywords,
            "start_response takes two or three positional arguments",
            START_RESPONSE,
        )
        status, headers = arguments[:2]
        exc_info = arguments[2] if len(arguments) == 3 else None
        self._check_call(exc_info)
        self._check_head(status, headers)
        write = self._start_response(*arguments)
        check(
            not (exc_info and self._given),
            "the server did not raise exc_info again after the head had been sent",
            ERRORS,
        )
        check(callable(write), "start_response did not return a write callable", WRITE)
        self._called = True
        return self._checked_write(write)

    def _check_call(self, exc_info: ExcInfo | None) -> None:
        check(
            exc_info is None or (type(exc_info) is tuple and len(exc_info) == 3),
            f"exc_info is not a tuple of three: {exc_info!r}",
            START_RESPONSE,
        )
        check(
            exc_info or not self._called,
            "start_response was called a second time without exc_info",
            START_RESPONSE,
        )

    def _check_head(self, status: str, headers: HeaderList) -> None:
        check(type(headers) is list, "the response headers are not a list", START_RESPONSE)
        for header in headers:
            check(type(header) is tuple, f"a header is not a tuple: {header!r}", START_RESPONSE)
        try:
            head = prepare_head(status, headers)
        except ResponseError as error:
            raise LintError(str(error), START_RESPONSE) from error
        bodiless = head.status in NO_BODY or self._environ["REQUEST_METHOD"] == "HEAD"
        self._expected = None if bodiless else head.content_length

    def _checked_write(self, write: Write) -> Write:
        def checked(data: bytes, /) -> None:
            self.count(data)
            write(data)

        return checked

    def count(self, chunk: object) -> None:
        """Note a chunk of the body."""
        if not isinstance(chunk, bytes):
            raise LintError(f"a chunk of the body is {type(chunk).__name__}, not bytes", DETAILS)
        check(self._called, "a body was given before start_response was called", START_RESPONSE)
        self._given += len(chunk)
        check(
            self._expected is None or self._given <= self._expected,
            f"the body is longer than its Content-Length of {self._expected}",
            LENGTH,
        )

    def end(self) -> None:
        """Note that the iterable is at its end."""
        check(self._called, "start_response was never called", START_RESPONSE)
        check(
            self._expected is None or self._given == self._expected,
            f"the body has {self._given} bytes, its Content-Length says {self._expected}",
            LENGTH,
        )

    def report(self, rule: str, section: str = DETAILS) -> None:
        """Write to ``wsgi.errors`` where nobody is left to raise an exception to."""
        self._environ["wsgi.errors"].write(f"{LintError(rule, section)}\n")

    def watch(self, result: Any) -> "_Body":
        check(
            result is not None and not isinstance(result, (str, bytes)),
            f"the application returned {type(result).__name__}, not an iterable of bytes",
            DETAILS,
        )
        check(hasattr(result, "__iter__"), f"{result!r} is not iterable", DETAILS)
        return _Body(self, result)


class _Body:
    """The application's iterable, as the server may use it: once, then ``close()``, once."""

    def __init__(self, exchange: _Exchange, result: Any) -> None:
        self._exchange = exchange
        self._result = result
        self._iterated = False
        self._closed = False

    def __iter__(self) -> Iterator[bytes]:
        check(not self._iterated, "the server iterates a second time", DETAILS)
        self._iterated = True
        return self._chunks()

    def _chunks(self) -> Iterator[bytes]:
        for chunk in self._result:
            self._exchange.count(chunk)
            yield chunk
            check(not self._closed, "the server iterates after close()", DETAILS)
        self._exchange.end()

    def close(self) -> None:
        """Close the application's iterable."""
        check(not self._closed, "the server called close() twice", DETAILS)
        self._closed = True
        close = getattr(self._result, "close", None)
        if close is not None:
            close()

    def __del__(self) -> None:
        if not self._closed:  # an exception would be lost here
            self._exchange.report("the server did not call close()")

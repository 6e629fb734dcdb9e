"""What can go wrong, in three families, by who can be told.

* :class:`AnswerableError`: the client is still there and gets ``status``.
* :class:`TransportLost`: the client has gone; nobody is left to answer.
* :class:`DeveloperError`: the site is wrong; raised at start-up wherever that is possible.

Every one takes ``hint=``, a sentence that says what to do about it; it is added as a note
(PEP 678), so tracebacks and the debug page show it without further work. The names are those
of Django's ``django.core.exceptions`` and ``django.http`` where the thing is the same.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import ClassVar


class Hinted(Exception):
    """An exception that can say what to do about it."""

    def __init__(self, *args: object, hint: str | None = None) -> None:
        super().__init__(*args)
        self.hint = hint
        if hint:
            self.add_note(f"Hint: {hint}")


class AnswerableError(Hinted):
    """The request failed in a way that a response can tell the client."""

    status: ClassVar[int] = 500


class TransportLost(Hinted):
    """The client went away before the request was over."""


class DeveloperError(Hinted):
    """The site's own code or configuration is wrong."""


# Answerable --------------------------------------------------------------------------------


class Http404(AnswerableError):
    """Nothing answers at this path."""

    status = 404


class ObjectDoesNotExist(AnswerableError):
    """Raised by a store that has no such object; the shortcuts make a 404 of it."""


class PermissionDenied(AnswerableError):
    """The user may not do this."""

    status = 403


class BadRequest(AnswerableError):
    """The request is malformed and cannot be processed."""

    status = 400


class ServiceUnavailable(AnswerableError):
    """Something that the site depends on, a database or a cache, does not answer just now.

    ``retry_after`` is what the client is told to wait, in seconds (RFC 9110, 10.2.3).
    """

    status = 503
    retry_after: ClassVar[int] = 1


class MultiPartParserError(AnswerableError):
    """A ``multipart/form-data`` body does not follow RFC 7578."""

    status = 400


class SuspiciousOperation(AnswerableError):
    """The client did something that an honest one would not; logged apart."""

    status = 400


class SuspiciousMultipartForm(SuspiciousOperation):
    """A multipart form that is built to hurt; for upload handlers to raise.

    Django raises it where its parser goes in circles, which the one here does not.
    """


class SuspiciousFileOperation(SuspiciousOperation):
    """A file name that would leave its folder."""


class DisallowedHost(SuspiciousOperation):
    """The ``Host`` header is malformed or not in ``ALLOWED_HOSTS``."""


class DisallowedRedirect(SuspiciousOperation):
    """A redirect to a scheme that is not allowed, or to an over-long address."""


class TooManyFieldsSent(SuspiciousOperation):
    """More fields than ``DATA_UPLOAD_MAX_NUMBER_FIELDS``."""


class TooManyFilesSent(SuspiciousOperation):
    """More files than ``DATA_UPLOAD_MAX_NUMBER_FILES``."""


class RequestDataTooBig(SuspiciousOperation):
    """A body larger than ``DATA_UPLOAD_MAX_MEMORY_SIZE``, files not counted."""


class ValidationError(AnswerableError):
    """What somebody has given is not accepted: one reason, or several.

    *message* is a text, into which *params* are put by ``%``, with a *code* for programs; or a
    list of such texts and of other validation errors. ``messages`` are the texts for people,
    ``error_list`` the single reasons.
    """

    def __init__(
        self,
        message: "str | ValidationError | Sequence[str | ValidationError]",
        code: str | None = None,
        params: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(message, code, params)
        self.message: object = message
        self.code = code
        self.params = params
        self.error_list: list[ValidationError] = [self]
        if isinstance(message, ValidationError):
            self.message, self.code, self.params = message.message, message.code, message.params
            self.error_list = message.error_list
        elif isinstance(message, (list, tuple)):
            self.error_list = [reason for each in message for reason in _reasons(each)]

    @property
    def messages(self) -> list[str]:
        """Every reason as a sentence."""
        return list(self)

    def __iter__(self) -> Iterator[str]:
        for reason in self.error_list:
            text = str(reason.message)
            yield text % reason.params if reason.params else text

    def __str__(self) -> str:
        return repr(self.messages)


def _reasons(error: str | ValidationError) -> list[ValidationError]:
    return (error if isinstance(error, ValidationError) else ValidationError(error)).error_list


# The transport -----------------------------------------------------------------------------


class RequestAborted(TransportLost):
    """The client closed the connection while the request was being read."""


class UnreadablePostError(TransportLost, OSError):
    """The body could not be read to its end."""


# The developer -----------------------------------------------------------------------------


class ImproperlyConfigured(DeveloperError):
    """A setting, a middleware or a URLconf is wrong."""


class MiddlewareNotUsed(DeveloperError):
    """Raised by a middleware's constructor to leave the chain; not an error."""


class SynchronousOnlyOperation(DeveloperError):
    """Something that blocks was called on an event loop, where everyone would wait for it."""


class BadHeaderError(DeveloperError, ValueError):
    """A response header that cannot be sent: a line break in it, most of all."""


class RawPostDataException(DeveloperError):
    """``request.body`` was asked for after the stream had been read."""


class ViewDoesNotExist(DeveloperError):
    """A URL pattern names a view that cannot be imported."""

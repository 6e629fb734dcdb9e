"""Which request is under way where a record is made.

The handlers say so only if a :class:`RequestContextFilter` is in force when they are made: a
site that does not ask for it pays nothing. What is told of a request is a list of five facts,
so no body, no cookie, no query and no header but the request's id can get into a log this way.
"""

import logging
import secrets
from collections.abc import Iterator, Mapping
from contextvars import ContextVar
from itertools import chain
from typing import Any

from enfilade.secrecy import hide_tokens

NOTHING = "-"
"""Stands for a fact that is not known, as in access logs."""

LONGEST_ID = 128
_ID_CHARACTERS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.:/+=@")


class Passage:
    """A request on its way, from the first middleware to the closing of its response.

    Threads and tasks that are started meanwhile share it, and it lets go of the request when
    that is over. ``outer`` is the passage in the middle of which this one began, if any.
    """

    __slots__ = ("_id", "outer", "request", "response")

    def __init__(self, request: Any, outer: "Passage | None") -> None:
        self.request = request
        self.response: Any = None
        self.outer = outer
        self._id = ""

    @property
    def id(self) -> str:
        """The request's own id, or one made up here."""
        if named := named_id(self.request):
            return named
        if not self._id:
            self._id = secrets.token_hex(8)
        return self._id

    def close(self) -> None:
        """The request is over."""
        self.request = self.response = None


_passage: ContextVar[Passage | None] = ContextVar("enfilade.logs.passage", default=None)


def passing(request: Any) -> Passage:
    """Note that *request* is on its way in this context."""
    passage = Passage(request, current())
    _passage.set(passage)
    return passage


def current() -> Passage | None:
    """The innermost request that is still on its way."""
    passage = _passage.get()
    while passage is not None and passage.request is None:
        passage = passage.outer
    return passage


def named_id(request: Any) -> str:
    """The id that a middleware (``request.id``) or a proxy (``X-Request-ID``) gave *request*,
    "" without one, or if it is one that nobody in good faith would choose."""
    name = getattr(request, "id", None) or request.META.get("HTTP_X_REQUEST_ID", "")
    text = str(name)[: LONGEST_ID + 1]
    return text if is_plain_id(text) else ""


def is_plain_id(text: str) -> bool:
    """Whether *text* may stand in a log and in a header field as the id of a request: at most
    128 letters, digits and ``-_.:/+=@``."""
    return len(text) <= LONGEST_ID and _ID_CHARACTERS.issuperset(text)


class RequestContextFilter(logging.Filter):
    """Adds ``method``, ``path``, ``route``, ``status`` and ``request_id`` to each record.

    For the ``filters`` of a handler; what is not known is "-", and a record that has the
    attribute already keeps it. The records of the framework name their request themselves.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        """Let every record pass."""
        for name, fact in facts_of(record).items():
            if not hasattr(record, name):
                setattr(record, name, fact)
        return True


def facts_of(record: logging.LogRecord) -> Mapping[str, Any]:
    """The five facts, of the request that *record* names or that is on its way."""
    passage = current()
    request = getattr(record, "request", None)
    if not hasattr(request, "META"):  # "request" may be anything in other people's records
        request = passage.request if passage else None
    if request is None:
        return dict.fromkeys(("method", "path", "route", "status", "request_id"), NOTHING)
    ours = passage is not None and passage.request is request
    return {
        "method": request.method or NOTHING,
        "path": hide_tokens(request.path or NOTHING),
        "route": getattr(request.resolver_match, "route", None) or NOTHING,
        "status": _status(record, passage.response if passage and ours else None),
        "request_id": passage.id if passage and ours else named_id(request) or NOTHING,
    }


def _status(record: logging.LogRecord, response: Any) -> Any:
    status = getattr(record, "status_code", None)
    return getattr(response, "status_code", NOTHING) if status is None else status


def is_wanted() -> bool:
    """Whether a :class:`RequestContextFilter` is in force at any logger or handler."""
    return any(
        isinstance(entry, RequestContextFilter)
        for filterer in _filterers()
        for entry in filterer.filters
    )


def _filterers() -> Iterator[logging.Filterer]:
    known = logging.root.manager.loggerDict.values()
    loggers = (logger for logger in known if isinstance(logger, logging.Logger))
    for logger in chain((logging.root,), loggers):
        yield logger
        yield from logger.handlers

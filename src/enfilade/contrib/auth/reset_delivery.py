"""How a link for a new password comes to its user; nothing here sends mail.

``PASSWORD_RESET_DELIVERY`` names a function of the site's, which takes the user, the link and the
request. Looking for users and delivering happen in a thread of their own, whether there are any
or not: how long the answer takes must not tell who has an account.
"""

import atexit
import logging
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from functools import cache
from threading import BoundedSemaphore
from typing import Any

from enfilade.bridge import async_to_sync, iscoroutinefunction
from enfilade.conf import settings
from enfilade.conf.importing import import_named
from enfilade.exceptions import ImproperlyConfigured, ServiceUnavailable
from enfilade.http import HttpRequest

__all__ = ["attempt", "deliver_later", "find_delivery", "finish_deliveries", "log_link"]

Delivery = Callable[[Any, str, HttpRequest], object]

logger = logging.getLogger("enfilade.contrib.auth")

AT_ONCE = 2
"""Deliveries at the same time; the others wait."""

MOST_WAITING = 1000
"""Each holds its request in memory. To ask for links is free, so somebody may ask for many."""


def find_delivery() -> Delivery:
    """The function that ``PASSWORD_RESET_DELIVERY`` names (it may be a coroutine function); while
    ``DEBUG`` is on, :func:`log_link` will do.

    Raises :exc:`~enfilade.exceptions.ImproperlyConfigured` if there is none.
    """
    target: Any = settings.PASSWORD_RESET_DELIVERY
    if not target and not settings.DEBUG:
        raise ImproperlyConfigured(
            "There is nothing that brings a link for a new password to its user.",
            hint="PASSWORD_RESET_DELIVERY names a function(user, link, request) that sends mail.",
        )
    if target and isinstance(target, str):
        hint = "It is the dotted path of a function(user, link, request)."
        target = import_named(target, "PASSWORD_RESET_DELIVERY", hint)
    delivery: Delivery = target or log_link
    return async_to_sync(delivery) if iscoroutinefunction(delivery) else delivery


def log_link(user: Any, link: str, request: HttpRequest) -> None:
    """Write the link into the log, for development."""
    logger.warning("The link for a new password of %s: %s", user, link)


def deliver_later(work: Callable[[], object]) -> None:
    """Do *work* in a thread; what it raises is logged.

    Raises :exc:`~enfilade.exceptions.ServiceUnavailable` if too many wait already.
    """
    _deliveries().add(work)


def finish_deliveries() -> None:
    """Wait until everything that was asked for has been delivered: for tests."""
    begun = _deliveries()
    _deliveries.cache_clear()
    begun.finish()


def attempt(work: Callable[[], object]) -> None:
    """Do *work*; what it raises is logged, as there is nobody to tell."""
    try:
        work()
    except Exception:
        logger.exception("A link for a new password was not delivered.")


class _Deliveries:
    """The threads of one process, and who waits for them."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(AT_ONCE, "password-reset")
        self._places = BoundedSemaphore(MOST_WAITING)

    def add(self, work: Callable[[], object]) -> None:
        if not self._places.acquire(blocking=False):
            raise ServiceUnavailable("Too many links for new passwords wait to be delivered.")
        delivery = self._threads.submit(copy_context().run, attempt, work)
        delivery.add_done_callback(lambda _: self._places.release())

    def finish(self) -> None:
        self._threads.shutdown(wait=True)


@cache
def _deliveries() -> _Deliveries:
    """Made in the process that needs it; at its end they finish what they have."""
    made = _Deliveries()
    # Python waits for threads, but a worker that was forked ends without that.
    atexit.register(made.finish)
    return made


os.register_at_fork(after_in_child=_deliveries.cache_clear)  # threads stay with the parent

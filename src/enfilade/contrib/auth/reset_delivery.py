"""How a link for a new password comes to its user; nothing here sends mail.

``PASSWORD_RESET_DELIVERY`` names a function of the site's, which takes the user, the link and the
request. Looking for users and delivering happen in a thread of their own, whether there are any
or not: how long the answer takes must not tell who has an account.
"""

import atexit
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from functools import cache
from typing import Any

from enfilade.bridge import async_to_sync, iscoroutinefunction
from enfilade.conf import settings
from enfilade.conf.importing import import_string
from enfilade.exceptions import ImproperlyConfigured
from enfilade.http import HttpRequest

__all__ = ["attempt", "deliver_later", "find_delivery", "finish_deliveries", "log_link"]

Delivery = Callable[[Any, str, HttpRequest], object]

logger = logging.getLogger("enfilade.contrib.auth")

AT_ONCE = 2
"""Deliveries at the same time; the others wait."""


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
    try:
        found = import_string(target) if isinstance(target, str) and target else target
    except (ImportError, AttributeError, ValueError) as error:
        raise ImproperlyConfigured(
            f"PASSWORD_RESET_DELIVERY names {target!r}, which cannot be imported: {error}",
            hint="It is the dotted path of a function(user, link, request).",
        ) from error
    delivery: Delivery = found or log_link
    return async_to_sync(delivery) if iscoroutinefunction(delivery) else delivery


def log_link(user: Any, link: str, request: HttpRequest) -> None:
    """Write the link into the log, for development."""
    logger.warning("The link for a new password of %s: %s", user, link)


def deliver_later(work: Callable[[], object]) -> None:
    """Do *work* in a thread; what it raises is logged."""
    _threads().submit(copy_context().run, attempt, work)


def finish_deliveries() -> None:
    """Wait until everything that was asked for has been delivered: for tests."""
    _threads().shutdown(wait=True)
    _threads.cache_clear()


def attempt(work: Callable[[], object]) -> None:
    """Do *work*; what it raises is logged, as there is nobody to tell."""
    try:
        work()
    except Exception:
        logger.exception("A link for a new password was not delivered.")


@cache
def _threads() -> ThreadPoolExecutor:
    """Made in the process that needs it; at its end they finish what they have."""
    threads = ThreadPoolExecutor(AT_ONCE, "password-reset")
    # Python waits for threads, but a worker that was forked ends without that.
    atexit.register(threads.shutdown)
    return threads

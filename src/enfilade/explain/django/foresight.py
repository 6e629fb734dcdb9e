"""What Django's own middleware will do with a request, found by asking them.

Those that are asked look at the request and the settings and at nothing else. A middleware of the
site, or one that inherits from Django's and has a hook of its own, is never called.
"""

from collections.abc import Callable, Sequence
from typing import Any

from enfilade.explain.django.chain import Link
from enfilade.explain.foresight import Answer

ASKED = frozenset(
    (
        "django.middleware.security.SecurityMiddleware.process_request",
        "django.middleware.locale.LocaleMiddleware.process_request",
        "django.middleware.common.CommonMiddleware.process_request",
    )
)
QUIET = frozenset(
    (
        "django.contrib.sessions.middleware.SessionMiddleware.process_request",
        "django.contrib.auth.middleware.AuthenticationMiddleware.process_request",
        "django.contrib.messages.middleware.MessageMiddleware.process_request",
        "django.middleware.csrf.CsrfViewMiddleware.process_request",
    )
)
"""Hooks that let every request pass, whatever is in it."""

CSRF = "django.middleware.csrf.CsrfViewMiddleware.process_view"
FOR_A_404 = frozenset(
    (
        "django.middleware.common.CommonMiddleware.process_response",
        "django.middleware.locale.LocaleMiddleware.process_response",
    )
)
"""Hooks that may put a redirect in the place of a page that was not found."""


def is_foreseen(link: Link, hook: str) -> bool:
    """Whether it is known what *hook* of *link* does, be it that there is none."""
    name = written_name(link, hook)
    if hook == "process_view":
        return not name or name == CSRF
    return link.made_of_hooks and (not name or name in ASKED or name in QUIET)


def foresee_inward(link: Link, request: Any) -> Answer | None:
    """The answer with which *link* ends the way in, if it does."""
    if not link.made_of_hooks or written_name(link, "process_request") not in ASKED:
        return None
    return _ask(link, lambda: link.middleware.process_request(request))


def foresee_view(links: Sequence[Link], request: Any, view: Any) -> tuple[Link, Answer] | None:
    """The middleware that keeps *request* from *view* for want of cookie and token, and its
    answer, if there is one."""
    from django.conf import settings

    if settings.CSRF_USE_SESSIONS:  # only the store of sessions knows the secret
        return None
    for link in links:
        if written_name(link, "process_view") == CSRF and (reason := _refusal(request, view)):
            return link, Answer(403, f"Forbidden: {reason}", link.short)
    return None


def foresee_outward(link: Link, request: Any, answer: Answer) -> Answer | None:
    """The answer that *link* puts in the place of *answer*, if it does."""
    from django.http import HttpResponseNotFound

    if answer.status != 404 or written_name(link, "process_response") not in FOR_A_404:
        return None
    given = HttpResponseNotFound()

    def ask() -> Any:
        response = link.middleware.process_response(request, given)
        return None if response is given else response

    return _ask(link, ask) if link.made_of_hooks else None


def answer_to(error: Exception, by: str) -> Answer:
    """How Django answers *error*, which *by* raises."""
    from django.core import exceptions
    from django.http import Http404

    text = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    match error:
        case Http404():
            status = 404
        case exceptions.PermissionDenied():
            status = 403
        case exceptions.SuspiciousOperation() | exceptions.BadRequest():
            status = 400
        case _:
            status = 500
    return Answer(status, text, by, failed=True)


def written_name(link: Link, hook: str) -> str:
    """The dotted name of *hook* as it is written; "" if *link* has none."""
    function = getattr(type(link.middleware), hook, None)
    if function is None:
        return "?" if hook in link.hooks else ""
    return f"{function.__module__}.{function.__qualname__}"


def _ask(link: Link, hook: Callable[[], Any]) -> Answer | None:
    try:
        response = hook()
    except Exception as error:
        return answer_to(error, link.short)
    if response is None:
        return None
    location = response.headers.get("Location")
    return Answer(response.status_code, response.reason_phrase, link.short, location)


class _Refused(Exception):
    """The request has not what it needs."""


def _refusal(request: Any, view: Any) -> str:
    """Why Django's check against forged requests refuses this one; "" if it does not."""
    from django.middleware.csrf import CsrfViewMiddleware

    class Asked(CsrfViewMiddleware):  # type: ignore[misc]
        def _reject(self, request: Any, reason: str) -> None:
            raise _Refused(reason)

    asked = Asked(lambda _request: None)
    try:
        asked.process_request(request)
        asked.process_view(request, view, (), {})
    except _Refused as refused:
        return str(refused)
    return ""

"""A site to try orders of middleware on: what it does shows whether they work together."""

import itertools
import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from enfilade.contrib import messages
from enfilade.http import HttpRequest, HttpResponse
from enfilade.middleware.csrf import get_token
from enfilade.test import Client, override_settings
from enfilade.translation import get_language
from enfilade.urls import path
from enfilade.urls.i18n import i18n_patterns

numbers = itertools.count()


def plain(request: HttpRequest) -> HttpResponse:
    return HttpResponse("plain " * 100)


def number(request: HttpRequest) -> HttpResponse:
    """Another page each time that the view runs."""
    return HttpResponse(str(next(numbers)))


def mine(request: Any) -> HttpResponse:
    """A page for one visitor, who gets a session with it."""
    request.session["number"] = next(numbers)
    return HttpResponse(f"yours is {request.session['number']}")


def who(request: Any) -> HttpResponse:
    return HttpResponse(str(request.user))


def token(request: HttpRequest) -> HttpResponse:
    return HttpResponse(get_token(request))


def add(request: HttpRequest) -> HttpResponse:
    messages.info(request, "Saved.")
    return HttpResponse("added")


def show(request: HttpRequest) -> HttpResponse:
    return HttpResponse("|".join(map(str, messages.get_messages(request))))


def language(request: HttpRequest) -> HttpResponse:
    return HttpResponse(get_language())


def touch(request: Any) -> HttpResponse:
    """Uses all that is there."""
    said = []
    if HttpRequest.session.expected(request):
        request.session["n"] = request.session.get("n", 0) + 1
        said.append(request.session["n"])
    if HttpRequest.user.expected(request):
        said.append(request.user)
    if HttpRequest._messages.expected(request):
        said += messages.get_messages(request)
        messages.info(request, "Seen.")
    return HttpResponse(" ".join(map(str, said)))


class URLs:
    views = (plain, number, mine, who, token, add, show, language, touch)
    urlpatterns = [
        *(path(f"{view.__name__}/", view) for view in views),
        *i18n_patterns(path("page/", plain)),
    ]


def visitor() -> Client:
    return Client(enforce_csrf_checks=True, raise_request_exception=False)


def see(address: str, **headers: str) -> Any:
    """What somebody gets who was never here."""
    return visitor().get(address, headers=headers)


@contextmanager
def logged(name: str) -> Iterator[list[logging.LogRecord]]:
    records: list[logging.LogRecord] = []
    handler = logging.Handler()
    handler.emit = records.append  # type: ignore[method-assign]
    logging.getLogger(name).addHandler(handler)
    try:
        yield records
    finally:
        logging.getLogger(name).removeHandler(handler)


@contextmanager
def site(order: Sequence[Any], folder: Path, **settings: Any) -> Iterator[None]:
    if not (folder / "site.css").exists():  # its time is part of its tag
        (folder / "site.css").write_text("p {}")
    cache = {"BACKEND": "enfilade.cache.backends.locmem.LocMemCache"}
    with override_settings(
        MIDDLEWARE=list(order),
        ROOT_URLCONF=URLs,
        CACHES={"default": {**cache, "LOCATION": f"rules {next(numbers)}"}},
        SESSION_ENGINE="enfilade.contrib.sessions.backends.cache",
        LANGUAGES=[("en", "English"), ("de", "German")],
        LANGUAGE_CODE="en",
        STATIC_URL="/static/",
        STATICFILES_DIRS=[folder],
        **settings,
    ):
        yield

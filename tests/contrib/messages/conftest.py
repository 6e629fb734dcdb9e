"""A site that adds and shows messages, in sync and in async views."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from enfilade.contrib import messages
from enfilade.http import HttpRequest, HttpResponse
from enfilade.shortcuts import render
from enfilade.template import TemplateResponse
from enfilade.test import override_settings
from enfilade.urls import path
from threads import CountedThreads, use_counted_threads

SESSIONS = "enfilade.contrib.sessions.middleware.SessionMiddleware"
MESSAGES = "enfilade.contrib.messages.middleware.MessageMiddleware"
STORAGES = "enfilade.contrib.messages.storage"
PROCESSOR = "enfilade.contrib.messages.context_processors.messages"
PAGE = "{% for message in messages %}<p class='{{ message.tags }}'>{{ message }}</p>{% endfor %}"


def add(request: HttpRequest) -> HttpResponse:
    messages.success(request, request.GET.get("text", "Saved."), extra_tags="wide")
    return HttpResponse("added")


def show(request: HttpRequest) -> HttpResponse:
    return HttpResponse("|".join(str(message) for message in messages.get_messages(request)))


async def aadd(request: HttpRequest) -> HttpResponse:
    return add(request)


async def ashow(request: HttpRequest) -> HttpResponse:
    await messages.aget_messages(request)
    return show(request)


async def careless(request: HttpRequest) -> HttpResponse:
    return show(request)


async def arender(request: HttpRequest) -> HttpResponse:
    await messages.aget_messages(request)
    return render(request, "page.html")


async def later(request: HttpRequest) -> HttpResponse:
    return TemplateResponse(request, "page.html")


async def plain(request: HttpRequest) -> HttpResponse:
    return HttpResponse("plain")


class URLs:
    urlpatterns = [path(f"{view.__name__}/", view) for view in (add, show, aadd, ashow)] + [
        path(f"{view.__name__}/", view) for view in (careless, arender, later, plain)
    ]


Keep = Callable[..., Any]


@pytest.fixture
def keeping(tmp_path: Path) -> Keep:
    """Call it with a kind of storage to have the site that keeps messages so, and sessions in
    files, which block."""
    (tmp_path / "page.html").write_text(PAGE)

    @contextmanager
    def keep(kind: str, **values: Any) -> Iterator[None]:
        engine = {"DIRS": [tmp_path], "OPTIONS": {"context_processors": [PROCESSOR]}}
        with override_settings(
            ROOT_URLCONF=URLs,
            MIDDLEWARE=[SESSIONS, MESSAGES],
            MESSAGE_STORAGE=f"{STORAGES}.{kind}.{kind.title()}Storage",
            SESSION_ENGINE="enfilade.contrib.sessions.backends.file",
            SESSION_FILE_PATH=str(tmp_path),
            TEMPLATES=[engine],
            **values,
        ):
            yield

    return keep


@pytest.fixture
async def hops() -> CountedThreads:
    return use_counted_threads()

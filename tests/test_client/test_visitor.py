"""The session of a client, for tests that prepare it or look into it."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from enfilade.http import HttpRequest, HttpResponse
from enfilade.test import AsyncClient, Client, override_settings
from enfilade.urls import path


def count(request: HttpRequest) -> HttpResponse:
    request.session["count"] = request.session.get("count", 0) + 1
    return HttpResponse(str(request.session["count"]))


class URLs:
    urlpatterns = [path("", count)]


@pytest.fixture(autouse=True)
def site(tmp_path: Path) -> Iterator[None]:
    with override_settings(
        ROOT_URLCONF=URLs,
        MIDDLEWARE=["enfilade.contrib.sessions.middleware.SessionMiddleware"],
        SESSION_ENGINE="enfilade.contrib.sessions.backends.file",
        SESSION_FILE_PATH=str(tmp_path),
    ):
        yield


def test_a_test_may_prepare_the_session() -> None:
    client = Client()
    session = client.session
    session["count"] = 41
    session.save()
    assert client.get("/").content == b"42"


def test_a_test_may_look_into_the_session() -> None:
    client = Client()
    client.get("/")
    assert client.session["count"] == 1
    client.get("/")
    assert client.session["count"] == 2


def test_an_async_test_awaits_it() -> None:
    async def story() -> int:
        client = AsyncClient()
        session = await client.asession()
        await session.aset("count", 6)
        await session.asave()
        await client.get("/")
        return int(await (await client.asession()).aget("count"))

    assert asyncio.run(story()) == 7

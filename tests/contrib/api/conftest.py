"""A site of API views, asked over WSGI and over ASGI."""

import asyncio
import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from enfilade.test import AsyncClient, Client, override_settings
from enfilade.urls import path


@pytest.fixture
def install() -> Iterator[Callable[..., None]]:
    """``install(route="view", …)`` or ``install(view, MIDDLEWARE=[…])``: the site of the test."""
    with ExitStack() as stack:

        def make(*views: Any, **values: Any) -> None:
            routes = [path("" if len(views) == 1 else f"{v.__name__}/", v) for v in views]
            urls = values.pop("urls", routes)
            values.setdefault("MIDDLEWARE", [])
            settings = override_settings(
                ROOT_URLCONF=type("URLs", (), {"urlpatterns": urls}), **values
            )
            stack.enter_context(settings)

        yield make


@pytest.fixture(params=["wsgi", "asgi"])
def ask(request: pytest.FixtureRequest) -> Callable[..., Any]:
    """``ask("POST", "/", {"a": 1})`` sends JSON; bytes are sent as they are, as ``type=``."""

    def send(
        method: str,
        where: str = "/",
        data: Any = b"",
        type: str = "application/json",
        *,
        strict: bool = False,
        **headers: str,
    ) -> Any:
        body = data if isinstance(data, (bytes, str)) else json.dumps(data)
        fields = {name.replace("_", "-"): value for name, value in headers.items()}
        kind = Client if request.param == "wsgi" else AsyncClient
        client: Any = kind(raise_request_exception=strict)
        response = client.generic(method, where, body, type, headers=fields)
        return response if request.param == "wsgi" else asyncio.run(_awaited(response))

    return send


async def _awaited(response: Any) -> Any:
    return await response

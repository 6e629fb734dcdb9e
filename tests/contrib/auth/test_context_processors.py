"""``user`` and ``perms`` in templates."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest

from enfilade.contrib.auth.users import AnonymousUser, User
from enfilade.exceptions import SynchronousOnlyOperation
from enfilade.http import HttpRequest, HttpResponse
from enfilade.template.loader import engines
from enfilade.test import AsyncClient, Client, RequestFactory, override_settings
from enfilade.urls import path

PROCESSOR = "enfilade.contrib.auth.context_processors.auth"
CHAIN = [
    "enfilade.contrib.sessions.middleware.SessionMiddleware",
    "enfilade.contrib.auth.middleware.AuthenticationMiddleware",
]
ENGINE = {"OPTIONS": {"context_processors": [PROCESSOR]}}
TEXTS = {
    "name": "{{ user }} {{ user.username }} {{ user.is_authenticated }}",
    "plain": "nobody asks",
    "perms": "{{ perms.gazette.edit }} {{ perms.gazette.delete }} {{ perms['gazette']['edit'] }}",
    "parts": "{% if perms.gazette %}gazette{% endif %}{% if perms.shop %}shop{% endif %}",
    "in": "{{ 'gazette' in perms }} {{ 'gazette.edit' in perms }} {{ 'shop.sell' in perms }}",
    "if": "{% if user.is_authenticated %}in{% else %}out{% endif %}",
    "same": "{{ user == request.user }} {{ user is sameas request.user }} {{ user.pk > 0 }}",
    "escaped": "{{ user }}",
}

pytestmark = pytest.mark.usefixtures("users")


def render(request: HttpRequest, name: str) -> str:
    (engine,) = engines().values()
    return engine.from_string(TEXTS[name]).render({}, request)


def page(request: HttpRequest, name: str) -> HttpResponse:
    return HttpResponse(render(request, name))


async def careless(request: HttpRequest, name: str) -> HttpResponse:
    return HttpResponse(render(request, name))


async def careful(request: HttpRequest, name: str) -> HttpResponse:
    await (await request.auser()).aget_all_permissions()
    return HttpResponse(render(request, name))


class URLs:
    urlpatterns = [
        path("page/<name>/", page),
        path("careless/<name>/", careless),
        path("careful/<name>/", careful),
    ]


@pytest.fixture(autouse=True)
def site() -> Iterator[None]:
    with override_settings(
        ROOT_URLCONF=URLs,
        MIDDLEWARE=CHAIN,
        TEMPLATES=[ENGINE],
        SESSION_ENGINE="enfilade.contrib.sessions.backends.cache",
    ):
        yield


@pytest.fixture
def ann() -> Any:
    user = User.objects.create_user("ann")
    user.user_permissions.add("gazette.edit")
    return user


@pytest.mark.parametrize(
    ("name", "signed_in", "anonymous"),
    [
        ("name", "ann ann True", "AnonymousUser  False"),
        ("perms", "True False True", "False False False"),
        ("parts", "gazette", ""),
        ("in", "True True False", "False False False"),
        ("if", "in", "out"),
    ],
)
def test_a_template_knows_who_it_is_for(
    ann: Any, name: str, signed_in: str, anonymous: str
) -> None:
    client = Client()
    assert client.get(f"/page/{name}/").content.decode() == anonymous
    client.force_login(ann)
    assert client.get(f"/page/{name}/").content.decode() == signed_in
    awaiting = AsyncClient()
    assert asyncio.run(awaiting.get(f"/careful/{name}/")).content.decode() == anonymous
    awaiting.force_login(ann)
    assert asyncio.run(awaiting.get(f"/careful/{name}/")).content.decode() == signed_in


def test_a_template_that_does_not_ask_costs_nothing(ann: Any) -> None:
    client = AsyncClient()
    client.force_login(ann)
    response = asyncio.run(client.get("/careless/plain/"))
    assert response.content == b"nobody asks"
    assert "Vary" not in response.headers
    assert "user" not in response.asgi_request.__dict__


def test_a_coroutine_s_template_that_asks_too_early_is_told_how(ann: Any) -> None:
    client = AsyncClient()
    client.force_login(ann)
    with override_settings(SESSION_ENGINE="enfilade.contrib.sessions.backends.db"):
        client.force_login(ann)
        with pytest.raises(SynchronousOnlyOperation, match=r"request\.user"):
            asyncio.run(client.get("/careless/name/"))


def test_what_stands_for_the_user_is_like_the_user(ann: Any) -> None:
    client = Client()
    client.force_login(ann)
    assert client.get("/page/same/").content == b"True False True"
    ann.username = "<b>"
    ann.save()
    assert client.get("/page/escaped/").content == b"&lt;b&gt;"


def test_without_the_middleware_nobody_is_signed_in() -> None:
    assert render(RequestFactory().get("/"), "name") == "AnonymousUser  False"


def test_it_can_be_used_as_the_user_is(ann: Any) -> None:
    from enfilade.contrib.auth.context_processors import auth

    request = RequestFactory().get("/")
    request.user = ann
    values = auth(request)
    user, perms = values["user"], values["perms"]
    assert isinstance(user, User)
    assert (hash(user), repr(user), bool(user)) == (hash(ann), repr(ann), True)
    assert ann == user != AnonymousUser()
    user.first_name = "Ann"
    assert ann.first_name == "Ann"
    with pytest.raises(TypeError, match="not iterable"):
        list(perms)
    with pytest.raises(TypeError, match="not iterable"):
        list(perms["gazette"])
    assert repr(perms["gazette"]) == "{'gazette.edit'}"
    assert repr(perms) == "PermWrapper(<User: ann>)"

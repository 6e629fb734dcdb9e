"""``enforce_csrf_checks``: whoever the client drives, it is Django's meaning."""

from types import ModuleType

import pytest

from enfilade.handlers.asgi import ASGIHandler
from enfilade.handlers.wsgi import WSGIHandler
from enfilade.http import HttpResponse
from enfilade.middleware.csrf import get_token
from enfilade.test import (
    AsyncClient,
    AsyncRequestFactory,
    Client,
    RequestFactory,
    override_settings,
)
from enfilade.urls import path
from enfilade.views.decorators.csrf import csrf_protect


@pytest.fixture(autouse=True)
def protected_site():
    def form(request):
        return HttpResponse(get_token(request))

    urlconf = ModuleType("protected_site")
    urlconf.urlpatterns = [path("", form)]
    middleware = ["enfilade.middleware.csrf.CsrfViewMiddleware"]
    with override_settings(ROOT_URLCONF=urlconf, MIDDLEWARE=middleware):
        yield


@pytest.mark.parametrize("make", [lambda: None, WSGIHandler], ids=["settings", "application"])
def test_a_client_is_not_checked_unless_it_wants_that(make):
    assert Client(application=make()).post("/").status_code == 200
    assert Client(enforce_csrf_checks=True, application=make()).post("/").status_code == 403


@pytest.mark.parametrize("make", [lambda: None, ASGIHandler], ids=["settings", "application"])
async def test_nor_is_an_async_one(make):
    assert (await AsyncClient(application=make()).post("/")).status_code == 200
    client = AsyncClient(enforce_csrf_checks=True, application=make())
    assert (await client.post("/")).status_code == 403


def test_a_client_that_is_checked_passes_with_the_token_of_the_page():
    client = Client(enforce_csrf_checks=True)
    token = client.get("/").text
    assert client.post("/", {"csrfmiddlewaretoken": token}).status_code == 200
    assert client.put("/", headers={"X-CSRFToken": token}).status_code == 200
    assert client.put("/", headers={"X-CSRFToken": token[::-1]}).status_code == 403


@pytest.mark.parametrize("factory", [RequestFactory(), AsyncRequestFactory()])
def test_a_request_of_a_factory_is_checked(factory):
    view = csrf_protect(lambda request: HttpResponse())
    assert view(factory.post("/")).status_code == 403
    request = factory.post("/")
    request._dont_enforce_csrf_checks = True
    assert view(request).status_code == 200


def test_a_client_on_the_network_cannot_ask_not_to_be_checked():
    client = Client(enforce_csrf_checks=True)
    headers = {"Enfilade.Test.Dont-Enforce-Csrf-Checks": "1"}
    assert client.post("/", headers=headers).status_code == 403

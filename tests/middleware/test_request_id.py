"""The id of a request: where it comes from, and where it is told."""

import re

import pytest

from enfilade.exceptions import ImproperlyConfigured
from enfilade.explain import make_plan
from enfilade.handlers.asgi import ASGIHandler
from enfilade.http import HttpRequest, HttpResponse
from enfilade.middleware.request_id import RequestIDMiddleware
from enfilade.shortcuts import render
from enfilade.test import AsyncClient, Client, override_settings
from enfilade.urls import path

NAMING = "enfilade.middleware.request_id.RequestIDMiddleware"
NEW = re.compile(r"[0-9a-f]{32}")


def tell(request):
    return HttpResponse(request.id)


def page(request):
    return render(request, "page.html")


class URLs:
    urlpatterns = [path("", tell), path("page/", page)]


@pytest.fixture
def visit(tmp_path):
    """Call it with the given id, the address of the peer and settings."""
    (tmp_path / "page.html").write_text("({{ request.id }})")

    def send(given=None, peer="192.0.2.1", target="/", field="X-Request-ID", **values):
        with override_settings(
            MIDDLEWARE=[NAMING], ROOT_URLCONF=URLs, TEMPLATES=[{"DIRS": [tmp_path]}], **values
        ):
            headers = {} if given is None else {field: given}
            return Client(REMOTE_ADDR=peer).get(target, headers=headers)

    return send


def test_each_request_has_an_id_of_its_own(visit):
    ids = {visit().content.decode() for _ in range(20)}
    assert len(ids) == 20
    assert all(NEW.fullmatch(each) for each in ids)


def test_the_response_says_it(visit):
    response = visit()
    assert response.headers["X-Request-ID"] == response.content.decode()
    assert visit(target="/nowhere/").headers["X-Request-ID"]


def test_templates_have_it(visit):
    response = visit(target="/page/")
    assert response.content.decode() == f"({response.headers['X-Request-ID']})"


@pytest.mark.parametrize(
    ("proxies", "peer", "trusted"),
    [
        ([], "127.0.0.1", False),
        (["127.0.0.1"], "127.0.0.1", True),
        (["127.0.0.1"], "127.0.0.2", False),
        (["10.0.0.0/8", "::1"], "10.9.8.7", True),
        (["10.0.0.0/8", "::1"], "::1", True),
        (["10.0.0.0/8"], "", False),
        (["10.0.0.0/8"], "proxy.example", False),
        (["10.0.0.0/8"], "::ffff:10.0.0.1", True),
        (["10.0.0.0/8"], "::ffff:192.0.2.1", False),
        (["*"], "", True),
        (["*"], "192.0.2.1", True),
    ],
)
def test_only_a_trusted_proxy_chooses_it(visit, proxies, peer, trusted):
    response = visit("abc-1", peer, REQUEST_ID_TRUSTED_PROXIES=proxies)
    assert (response.content == b"abc-1") == trusted
    assert response.headers["X-Request-ID"] == response.content.decode()


@pytest.mark.parametrize("given", ["", "a b", "a\tb", "é", "x" * 129, '"', "<b>", "a\\n", "a;b"])
def test_an_id_that_should_not_stand_in_a_log_is_replaced(visit, given):
    response = visit(given, REQUEST_ID_TRUSTED_PROXIES=["*"])
    assert NEW.fullmatch(response.content.decode())


@pytest.mark.parametrize("given", ["x" * 128, "Root=1-67891233-abcdef", "a/b+c=@d.e:f_g"])
def test_the_usual_forms_of_ids_are_taken_over(visit, given):
    assert visit(given, REQUEST_ID_TRUSTED_PROXIES=["*"]).content.decode() == given


def test_the_field_may_have_another_name(visit):
    response = visit(
        "abc",
        field="X-Correlation-ID",
        REQUEST_ID_HEADER="X-Correlation-ID",
        REQUEST_ID_TRUSTED_PROXIES=["*"],
    )
    assert response.headers["X-Correlation-ID"] == "abc"
    assert "X-Request-ID" not in response.headers


def test_a_network_that_cannot_be_read_is_refused_at_start_up(visit):
    with pytest.raises(ImproperlyConfigured, match="REQUEST_ID_TRUSTED_PROXIES") as raised:
        visit(REQUEST_ID_TRUSTED_PROXIES=["10.0.0.1/8"])
    assert "10.0.0.0/8" in raised.value.hint


def test_without_the_middleware_the_error_names_it():
    with pytest.raises(AttributeError) as raised:
        HttpRequest().id
    assert "RequestIDMiddleware" in raised.value.__notes__[0]


async def test_the_async_chain_names_requests_without_a_hop():
    with override_settings(
        MIDDLEWARE=[NAMING], ROOT_URLCONF=URLs, REQUEST_ID_TRUSTED_PROXIES=["127.0.0.1"]
    ):
        assert make_plan(ASGIHandler()).layers[0].hop is None
        response = await AsyncClient().get("/", headers={"X-Request-ID": "abc"})
    assert response.headers["X-Request-ID"] == "abc"
    assert RequestIDMiddleware.blocking is False

"""No output of a plan shows what is secret: neither what was asked nor what is answered."""

import json
from typing import Any

import pytest

from enfilade.contrib.auth.decorators import login_required
from enfilade.explain import explain_request
from enfilade.explain.admission import admit
from enfilade.explain.entrance import Reception
from enfilade.explain.line import Draft, RequestLineError, parse_field
from enfilade.explain.measured import measure
from enfilade.explain.page import make_page
from enfilade.explain.rehearsal import rehearse
from enfilade.http import HttpResponse
from enfilade.secrecy import HIDDEN
from enfilade.server.configuration import configure
from enfilade.urls import path

TOKEN = "c4k2x9-8fd01b7ae2c94d5fa1b2c3d4"
SECRETS = ("hunter2", TOKEN)
MIDDLEWARE = [
    "enfilade.middleware.security.SecurityMiddleware",
    "enfilade.middleware.common.CommonMiddleware",
]
FIELDS = [("Authorization", "Bearer hunter2"), ("Cookie", "sessionid=hunter2")]


def view(request: Any, **arguments: Any) -> Any:
    return HttpResponse()


ROUTES = (
    path("", view),
    path("reset/<str:token>/", view),
    path("login/", login_required(view)),
    path("old/<int:number>/", view),
)


@pytest.mark.parametrize(
    "target",
    [
        "/?password=hunter2&page=2",
        f"/reset/{TOKEN}/",
        f"/reset/{TOKEN}",
        f"/old/{TOKEN}/",
        f"/nowhere/{TOKEN}/?api_key=hunter2",
        "/login/?token=hunter2",
        "http://testserver/?password=hunter2",
    ],
)
@pytest.mark.parametrize("asgi", [False, True], ids=["wsgi", "asgi"])
def test_secrets_of_a_request_are_nowhere(site, target, asgi) -> None:
    settings = {"SECURE_SSL_REDIRECT": target.startswith("http"), "LOGIN_URL": "/login/"}
    handler = site(*ROUTES, MIDDLEWARE=MIDDLEWARE, asgi=asgi, **settings)
    plan = explain_request(handler, "GET", target, fields=FIELDS)
    measured = measure(plan, rehearse(handler, Draft("GET", target, FIELDS)))
    entrance = Reception(configure({}, {}), handler, "wsgi").receive(Draft("GET", target, FIELDS))
    said = [
        json.dumps(admit(plan, entrance).to_dict()),
        json.dumps([node.to_dict() for node in measured.nodes]),
        make_page(plan, None, "app"),
        make_page(plan, measured, "app"),
        *(each.node.label for each in measured.nodes),
    ]
    for secret in SECRETS:
        assert not any(secret in text for text in said)


def test_the_names_of_parameters_are_shown(site) -> None:
    line = explain_request(site(*ROUTES), "GET", "/?password=hunter2&page=2").facts.line
    assert line.query == f"password={HIDDEN}&page=2"


def test_a_field_that_cannot_be_read_is_not_repeated() -> None:
    with pytest.raises(RequestLineError) as error:
        parse_field("Authorization Bearer hunter2")
    assert "hunter2" not in str(error.value)

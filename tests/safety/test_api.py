"""What a client of an API may try: bodies that are read differently by two programs, that are deep
or large or answered at length, and answers that tell too much."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pydantic
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from enfilade.contrib.api import Response, api_view
from enfilade.exceptions import ServiceUnavailable, SuspiciousOperation
from enfilade.test import Client, override_settings
from enfilade.urls import path

JSON = "application/json"


class Grant(pydantic.BaseModel):
    user: str
    admin: bool = False


@api_view(["POST"])
def echo(request: Any) -> Any:
    return Response({"data": request.data, "query": request.query_params, "path": request.path})


@api_view(["POST"])
def grant(request: Any) -> Any:
    return request.validated(Grant)


def raising(make: Callable[[], Exception]) -> Any:
    @api_view(["GET"])
    def view(request: Any) -> Any:
        password = "hunter2"  # noqa: F841
        raise make()

    return view


class URLs:
    urlpatterns = [
        path("echo/<path:rest>", lambda request, rest: echo(request)),
        path("grant/", grant),
        path("bug/", raising(lambda: RuntimeError("postgresql://user:hunter2@10.0.0.7/site"))),
        path("away/", raising(lambda: ServiceUnavailable("redis://10.0.0.7"))),
        path("trick/", raising(lambda: SuspiciousOperation("is not in UPLOADS=/srv/up"))),
    ]


@pytest.fixture(autouse=True)
def site() -> Iterator[None]:
    with override_settings(ROOT_URLCONF=URLs, MIDDLEWARE=[]):
        yield


@pytest.fixture
def client() -> Client:
    return Client(raise_request_exception=False)


@pytest.mark.parametrize(
    "body",
    [
        b'{"user": "eve", "admin": false, "admin": true}',
        b'{"user": "eve", "admin": false, "\\u0061dmin": true}',
    ],
)
def test_name_twice_one_for_the_gateway_one_for_the_site(client: Client, body: bytes) -> None:
    assert client.post("/grant/", body, JSON).status_code == 400


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 1_000_000,
        b'{"a":' * 300_000,
        b"[" * 990 + b"]" * 990,
        b"9" * 1_000_000,
        b"[" + b"1e999," * 1000 + b"1]",
    ],
)
@pytest.mark.parametrize("where", ["/echo/x", "/grant/"])
def test_depth_bomb_and_endless_numbers(client: Client, where: str, body: bytes) -> None:
    answer = client.post(where, body, JSON)
    assert answer.status_code == 400
    assert len(answer.content) < 1000


def test_errors_by_the_thousand(client: Client) -> None:
    @api_view(["POST"])
    def numbers(request: Any) -> Any:
        return request.validated(list[int])

    urls = type("Numbers", (), {"urlpatterns": [path("", numbers)]})
    with override_settings(ROOT_URLCONF=urls):
        answer = client.post("/", b"[" + b"{}," * 50_000 + b"{}]", JSON)
    assert answer.status_code == 422
    assert len(answer.content) < 20_000


@pytest.mark.parametrize("where", ["/bug/", "/away/", "/trick/"])
def test_a_problem_tells_nothing_of_the_house(client: Client, where: str) -> None:
    answer = client.get(where)
    assert answer.status_code in (400, 500, 503)
    assert not any(word in answer.content for word in (b"hunter2", b"10.0.0.7", b"/srv"))
    assert set(answer.json()) == {"type", "title", "status", "instance"}


def test_debug_tells_of_the_bug_but_shows_no_variables(client: Client) -> None:
    with override_settings(DEBUG=True):
        answer = client.get("/bug/")
    assert "frames" in answer.json()["debug"]["exceptions"][0]
    assert b'"password"' not in answer.content


@pytest.mark.parametrize("accept", ["text/html", "*/*", JSON])
def test_a_problem_is_never_taken_for_a_page(client: Client, accept: str) -> None:
    answer = client.post("/echo/<script>", b"{", JSON, headers={"accept": accept})
    assert answer["Content-Type"] == "application/problem+json"
    assert b"<script>" not in answer.content


HOSTILE = st.sampled_from(
    [
        *(b'{"a":', b"[", b"]", b"}", b'"', b"\\u", b"d800", b"\xff", b"\x00", b"NaN", b"1e999"),
        *(
            b'{"a":1,"a":2}',
            b",",
            b":",
            b"--x\r\n",
            b"\r\n\r\n",
            b"a=%ff&b=%",
            b"&",
            b"\xef\xbb\xbf",
        ),
    ]
)
TYPES = st.sampled_from(
    [
        *(JSON, "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"),
        *("multipart/form-data", "text/plain", "", "/", "application/json; charset=hex"),
        *("application/json; a*=utf-8''%ff", "application/x-www-form-urlencoded; charset=utf-7"),
    ]
)
ACCEPTS = st.sampled_from(["*/*", "", JSON, "text/html", "*/*;q=0", ";", "a/b;q=x, */*;q=-1", "*"])


@settings(deadline=None)
@given(st.lists(HOSTILE, max_size=8), TYPES, ACCEPTS, st.sampled_from(["a", "%ff", "é", "%00", ""]))
def test_no_client_chooses_a_500(pieces: list[bytes], kind: str, accept: str, where: str) -> None:
    with override_settings(ROOT_URLCONF=URLs, MIDDLEWARE=[]):
        client = Client()
        answer = client.generic(
            "POST", f"/echo/x{where}?{where}", b"".join(pieces), kind, headers={"accept": accept}
        )
    assert answer.status_code in (200, 400, 406, 415)
    json.loads(answer.content)

"""The wrapper: what is its own, and what is the wrapped request's."""

import asyncio
import copy
import pickle
import threading

import pytest

from enfilade.contrib.api import JSONParser, api_view
from enfilade.contrib.api.negotiation import Formats
from enfilade.contrib.api.parsers import PARSERS
from enfilade.contrib.api.renderers import RENDERERS
from enfilade.contrib.api.request import Request
from enfilade.http import HttpRequest
from enfilade.test import AsyncRequestFactory, Client, RequestFactory

SESSION = "enfilade.contrib.sessions.middleware.SessionMiddleware"


def wrapped(
    method="POST", data=b"[1]", type="application/json", parsers=PARSERS, where="/?a=1&a=2"
):
    http = RequestFactory().generic(method, where, data, type)
    return Request(http, Formats(parsers, RENDERERS))


def test_what_it_does_not_know_the_wrapped_one_does():
    request = wrapped()
    assert request.method == "POST"
    assert request.headers["content-type"] == "application/json"
    assert request.get_full_path() == "/?a=1&a=2"
    assert request.query_params.getlist("a") == ["1", "2"]
    assert "WSGIRequest: POST" in repr(request)


def test_what_is_set_on_it_the_middleware_sees():
    request = wrapped()
    request.user = "Zoë"
    assert request.http.user == "Zoë"
    assert vars(request) is vars(request.http)


def test_what_is_promised_to_the_wrapped_one_is_made_on_first_touch():
    request = wrapped()
    HttpRequest.session.promise(request.http, lambda http: {"of": http})
    assert not HttpRequest.session.touched(request)
    assert request.session["of"] is request.http
    assert HttpRequest.session.touched(request)


def test_an_attribute_that_nobody_has_is_told_with_its_hint():
    with pytest.raises(AttributeError, match="no 'session'") as caught:
        _ = wrapped().session
    assert SESSION in caught.value.__notes__[0]
    assert not hasattr(wrapped(), "nonsense")


@pytest.mark.parametrize(
    "duplicate", [copy.copy, copy.deepcopy, lambda request: pickle.loads(pickle.dumps(request))]
)
def test_a_copy_is_a_request_of_its_own(duplicate):
    request = wrapped()
    assert request.data == [1]
    other = duplicate(request)
    other.user = "Zoë"
    assert other.data == [1]
    assert not hasattr(request, "user")


def test_its_own_attributes_cannot_be_replaced():
    with pytest.raises(AttributeError):
        wrapped().data = 3


def test_the_body_is_parsed_once():
    class Counting(JSONParser):
        calls = 0

        def parse(self, request):
            self.calls += 1
            return super().parse(request)

    parser = Counting()
    request = wrapped(parsers=[parser])
    assert parser.calls == 0
    assert request.data is request.data
    assert parser.calls == 1


def test_a_parser_with_a_mistake_is_not_taken_for_a_missing_attribute():
    class Mistaken:
        media_type = "application/json"

        def parse(self, request):
            return request.nonsense

    with pytest.raises(RuntimeError, match=r"Mistaken failed: .*nonsense"):
        _ = wrapped(parsers=[Mistaken()]).data


def test_the_raw_body_can_still_be_had():
    request = wrapped(data=b"[ 1 ]")
    assert request.data == [1]
    assert request.body == b"[ 1 ]"


def test_a_form_is_the_one_that_django_names_so():
    request = wrapped(data="a=1", type="application/x-www-form-urlencoded")
    assert request.data is request.POST


@pytest.mark.parametrize(
    ("type", "body", "in_thread"),
    [
        ("application/json", b'{"a": "1"}', False),
        (
            "multipart/form-data; boundary=x",
            b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--x--\r\n',
            True,
        ),
    ],
)
def test_data_can_be_awaited_and_takes_a_thread_only_where_it_may_wait(type, body, in_thread):
    seen = []

    class Noting:
        def __init__(self, parser):
            self.media_type, self.inner = parser.media_type, parser

        def parse(self, request):
            seen.append(threading.current_thread() is not threading.main_thread())
            return self.inner.parse(request)

    http = AsyncRequestFactory().generic("POST", "/", body, type)
    request = Request(http, Formats(map(Noting, PARSERS), RENDERERS))
    data = asyncio.run(request.adata())
    assert data["a"] == "1"
    assert data is request.data
    assert seen == [in_thread]


def test_a_coroutine_can_await_the_data_of_a_large_body(ask, install):
    @api_view(["PUT"])
    async def size(request):
        return {"size": len(await request.adata())}

    install(size, FILE_UPLOAD_MAX_MEMORY_SIZE=10)
    assert ask("PUT", "/", [1] * 1000).json() == {"size": 1000}


def test_a_session_that_the_view_has_written_is_kept(install):
    @api_view(["POST"])
    def count(request):
        request.session["count"] = request.session.get("count", 0) + 1
        return {"count": request.session["count"]}

    install(
        count,
        MIDDLEWARE=[SESSION],
        SESSION_ENGINE="enfilade.contrib.sessions.backends.signed_cookies",
    )
    client = Client()
    assert [client.post("/").json()["count"] for _ in range(3)] == [1, 2, 3]

"""Responses that are kept elsewhere, in a cache for example, and come back."""

import pickle

import pytest

from enfilade.handlers.wsgi import WSGIHandler
from enfilade.http import (
    HttpResponse,
    HttpResponseNotModified,
    HttpResponseRedirect,
    JsonResponse,
    StreamingHttpResponse,
)
from enfilade.test import Client, override_settings
from enfilade.urls import path, reverse_lazy


class Urls:
    urlpatterns = [path("tea/", lambda request: HttpResponse("green"), name="tea")]


def again(response):
    return pickle.loads(pickle.dumps(response))


@pytest.mark.parametrize(
    "response",
    [
        HttpResponse("é", status=201, reason="Made", charset="latin-1", headers={"X-A": "1"}),
        JsonResponse({"a": 1}),
        HttpResponseRedirect("/elsewhere/"),
        HttpResponseNotModified(),
    ],
    ids=repr,
)
def test_a_response_comes_back_as_it_was(response):
    response.set_cookie("tea", "green", max_age=10)
    twin = again(response)
    assert repr(twin) == repr(response)
    assert (twin.content, twin.headers) == (response.content, response.headers)
    assert twin.wsgi_headers() == response.wsgi_headers()
    assert (twin.reason_phrase, twin.charset) == (response.reason_phrase, response.charset)


def test_what_is_to_be_closed_stays_with_the_first():
    closed = []
    response = HttpResponse()
    response._resource_closers.append(lambda: closed.append(True))
    again(response).close()
    assert not closed
    response.close()
    assert closed


def test_a_response_of_the_test_client_leaves_the_walk_behind():
    with override_settings(ROOT_URLCONF=Urls):
        response = Client().get("/tea/")
    assert response._handler_class is not None
    twin = again(response)
    assert twin.content == b"green"
    assert twin._handler_class is None
    assert not {"client", "request", "wsgi_request", "json", "context"} & set(vars(twin))
    assert issubclass(response._handler_class, WSGIHandler)


def test_a_stream_cannot_be_kept():
    with pytest.raises(TypeError, match="generator"):
        pickle.dumps(StreamingHttpResponse(c for c in "abc"))


def test_a_lazy_address_is_text_in_json():
    with override_settings(ROOT_URLCONF=Urls):
        assert JsonResponse({"to": reverse_lazy("tea")}).content == b'{"to": "/tea/"}'

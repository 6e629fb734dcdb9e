"""Class-based views, compared with Django's wherever both have the same thing."""

import asyncio
import inspect

import pytest

from enfilade.bridge import iscoroutinefunction
from enfilade.exceptions import ImproperlyConfigured
from enfilade.http import HttpResponse
from enfilade.views import View

METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW"]


def _reading(side):
    class Reading(side.View):
        greeting = "hello"

        def get(self, request, *args, **kwargs):
            return side.HttpResponse(f"{self.greeting} {args} {kwargs} {self.request is request}")

    return Reading


def _writing(side):
    class Writing(side.View):
        def post(self, request):
            return side.HttpResponse("posted", status=201)

        def head(self, request):
            return side.HttpResponse(headers={"X-Head": "own"})

    return Writing


def _narrow(side):
    class Narrow(side.View):
        http_method_names = ["get", "delete"]

        def get(self, request):
            return side.HttpResponse("got")

        def post(self, request):
            return side.HttpResponse("never")

    return Narrow


def _asynchronous(side):
    class Asynchronous(side.View):
        async def get(self, request):
            return side.HttpResponse("awaited")

    return Asynchronous


def _seen(side, make, method):
    view = make(side).as_view()
    response = view(side.factory.generic(method, "/"))
    if inspect.isawaitable(response):
        response = asyncio.run(_awaited(response))
    return response.status_code, dict(response.items()), response.content


async def _awaited(response):
    return await response


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("make", [_reading, _writing, _narrow, _asynchronous])
def test_answers_each_method_as_django_does(sides, make, method):
    ours, theirs = (_seen(side, make, method) for side in sides)
    assert ours == theirs


def test_passes_arguments_and_initkwargs_as_django_does(sides):
    contents = []
    for side in sides:
        view = _reading(side).as_view(greeting="good evening")
        contents.append(view(side.factory.get("/"), 1, slug="x").content)
    assert contents[0] == contents[1] == b"good evening (1,) {'slug': 'x'} True"


@pytest.mark.parametrize("initkwargs", [{"post": 1}, {"unknown": 1}])
def test_refuses_initkwargs_that_the_class_does_not_have(sides, initkwargs):
    for side in sides:
        with pytest.raises(TypeError):
            _reading(side).as_view(**initkwargs)


def test_as_view_belongs_to_the_class_only(sides):
    for side in sides:
        with pytest.raises(AttributeError):
            _reading(side)().as_view()


def test_every_request_has_an_instance_of_its_own(rf):
    class Counting(View):
        def setup(self, request, *args, **kwargs):
            super().setup(request, *args, **kwargs)
            self.count = getattr(self, "count", 0) + 1

        def get(self, request):
            return HttpResponse(str(self.count))

    view = Counting.as_view()
    assert [view(rf.get("/")).content for _ in range(2)] == [b"1", b"1"]


def test_says_so_when_setup_forgets_its_parent(rf):
    class Forgetful(View):
        def setup(self, request, *args, **kwargs):
            pass

    with pytest.raises(AttributeError, match="forget to call super"):
        Forgetful.as_view()(rf.get("/"))


def test_the_function_carries_what_tools_look_for():
    class Documented(View):
        """Shows something."""

        def dispatch(self, request, *args, **kwargs):
            return super().dispatch(request, *args, **kwargs)

        dispatch.csrf_exempt = True

    view = Documented.as_view()
    assert view.view_class is Documented
    assert view.view_initkwargs == {}
    assert view.__doc__ == "Shows something."
    assert view.__module__ == __name__
    assert view.csrf_exempt is True


def test_is_async_if_its_methods_are(sides):
    for side in sides:
        assert _asynchronous(side).view_is_async is True
        assert _reading(side).view_is_async is False
        assert side.View.view_is_async is False
        assert iscoroutinefunction(_asynchronous(side).as_view())
        assert not iscoroutinefunction(_reading(side).as_view())


def test_refuses_to_mix_sync_and_async_methods():
    class Mixed(View):
        async def get(self, request): ...

        def post(self, request): ...

    with pytest.raises(ImproperlyConfigured, match="all sync or all async"):
        Mixed.as_view()


def test_a_refused_method_is_logged_once_with_its_path(rf, caplog):
    class Reading(View):
        def get(self, request): ...

    Reading.as_view()(rf.post("/poems/"))
    assert [record.getMessage() for record in caplog.records] == [
        "Method Not Allowed (POST): /poems/"
    ]

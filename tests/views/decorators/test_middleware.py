"""Middleware around one view, compared with Django's way of doing it."""

import threading
from types import SimpleNamespace

import django.http
import django.utils.decorators
import django.utils.deprecation
import pytest

import enfilade.views.decorators
from enfilade.bridge import in_thread
from enfilade.exceptions import ImproperlyConfigured
from enfilade.http import HttpResponse
from enfilade.middleware import MiddlewareMixin
from enfilade.template import SimpleTemplateResponse
from enfilade.urls import path

OURS = SimpleNamespace(
    decorators=enfilade.views.decorators, Mixin=MiddlewareMixin, HttpResponse=HttpResponse
)
DJANGO = SimpleNamespace(
    decorators=django.utils.decorators,
    Mixin=django.utils.deprecation.MiddlewareMixin,
    HttpResponse=django.http.HttpResponse,
)
HOOKS = [
    "process_request",
    "process_view",
    "process_exception",
    "process_template_response",
    "process_response",
]


class Lazy:
    """A response as a template makes it: rendered later, with callbacks."""

    def __init__(self):
        self.callbacks = []

    def add_post_render_callback(self, callback):
        self.callbacks.append(callback)

    def render(self):
        for callback in self.callbacks:
            callback(self)
        return self


def middleware(side, seen, answering=()):
    """A middleware that notes its hooks, some of which answer themselves."""

    def hook(name):
        def called(self, request, *args):
            seen.append(name)
            if name in ("process_response", "process_template_response"):
                return args[0]
            return side.HttpResponse(name) if name in answering else None

        return called

    return type("Noting", (side.Mixin,), {name: hook(name) for name in HOOKS})


def view_of(side, behaviour, seen):
    def view(request, *args, **kwargs):
        seen.append(("view", args, kwargs))
        if behaviour == "fail":
            raise LookupError("lost")
        return Lazy() if behaviour == "lazy" else side.HttpResponse("reached")

    return view


async def walk(side, behaviour, answering, is_async):
    seen = []
    sync_view = view_of(side, behaviour, seen)

    async def async_view(request, *args, **kwargs):
        return sync_view(request, *args, **kwargs)

    decorate = side.decorators.decorator_from_middleware(middleware(side, seen, answering))
    view = decorate(async_view if is_async else sync_view)
    try:
        response = view("request", 1, two=2)
        response = await response if is_async else response
    except LookupError as exc:
        return [*seen, str(exc)]
    if behaviour == "lazy" and isinstance(response, Lazy):
        seen.append("returned")
        response.render()
        return seen
    return [*seen, response.content]


@pytest.mark.parametrize("is_async", [False, True], ids=["sync", "async"])
@pytest.mark.parametrize("behaviour", ["answer", "fail", "lazy"])
@pytest.mark.parametrize("answering", [(), *((name,) for name in HOOKS[:3])])
async def test_calls_the_hooks_as_django_does(behaviour, answering, is_async):
    ours = await walk(OURS, behaviour, answering, is_async)
    assert ours == await walk(DJANGO, behaviour, answering, is_async)


@pytest.mark.parametrize("side", [OURS, DJANGO], ids=["enfilade", "django"])
def test_the_middleware_may_take_arguments(side):
    class Signing(side.Mixin):
        def __init__(self, get_response, name, mark="."):
            super().__init__(get_response)
            self.signature = name + mark

        def process_response(self, request, response):
            return response + self.signature

    signing = side.decorators.decorator_from_middleware_with_args(Signing)

    @signing("Ada", mark="!")
    def view(request):
        """Signed."""
        return "Yours, "

    assert view("request") == "Yours, Ada!"
    assert view.__doc__ == "Signed."


class Threads(MiddlewareMixin):
    def process_request(self, request):
        request.append(threading.current_thread())


class Quick(Threads):
    blocking = False


@pytest.mark.parametrize(("kind", "stays"), [(Threads, False), (Quick, True)])
async def test_a_hook_that_may_block_leaves_the_event_loop(kind, stays):
    @enfilade.views.decorators.decorator_from_middleware(kind)
    async def view(request): ...

    request = []
    await view(request)
    assert (request == [threading.current_thread()]) is stays


@pytest.mark.parametrize("is_async", [False, True])
async def test_hooks_may_be_coroutine_functions(is_async):
    class Early(MiddlewareMixin):
        async def process_request(self, request):
            return "early"

    async def async_view(request): ...

    decorate = enfilade.views.decorators.decorator_from_middleware(Early)
    if is_async:
        assert await decorate(async_view)("r") == "early"
    else:
        assert await in_thread(decorate(lambda request: None))("r") == "early"


def test_a_middleware_without_hooks_is_refused():
    def passing(get_response):
        return get_response

    with pytest.raises(ImproperlyConfigured, match="has no hooks"):
        enfilade.views.decorators.decorator_from_middleware(passing)(lambda request: None)


def test_a_real_template_response_is_finished_when_it_is_rendered(tmp_path, site):
    class Measuring(MiddlewareMixin):
        def process_response(self, request, response):
            response.headers["X-Length"] = str(len(response.content))
            return response

    @enfilade.views.decorators.decorator_from_middleware(Measuring)
    def view(request):
        return SimpleTemplateResponse("five.txt")

    (tmp_path / "five.txt").write_text("fives")
    client = site(path("", view), TEMPLATES=[{"DIRS": [tmp_path]}])
    assert client.get("/").headers["X-Length"] == "5"

"""The table of the walk, held against the house: its modules, its events, its documents."""

import asyncio
import http.client
import re
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType

import pytest

from enfilade import HttpResponse, lifecycle, path, trace
from enfilade.handlers.asgi import ASGIHandler
from enfilade.handlers.wsgi import WSGIHandler
from enfilade.middleware import MiddlewareMixin
from enfilade.server.engine import choose_loop
from enfilade.server.options import Options
from enfilade.test import override_settings

ROOT = Path(__file__).parents[2]


class EveryHook(MiddlewareMixin):
    """Has all the hooks on the walk and changes nothing."""

    blocking = False

    def process_request(self, request):
        return None

    def process_view(self, request, view, args, kwargs):
        return None

    def process_response(self, request, response):
        return response


def view(request, year):
    return HttpResponse(f"printed in {year}")


@pytest.fixture
def site() -> Iterator[None]:
    module = ModuleType("urlconf_of_the_walk")
    module.urlpatterns = [path("<int:year>/", view)]
    sys.modules[module.__name__] = module
    with override_settings(ROOT_URLCONF=module.__name__, MIDDLEWARE=[EveryHook]):
        yield
    del sys.modules[module.__name__]


@pytest.fixture
def served(site: None) -> Iterator[Callable[[str], bytes]]:
    """Ask our own server, over a socket."""
    listener = socket.create_server(("127.0.0.1", 0))
    loop = choose_loop()([listener], WSGIHandler(), Options())
    thread = threading.Thread(target=loop.run)
    thread.start()

    def get(target: str) -> bytes:
        client = http.client.HTTPConnection(*listener.getsockname(), timeout=10)
        client.request("GET", target, headers={"Connection": "close"})
        body = client.getresponse().read()
        client.close()
        loop.drain()
        thread.join(10)
        return body

    yield get
    loop.drain()
    thread.join(10)
    listener.close()


@pytest.fixture
def traces() -> Iterator[list[trace.Trace]]:
    with trace.recording() as collected:
        yield collected


def events(record: trace.Trace) -> list[str]:
    """The events of steps, each where it came first."""
    named = (event.event for event in record.events if event.event != lifecycle.HOP)
    return list(dict.fromkeys(named))


def test_one_request_fires_every_event_in_the_order_of_the_table(traces, served):
    assert served("/2026/") == b"printed in 2026"
    (record,) = traces
    assert events(record) == list(lifecycle.EVENTS)


def test_time_never_runs_backwards_on_the_walk(traces, served):
    served("/2026/")
    moments = [event.at for event in traces[0].events]
    assert moments == sorted(moments)


def test_a_request_without_a_route_skips_view_and_view_hooks(traces, served):
    served("/nowhere/")
    missing = set(lifecycle.EVENTS) - set(events(traces[0]))
    assert missing == {"middleware.view", "view"}


def test_under_asgi_the_framework_half_fires_its_events_in_the_same_order(traces, site):
    scope = {
        "type": "http",
        "method": "GET",
        "path": "/2026/",
        "query_string": b"",
        "headers": [(b"host", b"testserver")],
    }

    async def receive():
        # The body, then silence: a client that stays.
        if not asked:
            asked.append(True)
            return {"type": "http.request", "body": b""}
        return await asyncio.Event().wait()

    async def send(message):
        sent.append(message)

    asked, sent = [], []
    asyncio.run(ASGIHandler()(scope, receive, send))
    assert sent[0]["status"] == 200
    framework = [s.event for s in lifecycle.STEPS if s.half is lifecycle.Half.FRAMEWORK]
    assert events(traces[0]) == framework


@pytest.mark.parametrize("step", lifecycle.STEPS, ids=lambda step: step.event)
def test_the_module_of_every_step_exists(step):
    assert find_spec(step.module)


@pytest.mark.parametrize("step", lifecycle.STEPS, ids=lambda step: step.event)
def test_the_architecture_names_the_room_of_every_step(step):
    table = (ROOT / "ARCHITECTURE.md").read_text("utf-8")
    row = re.search(rf"^\| {step.number} \|.*$", table, re.MULTILINE)
    assert row
    assert f"`{step.folder}/`" in row[0]


@pytest.mark.parametrize("step", lifecycle.STEPS, ids=lambda step: step.event)
def test_the_page_of_every_step_begins_with_its_purpose(step):
    page = f"{step.number:02}-{step.event.replace('.', '-')}.md"
    title, _way, first, *_ = (ROOT / "docs/lifecycle" / page).read_text().split("\n\n")
    assert title == f"# {step.number}. {step.name}"
    assert first == step.purpose


def test_steps_are_numbered_from_one_to_thirteen():
    assert [step.number for step in lifecycle.STEPS] == list(range(1, 14))


def test_a_step_is_found_by_its_event():
    assert lifecycle.step("resolve").number == 7
    with pytest.raises(KeyError):
        lifecycle.step("no such event")

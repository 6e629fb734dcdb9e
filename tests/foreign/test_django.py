"""Django observed: nothing is different, and everything is seen."""

import asyncio
import logging
import pickle
import re
import traceback
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.core.exceptions import MiddlewareNotUsed
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.http import HttpResponse, StreamingHttpResponse
from django.template import engines
from django.template.response import TemplateResponse
from django.utils.decorators import async_only_middleware
from django.utils.deprecation import MiddlewareMixin
from hypothesis import given, settings

from django_sites import (
    MAKER,
    REQUESTS,
    SITES,
    Answered,
    MadeUp,
    ask,
    ask_async,
    environ_of,
    handler_of,
)
from enfilade import trace
from enfilade.foreign.django.loading import site_of
from enfilade.trace import Trace

pytestmark = pytest.mark.filterwarnings("ignore:StreamingHttpResponse must consume")
SLUMBER = logging.CRITICAL + 1


@pytest.fixture(autouse=True)
def silence() -> Any:
    loggers = [logging.getLogger(name) for name in ("django.request", "django.security")]
    before = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(SLUMBER)
    yield
    for logger, level in zip(loggers, before, strict=True):
        logger.setLevel(level)


def keys(record: Trace) -> list[str]:
    return [f"{event.event} {event.node}" for event in record.events]


def tell(site: MadeUp, target: str = "/page/", asgi: bool = False) -> tuple[Answered, Trace]:
    record = Trace()
    with site.installed():
        return ask(handler_of(asgi), "GET", target, record), record


@settings(max_examples=200, deadline=None)
@given(SITES, REQUESTS)
def test_a_request_is_answered_alike_with_a_trace_and_without(site, request) -> None:
    for asgi in (False, True):
        record = Trace()
        with site.installed():
            handler = handler_of(asgi)
            before = ask(handler, *request)
            traced = ask(handler, *request, record)
            after = ask(handler, *request)
        assert traced == before == after
        assert record.events[0].event == "handler"


@settings(max_examples=100, deadline=None)
@given(SITES, REQUESTS)
def test_every_event_is_over_and_lies_within_another(site, request) -> None:
    for asgi in (False, True):
        record = Trace()
        with site.installed():
            ask(handler_of(asgi), *request, record)
        around: list[Any] = []
        for event in record.events:
            assert event.until >= event.at > 0
            while around and event.at >= around[-1].until:
                around.pop()
            assert not around or event.until <= around[-1].until
            around.append(event)


def seen(request: Any) -> HttpResponse:
    return HttpResponse("seen")


class Porter(MiddlewareMixin):
    def process_request(self, request: Any) -> None:
        request.porter = True

    def process_view(self, request: Any, view: Any, args: Any, kwargs: Any) -> None:
        assert view is seen

    def process_response(self, request: Any, response: Any) -> Any:
        return response


def test_the_steps_of_a_request_are_noted_in_their_order() -> None:
    answer, record = tell(MadeUp([Porter], seen))
    assert answer.body == b"seen"
    porter = "django_site_that_nobody_thought_of.m0"
    assert keys(record) == [
        "handler WSGIHandler",
        "request GET /page/",
        f"middleware.in {porter}",
        "resolve /page/",
        f"middleware.view {porter}.process_view",
        f"view {__name__}.seen",
        "render response",
        f"middleware.out {porter}",
    ]
    assert record.events[3].detail == "1 pattern tried, page/ wins"


def test_under_asgi_every_hop_is_noted() -> None:
    _, record = tell(MadeUp([Porter], seen), asgi=True)
    porter = "django_site_that_nobody_thought_of.m0"
    assert keys(record) == [
        "handler ASGIHandler",
        "request GET /page/",
        f"middleware.in {porter}",
        "hop to thread",
        "resolve /page/",
        "hop to thread",
        f"middleware.view {porter}.process_view",
        "hop to thread",
        f"view {__name__}.seen",
        "render response",
        f"middleware.out {porter}",
        "hop to thread",
    ]


def test_the_details_tell_what_failed() -> None:
    answer, record = tell(MadeUp([], MAKER.view_of("raise", is_async=False)))
    assert answer.status == 500
    view, page = record.events[-2:]
    assert (view.outcome, view.detail) == ("raised", "ValueError")
    assert (page.node, page.detail) == ("error page", "500 ValueError")


def test_a_path_without_a_view_tells_how_many_patterns_were_tried() -> None:
    _, record = tell(MadeUp([], seen), "/nowhere/")
    assert record.events[2].detail == "Resolver404: 3 patterns tried"


def test_a_middleware_that_answers_skips_what_is_further_in() -> None:
    def closed(get_response: Any) -> Any:
        return lambda request: HttpResponse("closed", status=503)

    answer, record = tell(MadeUp([closed, Porter], seen))
    assert answer.status == 503
    assert keys(record)[2:] == ["middleware.in django_site_that_nobody_thought_of.m0"]
    assert record.events[2].outcome == "answered"


def test_a_stream_is_noted_while_it_is_sent() -> None:
    def stream(request: Any) -> Any:
        return StreamingHttpResponse(iter([b"a", b"b", b"c"]))

    answer, record = tell(MadeUp([], stream))
    assert answer.body == b"abc"
    assert (record.events[-1].node, record.events[-1].detail) == ("body", "3 pieces")
    _, record = tell(MadeUp([], stream), asgi=True)
    assert record.events[-1].node == "body"


def test_a_stream_that_is_left_is_closed_and_its_event_over() -> None:
    closed = []

    def pieces() -> Any:
        try:
            while True:
                yield b"more"
        finally:
            closed.append(True)

    record = Trace()
    with MadeUp([], lambda request: StreamingHttpResponse(pieces())).installed():
        environ = environ_of("GET", "/page/", record)
        body = handler_of(False)(environ, lambda *said: None)
        assert next(iter(body)) == b"more"
        body.close()
    assert closed == [True]
    assert record.events[-1].until


def test_a_template_response_is_rendered_once_and_can_be_pickled_afterwards() -> None:
    made = []

    def late(request: Any) -> Any:
        template = engines["django"].from_string("rendered {{ word }}")
        made.append(TemplateResponse(request, template, {"word": "late"}))
        return made[-1]

    templates = [{"BACKEND": "django.template.backends.django.DjangoTemplates"}]
    site = MadeUp([], late, {"TEMPLATES": templates})
    answer, record = tell(site)
    assert answer.body == b"rendered late"
    assert keys(record)[-1] == "render response"
    assert "render" not in vars(made[0])
    assert pickle.loads(pickle.dumps(made[0])).content == b"rendered late"


def test_signals_have_the_sender_that_they_always_have() -> None:
    senders = []

    def note(sender: Any, **kwargs: Any) -> None:
        senders.append(sender)

    request_started.connect(note)
    request_finished.connect(note)
    try:
        tell(MadeUp([], seen))
    finally:
        request_started.disconnect(note)
        request_finished.disconnect(note)
    assert senders == [WSGIHandler, WSGIHandler]


def test_a_handler_of_the_site_keeps_its_own_methods_and_what_they_count() -> None:
    class Counting(WSGIHandler):
        count = 0

        def _get_response(self, request: Any) -> Any:
            self.count += 1
            return super()._get_response(request)

    with MadeUp([], seen).installed():
        handler = Counting()
        ask(handler, "GET", "/page/", Trace())
        ask(handler, "GET", "/page/")
    assert handler.count == 2


def test_tracebacks_show_what_they_show_without_a_trace(caplog) -> None:
    logger = logging.getLogger("django.request")
    logger.setLevel(logging.ERROR)
    logger.addHandler(caplog.handler)
    try:
        with MadeUp([], MAKER.view_of("raise", is_async=False)).installed():
            handler = handler_of(False)
            ask(handler, "GET", "/page/")
            ask(handler, "GET", "/page/", Trace())
    finally:
        logger.removeHandler(caplog.handler)
    shown = {"".join(traceback.format_tb(record.exc_info[2])) for record in caplog.records}
    assert len(shown) == 1


def test_the_debug_page_shows_the_same_frames() -> None:
    site = MadeUp([], MAKER.view_of("raise", is_async=False), {"DEBUG": True})
    with site.installed():
        handler = handler_of(False)
        pages = [ask(handler, "GET", "/page/", record).body for record in (None, Trace())]
    plain, traced = (re.findall(rb'<code class="fname">(.*?)</code>', page) for page in pages)
    assert plain == traced
    assert len(plain) > 2


def test_somebody_who_listens_gets_the_traces_of_all_requests() -> None:
    for asgi in (False, True):
        with MadeUp([Porter], seen).installed(), trace.recording() as traces:
            handler = handler_of(asgi)
            ask(handler, "GET", "/page/")
            ask(handler, "GET", "/nowhere/")
        assert [keys(record)[1] for record in traces] == [
            "request GET /page/",
            "request GET /nowhere/",
        ]


def test_what_declines_is_left_out() -> None:
    def declines(get_response: Any) -> Any:
        raise MiddlewareNotUsed

    with MadeUp([Porter, declines], seen).installed():
        site = site_of(handler_of(False))
    assert [layer.path[-2:] for layer in site.layers] == ["m0"]
    assert [path[-2:] for path in site.left_out] == ["m1"]


def test_one_that_declines_behind_a_door_leaves_the_others_as_they_are() -> None:
    def declines(get_response: Any) -> Any:
        raise MiddlewareNotUsed

    @async_only_middleware
    def coroutine(get_response: Any) -> Any:
        async def middleware(request: Any) -> Any:
            return await get_response(request)

        return middleware

    asked = async_only_middleware(declines)
    for chain in ([Porter, asked, Porter], [coroutine, declines, Porter], [declines, coroutine]):
        for asgi in (False, True):
            with MadeUp(chain, seen).installed():
                handler, record = handler_of(asgi), Trace()
                plain = ask(handler, "GET", "/page/")
                assert ask(handler, "GET", "/page/", record) == plain
                paths = [layer.path for layer in site_of(handler).layers]
            names = [each.node for each in record.events if each.event == "middleware.in"]
            assert names == paths
            names = [each.node for each in record.events if each.event == "middleware.out"]
            assert names == paths[::-1]


def test_handlers_that_are_loaded_at_once_have_each_its_own_chain() -> None:
    class Hostess(MiddlewareMixin):
        def __init__(self, get_response: Any) -> None:
            super().__init__(get_response)
            if not guests:
                guests.append(None)
                guests[0] = WSGIHandler()

    guests: list[Any] = []
    with MadeUp([Porter, Hostess, Porter], seen).installed():
        handlers = [WSGIHandler(), *guests]
        with ThreadPoolExecutor(8) as threads:
            handlers += threads.map(lambda _: WSGIHandler(), range(64))
        records = [Trace() for _ in handlers]
        for handler, record in zip(handlers, records, strict=True):
            assert ask(handler, "GET", "/page/", record).body == b"seen"
    assert {len(site_of(handler).layers) for handler in handlers} == {3}
    assert len({tuple(keys(record)) for record in records}) == 1


def test_a_handler_that_cannot_be_observed_works_as_ever(caplog) -> None:
    class Own(WSGIHandler):
        def load_middleware(self, is_async: bool = False) -> None:
            super().load_middleware(is_async)

        def adapt_method_mode(self, is_async: bool, method: Any, *args: Any) -> Any:
            if getattr(method, "__name__", "") == "process_view":
                self._view_middleware.append(method)  # one more than there are
            return super().adapt_method_mode(is_async, method, *args)

    record = Trace()
    with MadeUp([Porter], seen).installed():
        handler = Own()
        assert ask(handler, "GET", "/page/", record).body == b"seen"
    assert site_of(handler) is None
    assert "cannot be observed" in caplog.text
    assert keys(record) == ["handler Own", "request GET /page/"]


def test_a_client_that_goes_leaves_no_event_open() -> None:
    async def slow(request: Any) -> HttpResponse:
        await asyncio.sleep(60)
        return HttpResponse()

    record = Trace()
    messages = [{"type": "http.disconnect"}, {"type": "http.request", "body": b""}]

    async def receive() -> Any:
        await asyncio.sleep(0.01)
        return messages.pop()

    async def send(message: Any) -> None:
        raise AssertionError("nobody listens")

    scope = {"type": "http", "method": "GET", "path": "/page/", "query_string": b"",
             "headers": [(b"host", b"testserver")], trace.KEY: record}  # fmt: skip
    with MadeUp([Porter], slow, {}).installed():
        handler = handler_of(True)
        site_of(handler).view_hooks.clear()
        handler._view_middleware.clear()
        asyncio.run(handler(scope, receive, send))
    view = record.events[-1]
    assert (view.event, view.outcome, view.detail) == ("view", "raised", "CancelledError")
    assert all(event.until for event in record.events)


def test_doors_between_modes_are_known() -> None:
    def plain(get_response: Any) -> Any:
        return lambda request: get_response(request)

    with MadeUp([Porter, plain, Porter], seen).installed():
        site = site_of(handler_of(True))
    assert [(layer.is_async, layer.door) for layer in site.layers] == [
        (False, ""),  # Django brings nothing back to the loop outside of what is synchronous
        (False, "to loop"),
        (True, ""),
    ]
    assert site.door == "to thread"


def test_two_requests_at_once_keep_their_events_apart() -> None:
    async def slow(request: Any) -> HttpResponse:
        await asyncio.sleep(0.01)
        return HttpResponse("slow")

    records = [Trace() for _ in range(4)]
    with MadeUp(["django.middleware.common.CommonMiddleware"], slow).installed():
        handler = handler_of(True)

        async def all_of_them() -> None:
            await asyncio.gather(*(ask_async(handler, "GET", "/page/", each) for each in records))

        asyncio.run(all_of_them())
    assert len({tuple(keys(record)) for record in records}) == 1
    assert all(len(record.events) == len(records[0].events) > 6 for record in records)

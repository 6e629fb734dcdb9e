"""The stations of real walks: what each room shows, and which rooms are not entered."""

import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.utils.functional import SimpleLazyObject, lazystr

import enfilade.server.asgi
from enfilade import HttpResponse, path
from enfilade.explain import explain_request
from enfilade.explain.line import Draft
from enfilade.explain.walk import Station, Venue, find_stations, take_walk
from enfilade.handlers.asgi import ASGIHandler
from enfilade.handlers.wsgi import WSGIHandler
from enfilade.http import HttpResponseRedirect, StreamingHttpResponse
from enfilade.middleware import MiddlewareMixin
from enfilade.server.configuration import Configuration, configure
from enfilade.translation import gettext_lazy

SECRET = "s3cr3t-of-the-house"


class Porter(MiddlewareMixin):
    """Notes who comes in, and adds a field on the way out."""

    blocking = False

    def process_request(self, request):
        request.visitor = "Ada"

    def process_response(self, request, response):
        response["X-Porter"] = request.visitor
        return response


class Guard(MiddlewareMixin):
    """Lets nobody pass who comes by night."""

    blocking = False

    def process_request(self, request):
        return HttpResponseRedirect("/by-day/") if "night" in request.GET else None


def corridor(get_response):
    """A middleware that is one callable, and gives another response."""

    def walk(request):
        request.lamp = "lit"
        get_response(request)
        return HttpResponse("another", status=203)

    return walk


def room(request, number):
    return HttpResponse(f"room {number}")


async def hall(request):
    return HttpResponse("hall")


def broken(request):
    raise KeyError("door")


ROUTES = (
    path("rooms/<int:number>/", room, name="room"),
    path("hall/", hall),
    path("broken/", broken),
)


@pytest.fixture
def walk(install: Callable[..., None]) -> Callable[..., list[Station]]:
    """Take a walk through the site of these routes."""

    def take(method: str, target: str, *fields: tuple[str, str], **more: Any) -> list[Station]:
        asgi, body = more.pop("asgi", False), more.pop("body", b"")
        install(*ROUTES, **{"MIDDLEWARE": [Porter, Guard], **more})
        handler = ASGIHandler() if asgi else WSGIHandler()
        venue = Venue(handler, "asgi" if asgi else "wsgi", configured())
        plan = explain_request(handler, method, target, 3, fields=fields, body=body)
        return find_stations(venue, take_walk(venue, Draft(method, target, fields, body)), plan)

    return take


def configured(**flags: Any) -> Configuration:
    return configure(flags, {})


def steps(stations: list[Station]) -> list[int]:
    return [station.step.number for station in stations]


def seen(station: Station, label: str) -> str:
    return "\n".join(
        line for each in station.exhibits if each.label == label for line in each.lines
    )


def at(stations: list[Station], number: int, title: str = "") -> Station:
    return next(s for s in stations if s.step.number == number and title in s.title)


def everything(stations: list[Station]) -> str:
    return repr([station.to_dict() for station in stations])


# A walk ----------------------------------------------------------------------------------------


def test_the_stops_are_the_rooms_in_their_order(walk):
    stations = walk("GET", "/rooms/7/")
    assert steps(stations) == [1, 2, 3, 4, 5, 6, 6, 7, 8, 9, 10, 11, 12, 13]
    assert [station.purpose != "" for station in stations].count(True) == 12
    assert all(station.lines and station.source for station in stations if not station.remark)


def test_each_room_shows_what_passes_its_door(walk):
    stations = walk("GET", "/rooms/7/?by=day", ("Accept", "text/html"))
    assert "GET /rooms/7/?by=day HTTP/1.1" in seen(at(stations, 1), "bytes that arrive")
    assert "accept   text/html" in seen(at(stations, 2), "head")
    assert "HTTP_ACCEPT            'text/html'" in seen(at(stations, 3), "environ")
    assert seen(at(stations, 4), "middleware") == "Porter\nGuard"
    assert "path       '/rooms/7/'" in seen(at(stations, 5), "request")
    assert seen(at(stations, 6, "Porter"), "request") == "+ visitor: 'Ada'"
    assert seen(at(stations, 6, "Guard"), "changes") == "nothing"
    assert "number  7" in seen(at(stations, 7), "match")
    assert "rooms/<int:number>/" in seen(at(stations, 7), "match")
    assert "broken/" in seen(at(stations, 7), "routes that lost")
    assert at(stations, 8).remark == "no process_view"
    assert seen(at(stations, 9), "called") == "room(request, number=7)"
    assert at(stations, 9).lines[0][1] == "def room(request, number):"
    assert seen(at(stations, 10), "body") == "room 7"
    assert seen(at(stations, 11, "Porter"), "response") == "+ X-Porter: Ada"
    left = seen(at(stations, 12), "bytes that leave").splitlines()
    assert left[0] == "HTTP/1.1 200 OK"
    assert "X-Porter: Ada" in left
    assert left[-1] == "room 7"
    assert '"GET /rooms/7/?by=day HTTP/1.1" 200 6' in seen(at(stations, 13), "access line")


def test_who_answers_early_is_shown_where_it_happens(walk):
    stations = walk("GET", "/rooms/7/?night=1")
    assert at(stations, 6, "Guard").outcome == "answered"
    assert "302 Found" in seen(at(stations, 6, "Guard"), "response")
    assert "Location      /by-day/" in seen(at(stations, 6, "Guard"), "response")
    missed = {station.step.number: station.missed for station in stations if station.missed}
    assert set(missed) == {7, 9, 10}
    assert missed[9] == ("room",)
    assert at(stations, 8).remark == "not entered"
    assert steps(stations)[-3:] == [11, 12, 13]


def test_an_exception_is_shown_where_it_happens_and_becomes_a_response(walk):
    stations = walk("GET", "/broken/")
    line = inspect.getsourcelines(broken)[1] + 1
    place = f"{__file__}:{line} in broken"
    assert at(stations, 9).outcome == f"raised KeyError: 'door' at {place}"
    assert "500 Internal Server Error" in seen(at(stations, 10, "error page"), "response")
    assert "500" in seen(at(stations, 13), "access line")


def test_a_path_without_a_route_turns_back_in_room_7(walk):
    stations = walk("GET", "/nowhere/")
    assert at(stations, 7).outcome.startswith("raised Resolver404")
    assert "rooms/<int:number>/" in seen(at(stations, 7), "routes that lost")
    assert at(stations, 9).remark == "not entered"
    assert "404 Not Found" in seen(at(stations, 10), "response")


def test_a_middleware_that_is_one_callable_stands_on_both_ways(walk):
    stations = walk("GET", "/rooms/7/", MIDDLEWARE=[corridor])
    assert seen(at(stations, 6, "corridor"), "request") == "+ lamp: 'lit'"
    outward = at(stations, 11, "corridor")
    assert outward.outcome == "replaced"
    assert "203" in seen(outward, "response")
    assert "another" in seen(at(stations, 12), "bytes that leave")


@pytest.mark.parametrize("target", ["/rooms/7/", "/hall/"])
def test_under_asgi_a_scope_and_messages_pass_the_doors(walk, target):
    stations = walk("GET", target, asgi=True)
    assert "type             'http'" in seen(at(stations, 3), "scope")
    assert at(stations, 9).title in ("room", "hall")
    hopped = [s.step.number for s in stations if seen(s, "hop")]
    assert bool(hopped) == (target == "/rooms/7/")
    assert "http.response.start  status 200" in seen(at(stations, 12), "messages")
    assert seen(at(stations, 12), "bytes that leave").startswith("HTTP/1.1 200 OK")
    assert seen(at(stations, 13), "the connection is") == "kept for the next request"
    assert " 200 " in seen(at(stations, 13), "access line")


def test_under_asgi_one_stands_at_the_servers_own_code_for_it(walk):
    stations = walk("GET", "/rooms/7/", asgi=True)
    folder = Path(enfilade.server.asgi.__file__).parent
    for number, name in (
        (1, "connection.py"),
        (3, "scope.py"),
        (12, "exchange.py"),
        (13, "account.py"),
    ):
        source = at(stations, number).source
        assert source is not None
        assert source.file == str(folder / name)
        assert at(stations, number).lines[0][0] == source.line


def test_the_body_arrives_and_is_read(walk):
    form = ("Content-Type", "application/x-www-form-urlencoded")
    stations = walk("POST", "/rooms/7/", form, body=b"name=Ada&lamp=2")
    assert seen(at(stations, 1), "bytes that arrive").endswith("\n\nname=Ada&lamp=2")
    assert seen(at(stations, 2), "body") == "15 bytes"


# What the server does alone ---------------------------------------------------------------------


def test_what_the_parser_refuses_enters_no_further_room(walk):
    stations = walk("GET", "/rooms/7/", ("Content-Length", "many"))
    assert seen(at(stations, 2), "refused") == "400 Content-Length is not a plain number"
    assert [s.step.number for s in stations if s.remark == "not entered"] == [*range(3, 12)]
    assert seen(at(stations, 12), "bytes that leave").startswith("HTTP/1.1 400 Bad Request")
    assert seen(at(stations, 13), "the connection is") == "closed"


def test_a_body_that_is_cut_short_is_refused(walk):
    stations = walk("POST", "/rooms/7/", ("Content-Length", "9"), body=b"short")
    assert seen(at(stations, 2), "refused").startswith("400 ")


def test_the_servers_limits_hold(install):
    install(*ROUTES)
    venue = Venue(WSGIHandler(), "wsgi", configured(limit_line="20"))
    journey = take_walk(venue, Draft("GET", "/rooms/12345678901234567890/"))
    assert journey.refused.startswith("414 ")
    assert not journey.asked


def test_a_file_of_the_server_is_sent_without_the_application(install, tmp_path):
    install(*ROUTES)
    (tmp_path / "style.css").write_text("body {}")
    venue = Venue(WSGIHandler(), "wsgi", configured(static=(f"/static/={tmp_path}",)))
    journey = take_walk(venue, Draft("GET", "/static/style.css"))
    stations = find_stations(venue, journey)
    assert journey.greeted
    assert seen(at(stations, 2), "ends here") == "the server answers itself, with 200"
    assert seen(at(stations, 12), "bytes that leave").endswith("body {}")


# Other people's applications --------------------------------------------------------------------


def foreign(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"from elsewhere"]


async def foreign_asgi(scope, receive, send):
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"from elsewhere"})


async def failing_asgi(scope, receive, send):
    raise OSError("the disk is full")


def test_another_framework_is_a_closed_door():
    venue = Venue(foreign, "wsgi", configured())
    stations = find_stations(venue, take_walk(venue, Draft("GET", "http://localhost/x")))
    assert steps(stations) == [1, 2, 3, 4, 12, 13]
    assert at(stations, 4).title == "a closed door"
    assert at(stations, 4).source.name.endswith(".foreign")
    assert seen(at(stations, 12), "bytes that leave").endswith("from elsewhere")


def test_another_asgi_application_is_one_too():
    venue = Venue(foreign_asgi, "asgi", configured())
    stations = find_stations(venue, take_walk(venue, Draft("GET", "http://localhost/x")))
    assert steps(stations) == [1, 2, 3, 4, 12, 13]
    assert "http.response.body  14 bytes" in seen(at(stations, 12), "messages")


def test_an_application_that_raises_is_answered_for(capfd):
    venue = Venue(failing_asgi, "asgi", configured())
    journey = take_walk(venue, Draft("GET", "http://localhost/x"))
    raised = seen(at(find_stations(venue, journey), 12), "raised")
    assert raised.startswith("OSError: the disk is full at ")
    assert raised.endswith(" in failing_asgi; the server answers 500")
    assert journey.record.status == 500


# Responses without an end -----------------------------------------------------------------------


def endless(request):
    def pieces():
        try:
            while True:
                yield b"." * 100_000
        finally:
            closed.append("closed")

    return StreamingHttpResponse(pieces())


async def aendless(request):
    async def pieces():
        try:
            while True:
                yield b"." * 100_000
        finally:
            closed.append("closed")

    return StreamingHttpResponse(pieces())


closed: list[str] = []


@pytest.mark.parametrize(("view", "asgi"), [(endless, False), (aendless, True)])
def test_of_a_response_without_an_end_one_sees_the_beginning(install, view, asgi):
    closed.clear()
    install(path("", view))
    handler = ASGIHandler() if asgi else WSGIHandler()
    venue = Venue(handler, "asgi" if asgi else "wsgi", configured())
    journey = take_walk(venue, Draft("GET", "/"))
    assert journey.enough
    assert not journey.failure
    assert 1_000_000 < journey.record.bytes_sent < 1_300_000
    assert closed == ["closed"]
    assert len(journey.messages) < 30
    written = at(find_stations(venue, journey, explain_request(handler, "GET", "/")), 12)
    assert "reads no further" in seen(written, "and so on")


# Secrets ----------------------------------------------------------------------------------------


def leaking(request):
    response = HttpResponse(f'<input name="password" value="{SECRET}">')
    response.set_cookie("sessionid", SECRET)
    return response


class Careless(MiddlewareMixin):
    blocking = False

    def process_request(self, request):
        request.api_token = SECRET
        request.META["HTTP_AUTHORIZATION"] = f"Basic {SECRET}"


@pytest.mark.parametrize("asgi", [False, True])
def test_no_secret_is_shown_in_any_room(install, asgi):
    install(path("<str:name>/", leaking), MIDDLEWARE=[Careless])
    handler = ASGIHandler() if asgi else WSGIHandler()
    venue = Venue(handler, "asgi" if asgi else "wsgi", configured())
    fields = [
        ("Cookie", f"sessionid={SECRET}"),
        ("Authorization", f"Bearer {SECRET}"),
        ("X-API-Key", SECRET),
        ("Content-Type", "application/x-www-form-urlencoded"),
        ("Referer", f"http://localhost/?token={SECRET}"),
    ]
    draft = Draft("POST", f"/desk/?token={SECRET}&page=2", fields, f"password={SECRET}".encode())
    plan = explain_request(handler, draft.method, draft.target, 3, fields=fields, body=draft.body)
    text = everything(find_stations(venue, take_walk(venue, draft), plan))
    assert SECRET not in text
    assert "page=2" in text


def telling(request):
    raise ValueError(f"no such user: password={SECRET}")


def test_what_an_exception_says_is_shown_without_secrets(install):
    install(path("", telling))
    handler = WSGIHandler()
    venue = Venue(handler, "wsgi", configured())
    plan = explain_request(handler, "GET", "/")
    stations = find_stations(venue, take_walk(venue, Draft("GET", "/")), plan)
    assert at(stations, 9).outcome.startswith("raised ValueError: no such user: password=")
    assert SECRET not in everything(stations)


def test_a_lazy_attribute_is_not_made_by_looking(install):
    made: list[str] = []

    class Lazy(MiddlewareMixin):
        blocking = False

        def process_request(self, request):
            type(request).session.promise(request, lambda request: made.append("session"))

    install(*ROUTES, MIDDLEWARE=[Lazy])
    handler = WSGIHandler()
    venue = Venue(handler, "wsgi", configured())
    plan = explain_request(handler, "GET", "/rooms/7/")
    stations = find_stations(venue, take_walk(venue, Draft("GET", "/rooms/7/")), plan)
    assert "session: promised" in seen(at(stations, 6), "request")
    assert made == []


def test_what_a_middleware_sets_for_itself_is_shown_and_what_the_request_keeps_is_not(walk):
    class Keeper(MiddlewareMixin):
        blocking = False

        def process_request(self, request):
            request._lamps = 3
            request.POST.get("word")

    stations = walk("POST", "/rooms/7/", MIDDLEWARE=[Keeper])
    assert seen(at(stations, 6), "request").splitlines() == ["+ _lamps: 3"]


class Dreamer(MiddlewareMixin):
    """Leaves what is made when somebody touches it, and touches it on the way out."""

    blocking = False

    def process_request(self, request):
        request.owner = SimpleLazyObject(lambda: made.append("owner") or {"name": "Ada"})
        request.META["HTTP_OWNER"] = request.owner
        request.greeting = gettext_lazy("Hello")
        request.farewell = lazystr("Goodbye")

    def process_response(self, request, response):
        return HttpResponse(request.owner["name"]) if "touch" in request.GET else response


made: list[str] = []


def test_a_lazy_object_is_not_made_by_looking(walk):
    made.clear()
    stations = walk("GET", "/rooms/7/", MIDDLEWARE=[Dreamer])
    assert seen(at(stations, 6), "request").splitlines() == [
        "+ owner: not looked at yet",
        "+ greeting: not looked at yet",
        "+ farewell: not looked at yet",
        "+ META['HTTP_OWNER']: not looked at yet",
    ]
    assert made == []


def test_a_lazy_object_is_shown_as_what_it_is_once_the_site_has_made_it(walk):
    made.clear()
    stations = walk("GET", "/rooms/7/?touch=1", MIDDLEWARE=[Dreamer])
    assert "~ owner: not looked at yet → {'name': 'Ada'}" in seen(at(stations, 11), "request")
    assert made == ["owner"]

"""Every error of an API view is told as problem details (RFC 9457), and logged as elsewhere."""

import logging

import pytest

from enfilade.contrib.api import APIView, Problem, api_view, problem_response
from enfilade.dispatch import got_request_exception
from enfilade.exceptions import (
    BadRequest,
    Http404,
    PermissionDenied,
    ServiceUnavailable,
    SuspiciousOperation,
)
from enfilade.http import HttpRequest
from enfilade.middleware import MiddlewareMixin
from enfilade.test import Client, override_settings
from enfilade.urls import path

PROBLEM = "application/problem+json"


class Oops(Exception):
    pass


class RoomTaken(Problem):
    status = 409
    type = "https://example.com/problems/room-taken"
    title = "The room is taken"


def failing(kind, exception):
    @api_view(["GET", "POST"])
    def view(request):
        raise exception

    @api_view(["GET", "POST"])
    async def async_view(request):
        raise exception

    class View(APIView):
        def get(self, request):
            raise exception

    class AsyncView(APIView):
        async def get(self, request):
            raise exception

    return {
        "def": view,
        "async def": async_view,
        "class": View.as_view(),
        "async class": AsyncView.as_view(),
    }[kind]


KINDS = pytest.mark.parametrize("kind", ["def", "async def", "class", "async class"])
RAISED = [
    (Http404("No room 7."), 404, "Not Found", "No room 7.", "enfilade.request"),
    (Http404({"tried": []}), 404, "Not Found", None, "enfilade.request"),
    (PermissionDenied("Keep out."), 403, "Forbidden", "Keep out.", "enfilade.request"),
    (BadRequest("No such month."), 400, "Bad Request", "No such month.", "enfilade.request"),
    (
        *(SuspiciousOperation("The trick with the ladder."), 400, "Bad Request", None),
        "enfilade.security.SuspiciousOperation",
    ),
    (
        *(ServiceUnavailable("redis://10.0.0.7 is away."), 503, "Service Unavailable", None),
        "enfilade.request",
    ),
    (Oops("secret"), 500, "Internal Server Error", None, "enfilade.request"),
    (Problem(402, "Pay first."), 402, "Payment Required", "Pay first.", "enfilade.request"),
    (Problem(422), 422, "Unprocessable Content", None, "enfilade.request"),
    (Problem(499), 499, "Error", None, "enfilade.request"),
]


@KINDS
@pytest.mark.parametrize(("exception", "status", "title", "detail", "logger"), RAISED)
def test_an_exception_is_a_problem_and_one_log_line(
    ask, install, caplog, kind, exception, status, title, detail, logger
):
    install(urls=[path("rooms/<name>/", failing_at(kind, exception))])
    with caplog.at_level(logging.INFO, "enfilade"):
        answer = ask("GET", "/rooms/a%20b/")
    assert answer.status_code == status
    assert answer["Content-Type"] == PROBLEM
    expected = {"type": "about:blank", "title": title, "status": status}
    if detail is not None:
        expected["detail"] = detail
    assert answer.json() == {**expected, "instance": "/rooms/a%20b/"}
    records = [each for each in caplog.records if each.name.startswith("enfilade.")]
    assert [each.name for each in records] == [logger]
    assert records[0].status_code == status


def failing_at(kind, exception):
    view = failing(kind, exception)
    if "async" in kind:

        async def named(request, name):
            return await view(request)

        return named
    return lambda request, name: view(request)


def test_a_kind_of_problem_has_its_type_and_further_members(ask, install):
    @api_view(["GET"])
    def book(request):
        raise RoomTaken(detail="Until noon.", headers={"Retry-After": "60"}, room=7)

    install(book)
    answer = ask("GET")
    assert answer.status_code == 409
    assert answer["Retry-After"] == "60"
    assert answer.json() == {
        "type": "https://example.com/problems/room-taken",
        "title": "The room is taken",
        "status": 409,
        "detail": "Until noon.",
        "instance": "/",
        "room": 7,
    }


def test_an_unavailable_service_says_when_to_come_back(ask, install):
    install(failing("def", ServiceUnavailable()))
    assert ask("GET")["Retry-After"] == "1"


@KINDS
def test_what_is_unforeseen_goes_through_hooks_and_signal(ask, install, kind):
    seen = []

    class Hook(MiddlewareMixin):
        def process_exception(self, request, exception):
            seen.append(exception)

        def process_response(self, request, response):
            seen.append(response["Content-Type"])
            return response

    def receive(sender, request, **kwargs):
        seen.append(type(request).__mro__[1])

    exception = Oops()
    install(failing(kind, exception), MIDDLEWARE=[Hook])
    got_request_exception.connect(receive)
    try:
        ask("GET")
    finally:
        got_request_exception.disconnect(receive)
    assert seen == [exception, HttpRequest, PROBLEM]


def test_the_test_client_raises_what_is_unforeseen(ask, install):
    install(failing("def", Oops("here")))
    with pytest.raises(Oops, match="here"):
        ask("GET", strict=True)


@KINDS
def test_debug_tells_of_what_is_unforeseen_without_variables(ask, install, kind):
    install(failing(kind, Oops("the reason")), DEBUG=True)
    problem = ask("GET").json()
    assert problem["status"] == 500
    failure = problem["debug"]["exceptions"][0]
    assert failure["message"] == "the reason"
    assert set(failure["frames"][0]) == {"file", "line", "function"}


@pytest.mark.parametrize("status", [400, 403, 404, 503])
def test_debug_has_no_page_in_place_of_a_problem(ask, install, status):
    kinds = {400: BadRequest, 403: PermissionDenied, 404: Http404, 503: ServiceUnavailable}
    install(failing("def", kinds[status]()), DEBUG=True)
    answer = ask("GET", accept="text/html")
    assert (answer.status_code, answer["Content-Type"]) == (status, PROBLEM)


def test_debug_propagate_exceptions_lets_them_through(ask, install):
    install(failing("def", Oops()), DEBUG_PROPAGATE_EXCEPTIONS=True)
    with pytest.raises(Oops):
        ask("GET")


def test_a_middleware_that_fails_after_the_view_is_told_the_same_way(ask, install):
    class Failing(MiddlewareMixin):
        def process_response(self, request, response):
            raise Oops

    @api_view(["GET"])
    def view(request):
        return {}

    class Outer(MiddlewareMixin):
        def process_response(self, request, response):
            return response

    install(view, MIDDLEWARE=[Outer, Failing])
    answer = ask("GET")
    assert (answer.status_code, answer["Content-Type"]) == (500, PROBLEM)


def test_an_answer_that_has_no_notation_is_an_error_of_the_site(ask, install):
    @api_view(["GET"])
    def view(request):
        return {"x": object()}

    install(view)
    with pytest.raises(TypeError, match="not JSON serializable"):
        ask("GET", strict=True)
    assert ask("GET").status_code == 500


@pytest.mark.parametrize("answer", [None, "text", 3])
def test_an_answer_that_is_no_data_is_named_as_elsewhere(ask, install, answer):
    @api_view(["GET"])
    def view(request):
        return answer

    install(view)
    with pytest.raises(ValueError, match=r"view didn't return an HttpResponse"):
        ask("GET", strict=True)


def test_a_site_that_is_all_api_makes_its_error_handlers_of_it():
    class URLs:
        urlpatterns = []

        @staticmethod
        def handler404(request, exception):
            return problem_response(request, exception, 404)

    with override_settings(ROOT_URLCONF=URLs, MIDDLEWARE=[]):
        answer = Client().get("/nowhere/")
    assert answer.status_code == 404
    assert answer.json() == {
        "type": "about:blank", "title": "Not Found", "status": 404, "instance": "/nowhere/"
    }  # fmt: skip


def test_pages_of_other_views_stay_pages(install):
    def page(request):
        raise Http404

    install(page)
    assert Client().get("/")["Content-Type"].startswith("text/html")

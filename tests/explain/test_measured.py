"""A plan with its times: what was executed, how long it took, and what was not."""

import json
import time
from typing import Any

import pytest

from enfilade.dispatch import request_finished
from enfilade.explain import explain_request
from enfilade.explain.line import Draft, RequestLineError, parse_field
from enfilade.explain.measured import Measurement, measure
from enfilade.explain.page import describe_outcome
from enfilade.explain.rehearsal import rehearse
from enfilade.http import HttpResponse, StreamingHttpResponse
from enfilade.middleware import MiddlewareMixin
from enfilade.urls import path

CSRF = "enfilade.middleware.csrf.CsrfViewMiddleware"
SECURITY = "enfilade.middleware.security.SecurityMiddleware"


class Porter(MiddlewareMixin):
    def process_request(self, request: Any) -> Any:
        stop = request.headers.get("X-Stop")
        return HttpResponse("stop", status=403) if stop else None

    def process_response(self, request: Any, response: Any) -> Any:
        return response


def sleepy(request: Any) -> Any:
    time.sleep(0.1)  # longer than the way to a thread, also where others run too
    return HttpResponse("at last")


def echo(request: Any) -> Any:
    return HttpResponse(request.POST.get("word", "nothing"))


def pieces(request: Any) -> Any:
    return StreamingHttpResponse(iter([b"one", b"two"]))


async def awaited(request: Any) -> Any:
    return HttpResponse("awaited")


def broken(request: Any) -> Any:
    raise ValueError("broken")


ROUTES = (
    path("", sleepy), path("echo/", echo), path("pieces/", pieces), path("awaited/", awaited),
    path("broken/", broken),
)  # fmt: skip


def analyze(handler: Any, method: str, target: str, times: int = 1, **asked: Any) -> Measurement:
    plan = explain_request(handler, method, target, **asked)
    return measure(plan, rehearse(handler, Draft(method, target, **asked), times))


def labels(measurement: Measurement, executed: bool) -> list[str]:
    return [each.node.label for each in measurement.nodes if each.executed is executed]


@pytest.mark.parametrize("asgi", [False, True], ids=["wsgi", "asgi"])
def test_the_view_has_the_time_that_it_takes_and_is_marked(site, asgi) -> None:
    measured = analyze(site(*ROUTES, MIDDLEWARE=[SECURITY, Porter], asgi=asgi), "GET", "/")
    assert (measured.status, measured.size) == (200, 7)
    (view,) = (each for each in measured.nodes if each.node.event == "view")
    assert view.total_ns >= 10_000_000
    assert view.self_ns == view.total_ns
    assert view.slowest
    assert measured.total_ns >= view.total_ns
    assert labels(measured, executed=False) == []


def test_own_times_add_up_to_the_whole(site) -> None:
    measured = analyze(site(*ROUTES, MIDDLEWARE=[SECURITY, Porter], asgi=True), "GET", "/")
    assert sum(each.self_ns for each in measured.nodes) == measured.nodes[0].total_ns


def test_what_a_short_circuit_skips_was_never_executed(site) -> None:
    handler = site(*ROUTES, MIDDLEWARE=[SECURITY, Porter, CSRF])
    measured = analyze(handler, "GET", "/", fields=[("X-Stop", "yes")])
    assert measured.status == 403
    assert labels(measured, executed=False) == [
        "/",
        "CsrfViewMiddleware.process_view",
        "sleepy",
        "response",
        "CsrfViewMiddleware.process_response",
    ]
    (stop,) = (each for each in measured.nodes if each.outcome == "answered")
    assert stop.node.label == "Porter.process_request"


def test_a_refused_form_shows_the_view_that_it_has_not_reached(site) -> None:
    handler = site(*ROUTES, MIDDLEWARE=[CSRF])
    measured = analyze(handler, "POST", "/echo/")
    assert measured.status == 403
    assert labels(measured, executed=False) == ["echo", "response"]


def test_a_redirect_before_resolution_shows_where_it_would_have_gone(site) -> None:
    handler = site(*ROUTES, MIDDLEWARE=[SECURITY], SECURE_SSL_REDIRECT=True)
    measured = analyze(handler, "GET", "http://testserver/echo/")
    assert measured.status == 301
    assert labels(measured, executed=False) == ["/echo/", "echo", "response"]


@pytest.mark.parametrize("asgi", [False, True], ids=["wsgi", "asgi"])
def test_a_form_with_cookie_and_token_comes_through(site, asgi) -> None:
    token = "a" * 32
    fields = [("Cookie", f"csrftoken={token}"), ("X-CSRFToken", token)]
    form = {"fields": [*fields, ("Content-Type", "application/x-www-form-urlencoded")]}
    handler = site(*ROUTES, MIDDLEWARE=[CSRF], asgi=asgi)
    plan = explain_request(handler, "POST", "/echo/", body=b"word=door", **form)
    assert plan.facts.answer.status is None
    measured = analyze(handler, "POST", "/echo/", body=b"word=door", **form)
    assert (measured.status, measured.size) == (200, len("door"))


def test_a_stream_is_read_to_its_end(site) -> None:
    measured = analyze(site(*ROUTES), "GET", "/pieces/")
    assert measured.size == len("onetwo")
    assert measured.nodes[-1].node.key == ("write", "body")


def test_an_error_page_has_its_place_and_the_rendering_was_never_executed(site) -> None:
    measured = analyze(site(*ROUTES), "GET", "/broken/")
    assert measured.status == 500
    view, response, page = measured.nodes[-3:]
    assert (view.outcome, view.detail) == ("raised", "ValueError")
    assert not response.executed
    assert page.node.label == "error page"


def test_an_application_that_raises_has_no_status(site) -> None:
    measured = analyze(site(*ROUTES, DEBUG_PROPAGATE_EXCEPTIONS=True), "GET", "/broken/")
    assert measured.status is None
    assert measured.failure.startswith(f"ValueError: broken at {__file__}:")


@pytest.mark.parametrize("asgi", [False, True], ids=["wsgi", "asgi"])
def test_what_closing_the_response_raises_is_told_beside_its_answer(site, asgi) -> None:
    def clean_up(**_: Any) -> None:
        raise OSError("the disk is gone")

    handler = site(*ROUTES, asgi=asgi)
    request_finished.connect(clean_up)
    try:
        measured = analyze(handler, "GET", "/pieces/")
    finally:
        request_finished.disconnect(clean_up)
    assert (measured.status, measured.size) == (200, 6)
    told = f"OSError: the disk is gone at {__file__}:"
    assert describe_outcome(measured).startswith(f"200 OK, 6 bytes; then raised {told}")


def test_a_body_that_is_refused_before_the_first_event_has_a_status_and_no_times(site) -> None:
    handler = site(*ROUTES, asgi=True, ASGI_BODY_MAX_SIZE=3)
    measured = analyze(handler, "POST", "/echo/", body=b"word=door")
    assert (measured.status, measured.total_ns) == (413, 0)
    assert not labels(measured, executed=True)


@pytest.mark.parametrize("asgi", [False, True], ids=["wsgi", "asgi"])
def test_what_is_not_ascii_arrives_as_a_browser_would_send_it(site, asgi) -> None:
    def repeat(request: Any) -> Any:
        words = request.GET["price"], request.headers["X-Price"].encode("iso-8859-1").decode()
        return HttpResponse(" ".join(words), status=200 if words == ("3 €", "€") else 500)

    handler = site(path("", repeat), asgi=asgi)
    measured = analyze(handler, "GET", "/?price=3 €", fields=[parse_field("X-Price: €")])
    assert measured.status == 200


def test_of_several_times_the_median_is_told(site) -> None:
    naps = iter([0.05, 0.001, 0.001])

    def nap(request: Any) -> Any:
        time.sleep(next(naps))
        return HttpResponse()

    measured = analyze(site(path("", nap)), "GET", "/", times=3)
    assert (measured.times, measured.strayed) == (3, 0)
    assert measured.total_ns < 50_000_000


def test_times_that_went_another_way_are_left_out(site) -> None:
    def once() -> Any:
        seen: list[Any] = []

        def view(request: Any) -> Any:
            seen.append(request)
            if len(seen) == 1:
                raise ValueError
            return HttpResponse()

        return view

    measured = analyze(site(path("", once())), "GET", "/", times=3)
    assert (measured.times, measured.strayed, measured.status) == (2, 1, 200)


@pytest.mark.parametrize("asgi", [False, True], ids=["wsgi", "asgi"])
def test_every_node_of_json_has_step_place_and_times(site, asgi) -> None:
    measured = analyze(site(*ROUTES, MIDDLEWARE=[Porter], asgi=asgi), "GET", "/awaited/")
    nodes = json.loads(json.dumps([each.to_dict() for each in measured.nodes]))
    steps = [node["step"] for node in nodes]
    assert steps == sorted(steps)
    for node in nodes:
        assert {"step", "file", "line", "total_ns", "self_ns", "outcome"} <= node.keys()


def test_no_header_field_comes_out_again(site) -> None:
    fields = [("Authorization", "Bearer s3cret"), ("Cookie", "sessionid=s3cret")]
    handler = site(*ROUTES, MIDDLEWARE=[Porter])
    plan = explain_request(handler, "GET", "/echo/", fields=fields)
    measured = measure(plan, rehearse(handler, Draft("GET", "/echo/", fields)))
    nodes = [each.to_dict() for each in measured.nodes]
    assert "s3cret" not in json.dumps([plan.to_dict(), measured.to_dict(), nodes])


# Header fields and foresight -----------------------------------------------------------------


def test_a_host_that_is_not_allowed_is_foreseen(site) -> None:
    common = "enfilade.middleware.common.CommonMiddleware"
    handler = site(*ROUTES, MIDDLEWARE=[common], ALLOWED_HOSTS=["example.org"])
    plan = explain_request(handler, "GET", "/", fields=[("Host", "evil.example")])
    assert plan.facts.answer.status == 400
    assert rehearse(handler, Draft("GET", "/", [("Host", "evil.example")]))[0].status == 400


def test_a_field_is_written_with_a_colon() -> None:
    assert parse_field("Accept-Language:  de ") == ("Accept-Language", "de")
    for text in ("Accept", "Acc ept: de", ": de"):
        with pytest.raises(RequestLineError, match="not a header field"):
            parse_field(text)

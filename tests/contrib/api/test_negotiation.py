"""The choice by ``Accept`` (RFC 9110, 12.5.1), as a table and in answers."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from enfilade.contrib.api import JSONRenderer, Response, api_view
from enfilade.contrib.api.negotiation import Formats, choose
from enfilade.contrib.api.parsers import PARSERS
from enfilade.exceptions import ImproperlyConfigured
from enfilade.http import FileResponse, HttpResponse, StreamingHttpResponse

OFFERS = ("application/json", "text/csv", "text/html; charset=utf-8")


@pytest.mark.parametrize(
    ("accept", "chosen"),
    [
        ("*/*", 0),
        ("application/*", 0),
        ("text/*", 1),
        ("text/csv", 1),
        ("TEXT/CSV", 1),
        ("text/html", 2),
        ("text/html; charset=utf-8", 2),
        ("text/html; charset=latin-1", None),
        ("text/csv, application/json", 0),  # no wish: the order of the server
        ("text/csv, application/json;q=0.9", 1),
        ("text/csv;q=0.1, application/json;q=0.2, text/html;q=0.3", 2),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", 2),  # a browser
        ("*/*;q=0.1, text/csv", 1),
        ("application/json;q=0, */*", 1),  # the narrower range counts
        ("*/*;q=0", None),
        ("application/json;q=0", None),
        ("text/*;q=0.5, text/csv;q=0", 2),
        ("image/png", None),
        ("image/png, */*;q=0.01", 0),
        ("application/json;q=nonsense", 0),
        ("application/json;q=0.0001", None),  # three digits are all there are
        ("json", None),
        ("/", None),
        (",,, ,", None),
    ],
)
def test_the_heaviest_offer_is_chosen(accept, chosen):
    assert choose(accept, OFFERS) == chosen


@settings(deadline=None)
@given(st.text(st.characters(codec="latin-1"), max_size=80))
def test_no_field_value_is_an_error(accept):
    assert choose(accept, OFFERS) in (None, 0, 1, 2)


class CSVRenderer:
    media_type = "text/csv; charset=utf-8"

    def render(self, data):
        return "\n".join(",".join(map(str, row)) for row in data)


@api_view(["GET", "POST"], renderers=[JSONRenderer(), CSVRenderer()])
def table(request):
    table.calls += 1
    return [[1, 2], [3, 4]]


def test_the_answer_has_the_form_that_is_asked_for(ask, install):
    install(table)
    table.calls = 0
    plain = ask("GET")
    assert (plain["Content-Type"], plain.json()) == ("application/json", [[1, 2], [3, 4]])
    csv = ask("GET", accept="text/csv, */*;q=0.1")
    assert (csv["Content-Type"], csv.content) == ("text/csv; charset=utf-8", b"1,2\n3,4")
    assert plain["Vary"] == csv["Vary"] == "Accept"


def test_without_an_acceptable_form_there_is_a_list_of_those_there_are(ask, install):
    install(table)
    table.calls = 0
    answer = ask("GET", accept="image/png")
    assert answer.status_code == 406
    assert answer["Content-Type"] == "application/problem+json"
    assert answer["Vary"] == "Accept"
    assert answer.json()["available"] == ["application/json", "text/csv; charset=utf-8"]


def test_a_view_that_changes_something_is_not_reached_by_who_cannot_take_its_answer(ask, install):
    install(table)
    table.calls = 0
    assert ask("POST", accept="image/png").status_code == 406
    assert table.calls == 0


def test_a_view_of_one_form_does_not_vary(ask, install):
    @api_view()
    def view(request):
        return Response({"form": request.accepted_renderer.media_type})

    install(view)
    answer = ask("GET", accept="application/*")
    assert answer.json() == {"form": "application/json"}
    assert "Vary" not in answer


@pytest.mark.parametrize(
    "make",
    [
        lambda: HttpResponse("a,b", content_type="text/csv"),
        lambda: StreamingHttpResponse(iter([b"a,", b"b"]), content_type="text/csv"),
        lambda: FileResponse(iter([b"a,b"]), content_type="text/csv"),
    ],
)
def test_a_response_of_another_kind_passes_untouched(ask, install, make):
    @api_view()
    def view(request):
        return make()

    install(view)
    answer = ask("GET", accept="text/csv")
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/csv")
    assert answer.getvalue() == b"a,b"


def test_a_view_without_renderers_is_refused_at_once():
    with pytest.raises(ImproperlyConfigured, match="no renderers"):
        Formats(PARSERS, [])

"""The pages that explain a failure while DEBUG is on."""

import json
import logging
import re
from html import unescape

import pytest

from enfilade.exceptions import BadRequest, Http404, ImproperlyConfigured
from enfilade.http import HttpResponse
from enfilade.lifecycle import STEPS
from enfilade.shortcuts import render
from enfilade.urls import include, path, resolve
from enfilade.views import debug
from enfilade.views.debug import ExceptionReporter, technical_500_response


def boom(request, **kwargs):
    password = "hunter" + str(2)
    colour = "vermilion"
    raise LookupError(f"nothing <b>here</b>, {len(password + colour)}")


def hinted(request):
    raise ImproperlyConfigured("A thing is missing.", hint="Put the thing back.")


def chained(request):
    try:
        {}["lost key"]
    except KeyError as exc:
        raise ValueError("no balance") from exc


def grouped(request):
    raise ExceptionGroup("two at once", [OSError("disk"), ValueError("paper")])


def bad(request):
    raise BadRequest("unreadable")


def gone(request):
    raise Http404("No article with that number.")


def asking(request):
    resolve("/nowhere/")


def answering(request, **kwargs):
    return HttpResponse("fine")


PATTERNS = [
    path("boom/", boom),
    path("hinted/", hinted),
    path("chained/", chained),
    path("grouped/", grouped),
    path("bad/", bad),
    path("gone/", gone, name="gone"),
    path("asking/", asking),
    path("lost/", lambda request: render(request, "lost.html")),
    path("articles/", include(([path("<int:pk>/", answering, name="one")], "articles"))),
]


@pytest.fixture
def client(site, tmp_path):
    return site(*PATTERNS, DEBUG=True, TEMPLATES=[{"DIRS": [tmp_path]}])


def _text(html):
    """What a reader sees."""
    body = re.sub(r"<(style|script)>.*?</\1>", "", html, flags=re.DOTALL)
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", body)))


# 500


def test_tells_what_failed_and_where(client):
    response = client.get("/boom/")
    assert response.status_code == 500
    assert response["Content-Type"] == "text/html; charset=utf-8"
    assert "<h1>LookupError</h1>" in response.text
    assert "nothing &lt;b&gt;here&lt;/b&gt;" in response.text
    text = _text(response.text)
    assert re.search(r"test_debug.py, line \d+, in boom", text)
    assert "step 9 of 13: The view runs" in text
    assert f"{__name__}.boom" in text


def test_underlines_the_part_of_the_line_that_failed(client):
    assert "<u>raise LookupError(f&#34;nothing" in client.get("/boom/").text
    assert "<u>{}[&#34;lost key&#34;]</u>" in client.get("/chained/").text


def test_shows_variables_but_no_secrets(client):
    text = client.get("/boom/?page=2&token=s3cret", headers={"Authorization": "s3cret"}).text
    assert "vermilion" in text
    assert "hunter2" not in text
    assert "s3cret" not in text
    assert "a key for the tests only" not in text


def test_shows_what_the_request_had(client):
    client.cookies["theme"] = "dark"
    client.cookies["sessionid"] = "s3cret"
    response = client.get("/boom/?page=2", headers={"X-Colour": "blue"})
    text = _text(response.text)
    assert "page '2'" in text
    assert "theme 'dark'" in text
    assert "X-Colour 'blue'" in text
    assert "s3cret" not in text


def test_the_curl_command_holds_no_secret_of_the_page_before(client):
    response = client.get("/boom/", headers={"referer": "http://testserver/?token=s3cret&page=2"})
    assert "Referer: http://testserver/?token=••••••••&amp;page=2" in response.text
    assert "s3cret" not in response.text


def test_offers_the_request_as_a_curl_command(client):
    response = client.get(
        "/boom/?a=it's&token=x", headers={"X-Colour": "blue", "Authorization": "x"}
    )
    command = unescape(re.search(r'id="curl">(.*?)</code>', response.text)[1])
    assert command == (
        """curl -X GET 'http://testserver/boom/?a=it'"'"'s&token=••••••••' """
        "-H 'X-Colour: blue' -H 'Authorization: ••••••••'"
    )


def test_shows_hints(client):
    assert "Hint: Put the thing back." in _text(client.get("/hinted/").text)


def test_shows_where_a_template_was_looked_for(client, tmp_path):
    assert f"Looked for {tmp_path}/lost.html." in _text(client.get("/lost/").text)


def test_shows_the_whole_chain(client):
    text = _text(client.get("/chained/").text)
    assert text.index("no balance") < text.index("Caused by KeyError")


def test_shows_the_members_of_a_group(client):
    text = _text(client.get("/grouped/").text)
    assert "OSError: disk" in text
    assert "ValueError: paper" in text


def test_marks_the_failing_room_and_no_other(client):
    rooms = re.findall(r'<li class="(\w*)"', client.get("/boom/").text)
    assert rooms == ["walked"] * 8 + ["failed"] + [""] * 4
    assert len(rooms) == len(STEPS)


def test_needs_nothing_from_elsewhere(client):
    html = client.get("/boom/").text + client.get("/nowhere/").text
    assert not re.search(r"(src|href)=|url\(|@import|https?://(?!testserver)", html)


def test_a_bad_request_keeps_its_status(client):
    response = client.get("/bad/")
    assert response.status_code == 400
    assert "unreadable" in response.text


def test_a_client_that_wants_text_gets_text(client):
    response = client.get("/chained/", headers={"Accept": "text/plain"})
    assert response["Content-Type"] == "text/plain; charset=utf-8"
    assert response.text.startswith("ValueError at /chained/\nno balance\n")
    view = STEPS[8]
    assert f"Step:     9 of 13, {view.name} ({view.module})" in response.text
    assert "Caused by KeyError: 'lost key'" in response.text
    assert '    raise ValueError("no balance") from exc' in response.text


def test_a_client_that_wants_json_gets_json(client):
    report = client.get("/chained/", headers={"Accept": "application/json"}).json()
    assert report["status"] == 500
    assert report["request"]["path"] == "/chained/"
    assert [each["type"] for each in report["exceptions"]] == ["ValueError", "KeyError"]
    assert report["exceptions"][0]["frames"][-1]["function"] == "chained"


def test_a_failing_report_does_not_hide_the_error(rf, monkeypatch):
    def unable(*args):
        raise RuntimeError("the report is broken")

    monkeypatch.setattr(debug, "build_report", unable)
    exc = LookupError("the original")
    response = technical_500_response(rf.get("/"), LookupError, exc, None)
    assert response.status_code == 500
    assert response.text.startswith("LookupError: the original")
    assert "the report is broken" in response.text


def test_a_broken_request_does_not_hide_the_error(rf):
    class Broken(type(rf.get("/"))):
        GET = COOKIES = POST = property(lambda self: 1 / 0)

    request = Broken(rf.build_environ())
    response = technical_500_response(request, LookupError, LookupError("the original"), None)
    assert "<h1>LookupError</h1>" in response.text
    assert "ZeroDivisionError" in response.text


@pytest.fixture
def unlogged():
    """Keeps what is raised out of pytest's own report, which could not be encoded either."""
    logging.disable()
    yield
    logging.disable(logging.NOTSET)


@pytest.mark.parametrize("accept", ["text/html", "application/json", "text/plain"])
@pytest.mark.parametrize(("kind", "status"), [(ValueError, 500), (BadRequest, 400), (Http404, 404)])
def test_half_of_a_surrogate_pair_is_written_out(site, unlogged, accept, kind, status):
    def view(request):
        raise kind(json.loads(r'"\udcff"'))

    response = site(path("", view), DEBUG=True).get("/", headers={"accept": accept})
    assert response.status_code == status
    assert "\\udcff" in response.text
    assert not response.text.startswith("Traceback")


# 404


def test_shows_the_nearest_routes_and_why_they_lost(client):
    response = client.get("/articles/seven/")
    assert response.status_code == 404
    text = _text(response.text)
    assert f"None of the {len(PATTERNS)} routes" in text
    nearest = text.index("articles/<int:pk>/")
    assert nearest < text.index("All 9 routes")
    assert "segment 2 'seven' is not an int" in text
    assert "articles:one" in text
    assert "step 7 of 13" in text


def test_a_404_of_a_view_names_the_view_and_the_message(client):
    response = client.get("/gone/")
    assert response.status_code == 404
    text = _text(response.text)
    assert "No article with that number." in text
    assert f"{__name__}.gone" in text
    assert "step 9 of 13" in text


def test_a_view_that_resolves_in_vain_is_not_mistaken_for_a_lost_request(client):
    text = _text(client.get("/asking/").text)
    assert f"{__name__}.asking" in text
    assert "step 9 of 13" in text


def test_a_404_as_text(client):
    response = client.get("/articles/seven/", headers={"Accept": "text/plain"})
    assert response["Content-Type"] == "text/plain; charset=utf-8"
    assert response.text.startswith("Page not found: GET /articles/seven/\n")
    assert "segment 2 'seven' is not an int" in response.text


def test_a_path_cannot_write_into_the_page(client):
    assert "<script>alert" not in client.get("/<script>alert(1)</script>/").text


def test_a_site_without_routes_is_welcomed(site):
    response = site(DEBUG=True).get("/")
    assert response.status_code == 200
    assert "It works." in response.text


def test_without_debug_nothing_is_told(site):
    client = site(*PATTERNS, DEBUG=False)
    for url in ("/boom/", "/nowhere/", "/gone/"):
        text = client.get(url).text
        assert "enfilade" not in text.lower()
        assert len(text) < 1000


# Reports beyond the page


class Brief(ExceptionReporter):
    def get_traceback_html(self):
        return f"brief: {self.report.failures[0].message}"


def test_a_request_may_choose_its_reporter(site):
    def view(request):
        request.exception_reporter_class = Brief
        raise LookupError("lost")

    client = site(path("", view), DEBUG=True)
    assert client.get("/").content == b"brief: lost"


def test_a_text_report_has_what_the_client_sent_and_the_settings(rf):
    request = rf.post("/boom/?page=2", {"name": "Ada", "password": "hunter2"})
    try:
        boom(request)
    except LookupError as exc:
        text = ExceptionReporter(request, LookupError, exc, exc.__traceback__).get_traceback_text()
    assert text.startswith("LookupError at /boom/\n")
    for line in (
        "Request:  POST /boom/",
        "  page = '2'",
        "  name = 'Ada'",
        "  APPEND_SLASH = True",
    ):
        assert line in text.splitlines()
    assert "hunter2" not in text


def test_a_report_as_data_needs_no_request():
    error = LookupError("lonely")
    data = ExceptionReporter(None, LookupError, error, None).get_traceback_json()
    assert data["request"] == {"method": "", "path": "", "view": ""}
    assert data["exceptions"][0]["message"] == "lonely"


# The profiler -----------------------------------------------------------------------------------

PROFILED = {"enfilade.profile": "/-/enfilade/requests/00f067aa0ba902b7"}
"""What a development server leaves in environ."""


@pytest.mark.parametrize("where", ["/boom/", "/nowhere/"])
def test_a_page_leads_to_the_one_of_its_request_in_the_profiler(site, where):
    client = site(*PATTERNS, DEBUG=True)
    link = '<a href="/-/enfilade/requests/00f067aa0ba902b7">'
    assert link in client.get(where, **PROFILED).content.decode()
    text = client.get(where, headers={"Accept": "text/plain"}, **PROFILED).content.decode()
    assert "Profiler: /-/enfilade/requests/00f067aa0ba902b7\n" in text
    assert "profiler</a>" not in client.get(where).content.decode()


def test_json_leads_to_the_profiler_too(site):
    client = site(*PATTERNS, DEBUG=True)
    said = client.get("/boom/", headers={"Accept": "application/json"}, **PROFILED).json()
    assert said["profile"] == "/-/enfilade/requests/00f067aa0ba902b7"

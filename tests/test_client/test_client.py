"""The sync client: what it sends, and what it shows of the answer."""

import io
from wsgiref.simple_server import demo_app

import pytest

from enfilade.dispatch import got_request_exception, request_finished, request_started
from enfilade.handlers.wsgi import WSGIHandler
from enfilade.http import HttpResponse
from enfilade.template.signals import template_rendered
from enfilade.test import Client, RedirectCycleError, override_settings


@pytest.fixture
def client():
    return Client()


# What is sent


@pytest.mark.parametrize("method", ["get", "post", "put", "patch", "delete", "options"])
def test_every_method_has_its_function(client, method):
    assert getattr(client, method)("/echo/").json()["method"] == method.upper()


def test_sends_a_query_from_the_path_or_from_data(client):
    assert client.get("/echo/?a=1&a=2").json()["query"] == {"a": ["1", "2"]}
    assert client.get("/echo/", {"a": [1, 2]}).json()["query"] == {"a": ["1", "2"]}
    assert client.post("/echo/", query_params={"a": "ä b"}).json()["query"] == {"a": ["ä b"]}


def test_refuses_two_queries(client):
    with pytest.raises(ValueError, match="mutually exclusive"):
        client.get("/echo/", {"a": 1}, query_params={"b": 2})


def test_sends_headers_by_their_names(client):
    seen = client.get("/echo/", headers={"X-Colour": "blue", "accept": "text/html"}).json()
    assert seen["headers"]["X-Colour"] == "blue"
    assert seen["headers"]["Accept"] == "text/html"


def test_sends_what_all_requests_of_the_client_have(client):
    client = Client(headers={"X-All": "1"}, query_params={"q": "x"}, REMOTE_ADDR="192.0.2.1")
    seen = client.get("/echo/", HTTP_X_ONE="2").json()
    assert (seen["headers"]["X-All"], seen["headers"]["X-One"]) == ("1", "2")
    assert (seen["query"], seen["remote"]) == ({"q": ["x"]}, "192.0.2.1")


def test_sends_over_https_when_told(client):
    assert client.get("/echo/").json()["scheme"] == "http"
    assert client.get("/echo/", secure=True).json()["scheme"] == "https"


def test_follows_and_secures_by_place_as_in_django(client):
    assert client.get("/echo/", {"a": 1}, False, True).json()["scheme"] == "https"
    assert client.post("/echo/", "{}", "application/json", False, True).json()["scheme"] == "https"
    assert client.get("/redirect/302/echo/", {}, True).redirect_chain
    with pytest.raises(TypeError, match="the last that has a place is secure"):
        client.get("/echo/", {}, False, True, True)
    with pytest.raises(TypeError, match="two values for follow"):
        client.get("/echo/", {}, True, follow=True)


def test_a_query_of_all_requests_yields_only_to_a_query_of_the_request():
    client = Client(query_params={"q": "all"})
    assert client.get("/echo/").json()["query"] == {"q": ["all"]}
    assert client.get("/echo/?q=path").json()["query"] == {"q": ["path"]}
    assert client.get("/echo/", {"q": "own"}).json()["query"] == {"q": ["own"]}


def test_sends_json(client):
    data = {"name": "Ada", "born": [1815, 12, 10]}
    seen = client.post("/echo/", data, "application/json").json()
    assert seen["body"] == '{"name": "Ada", "born": [1815, 12, 10]}'
    assert seen["headers"]["Content-Type"] == "application/json"
    assert client.put("/echo/", '{"raw": 1}', "application/json").json()["body"] == '{"raw": 1}'


def test_sends_forms_with_files(client):
    file = io.BytesIO(b"content")
    file.name = "/some/where/poem.txt"
    seen = client.post("/form/", {"name": "Ada", "n": [1, 2], "file": file}).json()
    assert seen["fields"] == {"name": ["Ada"], "n": ["1", "2"]}
    assert seen["files"] == {"file": ["poem.txt", "text/plain", "content"]}


def test_sends_a_body_as_it_is(client):
    seen = client.post("/echo/", b"\x00\xff", "application/octet-stream").json()
    assert seen["body"] == "\x00\xff"
    assert seen["headers"]["Content-Length"] == "2"


def test_decodes_escapes_and_takes_umlauts_in_paths(client):
    assert client.get("/echo/%E4%BD").status_code == 404
    assert client.get("/status/200/?ü=1").status_code == 200
    assert client.get("http://testserver/echo/?a=1#top").json()["query"] == {"a": ["1"]}
    assert client.get("//echo/").status_code == 404


# Cookies


def test_keeps_cookies(client):
    client.get("/set/")
    assert client.get("/echo/").json()["cookies"] == {"colour": "deep blue", "size": "7"}
    client.get("/delete/")
    assert client.get("/echo/").json()["cookies"] == {"size": "7"}


def test_cookies_can_be_set_by_hand(client):
    client.cookies["colour"] = "green"
    assert client.get("/echo/").json()["cookies"] == {"colour": "green"}


# What is shown


def test_shows_the_template_and_its_context(client):
    response = client.get("/template/")
    assert response.text == "[Ode]"
    assert [template.name for template in response.templates] == ["poem.html"]
    assert response.context["title"] == "Ode"
    assert response.context["request"] is response.wsgi_request


def test_shows_the_contexts_of_all_templates(client):
    context = client.get("/two-templates/").context
    assert (context["title"], context[1]["title"]) == ("Ode", "[Ode]")
    assert context["first"] is True
    assert "first" in context
    assert "second" not in context
    assert context.get("second", "none") == "none"
    assert {"title", "first", "request"} <= context.keys()
    with pytest.raises(KeyError):
        context["second"]


def test_a_response_without_a_template_has_no_context(client):
    response = client.get("/echo/")
    assert (response.templates, response.context) == ([], None)


def test_shows_client_request_and_match(client):
    response = client.get("/echo/", HTTP_X_A="1")
    assert response.client is client
    assert response.request["PATH_INFO"] == "/echo/"
    assert response.request["HTTP_X_A"] == "1"
    assert response.resolver_match.url_name == "echo"
    assert response.wsgi_request.path == "/echo/"


def test_shows_the_match_of_a_request_that_was_answered_before_it_was_resolved():
    with override_settings(MIDDLEWARE=[lambda get_response: lambda request: HttpResponse("early")]):
        assert Client().get("/echo/").resolver_match.url_name == "echo"


def test_json_needs_a_json_response(client):
    with pytest.raises(ValueError, match='"text/html; charset=utf-8", not "application/json"'):
        client.get("/template/").json()


def test_raises_what_the_site_did_not_handle(client):
    with pytest.raises(LookupError, match="nothing here"):
        client.get("/boom/")


def test_shows_the_500_page_and_the_exception_when_told():
    response = Client(raise_request_exception=False).get("/boom/")
    assert response.status_code == 500
    assert response.exc_info[0] is LookupError
    assert Client().get("/echo/").exc_info is None


def test_raises_what_ends_loops_while_it_follows_redirects(client):
    with pytest.raises(StopIteration, match="a generator's word"):
        client.get("/stop/", follow=True)


@pytest.mark.parametrize("enforced", [False, True])
def test_csrf_is_checked_only_if_the_client_wants_that(client, enforced):
    assert Client(enforce_csrf_checks=enforced).get("/csrf/").json() is enforced


def test_leaves_no_listeners_behind(client):
    client.get("/template/")
    with pytest.raises(LookupError):
        client.get("/boom/")
    assert not template_rendered.receivers
    assert not got_request_exception.receivers


def test_sends_the_signals_of_a_request(client):
    heard = []

    def started(**named):
        heard.append("started")

    def finished(**named):
        heard.append("finished")

    request_started.connect(started)
    request_finished.connect(finished)
    try:
        client.get("/echo/")
        response = client.get("/stream/")
        assert heard == ["started", "finished", "started"]
        assert b"".join(response.streaming_content) == b"ab"
        assert heard[-1] == "finished"
        assert response.closed
    finally:
        request_started.disconnect(started)
        request_finished.disconnect(finished)


def test_shows_the_request_that_the_site_had(client):
    response = client.get("/echo/", {"a": 1}, REMOTE_ADDR="192.0.2.1")
    assert response.wsgi_request.get_full_path() == "/echo/?a=1"
    assert response.wsgi_request.META["REMOTE_ADDR"] == "192.0.2.1"
    assert response.wsgi_request.resolver_match.route == "echo/"


@pytest.mark.parametrize("url", ["/status/204/", "/status/304/"])
def test_statuses_without_a_body_have_none(client, url):
    assert client.get(url).content == b""


def test_head_has_no_body(client):
    response = client.head("/echo/")
    assert (response.status_code, response.content) == (200, b"")
    assert b"".join(client.head("/stream/").streaming_content) == b""


def test_async_views_answer_too(client):
    assert client.get("/awaited/").content == b"awaited"


# Redirects


def test_does_not_follow_unless_told(client):
    response = client.get("/redirect/302/echo/")
    assert (response.status_code, response.url) == (302, "/echo/")
    assert not hasattr(response, "redirect_chain")


@pytest.mark.parametrize("code", [301, 302, 303])
def test_follows_with_get(client, code):
    response = client.post(f"/redirect/{code}/echo/?a=1", {"x": "y"}, follow=True)
    seen = response.json()
    assert (seen["method"], seen["body"], seen["query"]) == ("GET", "", {"a": ["1"]})
    assert "Content-Type" not in seen["headers"]
    assert response.redirect_chain == [("/echo/?a=1", code)]


@pytest.mark.parametrize("code", [307, 308])
@pytest.mark.parametrize("method", ["get", "post", "put", "patch", "delete", "options"])
def test_follows_with_the_same_method_and_body(client, code, method):
    options = {} if method == "get" else {"data": "body", "content_type": "text/plain"}
    url = f"/redirect/{code}/echo/?a=1"
    seen = getattr(client, method)(url, follow=True, headers={"X-A": "1"}, **options).json()
    assert (seen["method"], seen["query"]) == (method.upper(), {"a": ["1"]})
    assert seen["body"] == ("" if method == "get" else "body")
    assert seen["headers"]["X-A"] == "1"


def test_follows_a_chain(client):
    response = client.get("/redirect/302/redirect/301/echo/", follow=True)
    assert response.json()["path"] == "/echo/"
    assert response.redirect_chain == [("/redirect/301/echo/", 302), ("/echo/", 301)]


def test_follows_to_another_host(client):
    seen = client.get("/elsewhere/", follow=True).json()
    assert (seen["scheme"], seen["host"]) == ("https", "www.example.org:8443")


def test_follows_relative_addresses(client):
    assert client.get("/relative/", follow=True).json()["path"] == "/echo/"


def test_a_response_without_redirects_has_an_empty_chain(client):
    assert client.get("/echo/", follow=True).redirect_chain == []


def test_a_circle_is_an_error(client):
    with pytest.raises(RedirectCycleError, match="loop") as caught:
        client.get("/there/", follow=True)
    assert caught.value.redirect_chain == [("/back/", 302), ("/there/", 302), ("/back/", 302)]


def test_an_endless_chain_is_an_error(client):
    with pytest.raises(RedirectCycleError, match="Too many") as caught:
        client.get("/growing/0/", follow=True)
    assert len(caught.value.redirect_chain) == 21
    assert caught.value.last_response.status_code == 302


# Other applications


def test_drives_a_handler_that_is_given():
    response = Client(application=WSGIHandler()).get("/template/")
    assert response.context["title"] == "Ode"
    assert response.resolver_match.route == "template/"


def test_drives_any_wsgi_application():
    response = Client(application=demo_app).get("/anything/?a=1")
    assert response.status_code == 200
    assert response["Content-Type"] == "text/plain; charset=utf-8"
    assert "QUERY_STRING = 'a=1'" in response.text


def test_takes_cookies_and_repeated_headers_of_any_application():
    closed = []

    class Body(list):
        def close(self):
            closed.append(True)

    def application(environ, start_response):
        write = start_response(
            "299 Quite Fine",
            [("Vary", "A"), ("Vary", "B"), ("Set-Cookie", "a=1; Path=/"), ("Set-Cookie", "b=2")],
        )
        write(b"written ")
        return Body([environ.get("HTTP_COOKIE", "").encode()])

    client = Client(application=application)
    response = client.get("/")
    assert (response.status_code, response.reason_phrase) == (299, "Quite Fine")
    assert (response["Vary"], response.content) == ("A, B", b"written ")
    assert "Content-Type" not in response
    assert client.get("/").content == b"written a=1; b=2"
    assert closed == [True, True]


def test_an_application_that_does_not_start_a_response_is_wrong():
    with pytest.raises(AssertionError, match="start_response"):
        Client(application=lambda environ, start_response: []).get("/")


def test_the_handler_is_made_with_the_first_request():
    with override_settings(MIDDLEWARE=["no.such.middleware"]):
        client = Client()
    assert client.get("/echo/").status_code == 200

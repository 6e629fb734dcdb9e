"""``enfilade dev`` with sites of several frameworks: what the profiler adds to their answers, and
what it leaves alone."""

import gzip
import http.client
import json
import re
from collections.abc import Iterator

import httpx
import pytest

from patience import PATIENCE, until
from profiled_pages import ETAG, PAGE, PIECES
from running import Running

pytestmark = pytest.mark.slow

SITES = {
    "enfilade": ["enfilade_site:application"],
    "enfilade, asgi": ["enfilade_site:application", "--interface=asgi"],
    "django": ["django_site:application"],
    "django, asgi": ["django_site:asgi"],
    "flask": ["flask_site:application"],
}
BAR = re.compile(r"<enfilade-toolbar>.*</enfilade-toolbar>")


@pytest.fixture(scope="module", params=SITES)
def site(request, develop) -> Running:
    return develop(*SITES[request.param])


@pytest.fixture
def client(site) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=site.url, timeout=20) as client:
        yield client


def page_of(response: httpx.Response) -> str:
    """The address that the answer's Link field has for the profiler."""
    found = [link for link in response.headers.get_list("link") if "/-/enfilade/" in link]
    assert len(found) == 1
    return found[0].partition(">")[0].removeprefix("<")


def test_a_page_has_a_toolbar_that_leads_to_its_request(client):
    response = client.get("/")
    bar = BAR.search(response.text)
    assert response.text.replace(bar[0], "") == PAGE
    assert f'href="{page_of(response)}"' in bar[0]
    assert int(response.headers["content-length"]) == len(response.content)
    assert until(lambda: client.get(page_of(response)).status_code == 200)


def test_the_page_of_a_request_is_there_when_it_has_been_answered(client):
    response = client.get("/data/?q=rooms")
    assert response.json() == {"news": []}
    assert "total;dur=" in response.headers["server-timing"]
    address = page_of(response)
    assert address.endswith(response.headers["enfilade-trace"])
    shown = until(lambda: (found := client.get(address)).status_code == 200 and found)
    assert "/data/" in shown.text
    assert not BAR.search(shown.text)


def test_what_is_encoded_is_untouched(client):
    with client.stream("GET", "/gzip/") as response:
        raw = b"".join(response.iter_raw())
    assert gzip.decompress(raw).decode() == PAGE
    assert page_of(response)


def test_a_stream_has_a_toolbar_at_its_end(client):
    text = client.get("/stream/").text
    assert BAR.sub("", text) == "".join(PIECES)
    assert text.index("two") < text.index("<enfilade-toolbar>")


def test_a_strict_policy_is_obeyed(client):
    assert client.get("/strict/").text == PAGE
    narrow = client.get("/narrow/").text
    assert BAR.sub("", narrow) == PAGE
    assert "<script" not in narrow
    assert '<link rel="stylesheet"' in narrow


def test_a_request_of_a_script_gets_the_page_as_it_is(client):
    for field in ({"HX-Request": "true"}, {"Sec-Fetch-Dest": "empty"}):
        response = client.get("/", headers=field)
        assert response.text == PAGE
        assert page_of(response)


def test_head_tells_and_sends_nothing(client):
    response = client.head("/")
    assert response.content == b""
    assert page_of(response)


def test_who_has_a_page_already_is_told_so(client):
    first = client.get("/same/")
    assert BAR.search(first.text)
    assert first.headers["etag"] == f"W/{ETAG}"
    again = client.get("/same/", headers={"If-None-Match": first.headers["etag"]})
    assert again.status_code == 304
    assert again.content == b""
    assert page_of(again) != page_of(first)


def test_a_failure_leads_to_its_request(client, site):
    response = client.get("/fail/")
    assert response.status_code == 500
    address = page_of(response)
    shown = until(lambda: (found := client.get(address)).status_code == 200 and found)
    assert "RuntimeError" in shown.text


def test_the_pages_are_none_of_the_site_s_requests(site, client):
    before = len(site.log.splitlines())
    for path in ("", "requests/", "toolbar.css", "toolbar.js", "nothing/"):
        response = client.get(f"/-/enfilade/{path}")
        assert response.status_code == (404 if path == "nothing/" else 200)
        for name in ("link", "server-timing", "enfilade-trace"):
            assert name not in response.headers
    assert "/-/enfilade/" not in "".join(site.log.splitlines()[before:])
    assert "/-/enfilade/toolbar" not in client.get("/-/enfilade/requests/").text


def test_a_name_that_could_be_anybody_s_sees_no_page(client):
    assert client.get("/-/enfilade/", headers={"Host": "evil.example"}).status_code == 421
    assert client.get("/", headers={"Host": "localhost"}).status_code == 200


def test_the_first_page_is_found_without_its_last_slash(client):
    response = client.get("/-/enfilade", follow_redirects=True)
    assert response.status_code == 200


def test_old_clients_get_whole_pages(site):
    connection = http.client.HTTPConnection("127.0.0.1", site.port, timeout=20)
    connection._http_vsn, connection._http_vsn_str = 10, "HTTP/1.0"
    connection.request("GET", "/stream/")
    assert BAR.sub("", connection.getresponse().read().decode()) == "".join(PIECES)
    connection.close()


def test_the_live_page_tells_of_a_request(site, client):
    with client.stream("GET", "/-/enfilade/requests/events") as events:
        assert events.headers["content-type"].startswith("text/event-stream")
        lines = events.iter_lines()
        httpx.get(f"{site.url}/data/?live", timeout=PATIENCE)
        told = next(line for line in lines if line.startswith("data:") and "/data/" in line)
    assert json.loads(told.removeprefix("data:"))

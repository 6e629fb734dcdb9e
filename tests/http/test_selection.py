"""FileResponse(conditional=True), asked by requests through both handlers."""

import io
import os
import time
from email import message_from_bytes, policy

import pytest

from enfilade.http import FileResponse, HttpRequest
from enfilade.http.dates import parse_http_date
from enfilade.middleware import MiddlewareMixin
from enfilade.test import AsyncClient, Client, override_settings
from enfilade.urls import path

CONTENT = bytes(range(100))
MODIFIED = "Tue, 14 Nov 2023 22:13:20 GMT"


class Urls:
    """A URLconf with one view."""

    def __init__(self, view):
        self.urlpatterns = [path("", view)]


class Marking(MiddlewareMixin):
    """Adds what outer middleware would add."""

    blocking = False

    def process_response(self, request, response):
        response["X-Frame-Options"] = "DENY"
        response["Content-Security-Policy"] = "default-src 'none'"
        response["Cache-Control"] = "max-age=60"
        response.set_cookie("tea", "green")
        return response


@pytest.fixture
def file(tmp_path):
    place = tmp_path / "numbers.bin"
    place.write_bytes(CONTENT)
    os.utime(place, ns=(0, 1_700_000_000_123_456_789))
    return place


@pytest.fixture(params=["wsgi", "asgi"])
async def ask(request, file):
    """Ask for the file; the answer is as the client sees it, and nothing is left open."""
    opened = []

    def view(request):
        opened.append(file.open("rb"))
        return FileResponse(opened[-1], conditional=True)

    async def get(method="GET", view=view, **fields):
        headers = {name.replace("_", "-"): value for name, value in fields.items()}
        with override_settings(ROOT_URLCONF=Urls(view), MIDDLEWARE=[Marking]):
            if request.param == "wsgi":
                response = Client().generic(method, "/", headers=headers)
                response.body = b"" if method == "HEAD" else response_body(response)
            else:
                response = await AsyncClient().generic(method, "/", headers=headers)
                response.body = b"" if method == "HEAD" else await async_body(response)
        response.close()
        assert all(each.closed for each in opened)
        return response

    return get


def response_body(response):
    return b"".join(response)


async def async_body(response):
    if not response.streaming:
        return response.content
    return b"".join([chunk async for chunk in response])


async def test_the_whole_file_says_its_version_and_that_it_has_parts(ask):
    response = await ask()
    assert (response.status_code, response.body) == (200, CONTENT)
    assert response["Last-Modified"] == MODIFIED
    assert response["Accept-Ranges"] == "bytes"
    assert response["ETag"].startswith('"')


async def test_a_copy_that_is_good_is_not_sent_again(ask):
    etag = (await ask())["ETag"]
    for fields in ({"If_None_Match": etag}, {"If_Modified_Since": MODIFIED}):
        response = await ask(**fields)
        assert (response.status_code, response.body) == (304, b"")
        assert (response["ETag"], response["Last-Modified"]) == (etag, MODIFIED)
        assert response["Cache-Control"] == "max-age=60"
        assert response["X-Frame-Options"] == "DENY"
        assert response.cookies["tea"].value == "green"
        assert "Content-Type" not in response


async def test_a_file_that_has_changed_is_another_version(ask, file):
    etag = (await ask())["ETag"]
    file.write_bytes(CONTENT[::-1])
    assert (await ask(If_None_Match=etag)).status_code == 200
    assert (await ask(If_Match=etag)).status_code == 412


async def test_a_part_is_sent_as_such(ask):
    response = await ask(Range="bytes=10-19")
    assert (response.status_code, response.body) == (206, CONTENT[10:20])
    assert response.reason_phrase == "Partial Content"
    assert response["Content-Range"] == "bytes 10-19/100"
    assert response["Content-Length"] == "10"
    assert response["Content-Type"] == "application/octet-stream"
    assert response["X-Frame-Options"] == "DENY"
    assert {"ETag", "Last-Modified", "Cache-Control"} <= set(response.headers)


async def test_several_parts_are_sent_in_one_answer(ask):
    response = await ask(Range="bytes=90-,0-0")
    assert response.status_code == 206
    assert "Content-Range" not in response
    assert response["Content-Length"] == str(len(response.body))
    head = f"Content-Type: {response['Content-Type']}\r\n\r\n".encode()
    parts = message_from_bytes(head + response.body, policy=policy.HTTP).get_payload()
    assert [part["Content-Range"] for part in parts] == ["bytes 90-99/100", "bytes 0-0/100"]


async def test_a_part_beyond_the_end_is_refused_with_the_length(ask):
    response = await ask(Range="bytes=100-")
    assert (response.status_code, response.body) == (416, b"")
    assert response["Content-Range"] == "bytes */100"
    assert response["X-Frame-Options"] == "DENY"
    assert not {"ETag", "Cache-Control", "Content-Disposition"} & set(response.headers)


async def test_a_client_with_an_old_part_gets_the_whole(ask):
    etag = (await ask())["ETag"]
    for condition, status in [(etag, 206), (MODIFIED, 206), ('"old"', 200), (f"W/{etag}", 200)]:
        assert (await ask(Range="bytes=0-9", If_Range=condition)).status_code == status


async def test_conditions_come_before_ranges(ask):
    etag = (await ask())["ETag"]
    assert (await ask(Range="bytes=0-9", If_None_Match=etag)).status_code == 304
    assert (await ask(Range="bytes=0-9", If_Match='"old"')).status_code == 412


async def test_head_says_that_there_are_parts_and_names_none(ask):
    response = await ask("HEAD", Range="bytes=0-9")
    assert (response.status_code, response["Content-Length"]) == (200, "100")
    assert response["Accept-Ranges"] == "bytes"


@pytest.mark.parametrize(
    "fields", [{"If_None_Match": "*"}, {"If_Match": '"old"'}, {"Range": "bytes=200-"}], ids=str
)
async def test_what_is_said_of_the_site_stays_where_the_file_is_not_sent(ask, fields):
    response = await ask(**fields)
    assert response.status_code in (304, 412, 416)
    assert response["Content-Security-Policy"] == "default-src 'none'"
    assert not {"Content-Disposition", "Accept-Ranges"} & set(response.headers)


@pytest.mark.parametrize("method", ["POST", "PUT", "OPTIONS"])
async def test_what_an_action_led_to_is_sent_whole_whatever_the_conditions(ask, method):
    fields = {"If_Match": '"old"', "If_None_Match": "*", "If_Modified_Since": MODIFIED}
    response = await ask(method, Range="bytes=0-9", **fields)
    assert (response.status_code, response.body) == (200, CONTENT)


async def test_a_list_without_a_tag_in_it_counts(ask):
    assert (await ask(If_Match="old")).status_code == 412
    assert (await ask(If_None_Match="old", If_Modified_Since=MODIFIED)).status_code == 200


async def test_a_date_holds_a_part_only_once_its_second_is_over(ask, file):
    soon = int(time.time()) + 60
    os.utime(file, (soon, soon))
    date = (await ask())["Last-Modified"]
    assert (await ask(Range="bytes=0-9", If_Range=date)).status_code == 200
    os.utime(file, (soon - 3600, soon - 3600))
    date = (await ask())["Last-Modified"]
    assert (await ask(Range="bytes=0-9", If_Range=date)).status_code == 206


async def test_no_file_is_of_the_future(ask, file):
    """RFC 9110, 8.8.2.1."""
    os.utime(file, (4_000_000_000, 4_000_000_000))
    date = (await ask())["Last-Modified"]
    assert parse_http_date(date) <= time.time()


async def test_parts_of_a_coded_content_are_sent_one_at_a_time(ask, file):
    """A coding would be that of the multipart body, of which the headings are not coded."""

    def view(request):
        headers = {"Content-Encoding": "gzip"}
        return FileResponse(file.open("rb"), conditional=True, headers=headers)

    assert (await ask(view=view, Range="bytes=0-0")).status_code == 206
    response = await ask(view=view, Range="bytes=0-0,99-")
    assert (response.status_code, response.body) == (200, CONTENT)


async def test_a_range_that_cannot_be_read_is_ignored(ask):
    assert (await ask(Range="bytes=z")).status_code == 200


async def test_nothing_of_this_happens_unless_it_is_asked_for(ask, file):
    response = await ask(view=lambda request: FileResponse(file.open("rb")), Range="bytes=0-9")
    assert (response.status_code, response.body) == (200, CONTENT)
    assert not {"ETag", "Last-Modified", "Accept-Ranges"} & set(response.headers)


async def test_a_file_in_memory_has_the_version_that_the_view_gives_it(ask):
    def view(request):
        return FileResponse(io.BytesIO(CONTENT), conditional=True, headers={"ETag": '"1"'})

    assert (await ask(view=view, If_None_Match='"1"')).status_code == 304
    response = await ask(view=view, Range="bytes=-3", If_Range='"1"')
    assert (response.status_code, response.body) == (206, CONTENT[-3:])
    assert "Last-Modified" not in response


async def test_a_file_that_is_begun_counts_from_there(ask, file):
    def view(request):
        opened = file.open("rb")
        opened.read(50)
        return FileResponse(opened, conditional=True)

    response = await ask(view=view, Range="bytes=0-1")
    assert response.body == CONTENT[50:52]
    assert response["Content-Range"] == "bytes 0-1/50"


async def test_what_is_no_file_has_no_parts(ask):
    def view(request):
        return FileResponse(iter([b"a", b"b"]), conditional=True)

    response = await ask(view=view, Range="bytes=0-0")
    assert (response.status_code, response.body) == (200, b"ab")
    assert "Accept-Ranges" not in response


async def test_a_content_that_somebody_has_wrapped_has_no_parts(ask, file):
    def view(request):
        response = FileResponse(file.open("rb"), conditional=True)
        response.streaming_content = (chunk[::-1] for chunk in response.streaming_content)
        return response

    response = await ask(view=view, Range="bytes=0-0")
    assert (response.status_code, response.body) == (200, CONTENT[::-1])


async def test_a_failure_has_no_parts(ask, file):
    def view(request):
        return FileResponse(file.open("rb"), status=503, conditional=True)

    assert (await ask(view=view, Range="bytes=0-0", If_None_Match="*")).status_code == 503


@pytest.mark.parametrize("ranges", ["bytes=10-19", "bytes=0-1,90-", None])
def test_a_server_s_file_wrapper_sends_the_same_and_closes_all(file, ranges):
    from wsgiref.util import FileWrapper

    from enfilade.handlers.wsgi import WSGIHandler

    opened = file.open("rb")
    environ = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": "/",
        "SERVER_NAME": "testserver",
        "SERVER_PORT": "80",
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(),
        "wsgi.file_wrapper": FileWrapper,
        **({"HTTP_RANGE": ranges} if ranges else {}),
    }
    started = []
    view = lambda request: FileResponse(opened, conditional=True)  # noqa: E731
    with override_settings(ROOT_URLCONF=Urls(view)):
        body = WSGIHandler()(environ, lambda status, fields: started.append((status, fields)))
    assert isinstance(body, FileWrapper)
    content = b"".join(body)
    body.close()
    status, fields = started[0]
    assert status == ("206 Partial Content" if ranges else "200 OK")
    assert dict(fields)["Content-Length"] == str(len(content))
    assert opened.closed


def test_a_response_answers_for_itself_without_a_handler(file):
    request = HttpRequest()
    request.method = "GET"
    request.META["HTTP_RANGE"] = "bytes=1-2"
    response = FileResponse(file.open("rb"), conditional=True).for_request(request)
    assert b"".join(response) == CONTENT[1:3]
    response.close()

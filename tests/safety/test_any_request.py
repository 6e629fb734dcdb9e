"""No client chooses a 500: whatever stands in the fields and the form that a request brings, a
view may look at all of it, and write all of it down."""

import io
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enfilade.handlers.wsgi import WSGIHandler
from enfilade.http import HttpRequest, HttpResponse
from enfilade.test import override_settings
from enfilade.urls import path, re_path
from enfilade.views.static import serve

PIECES = [
    *("bytes=", "0-", "-", "5-9", "99999999999999999999", "1994", "GMT", "-1", ",", ";", "=", "*"),
    *('"', "'", "''", "W/", "\\", "\\ud800", "%", "%ff", "+2AA-", "<", "..", "/", "[::1]:", " "),
    *("\t", "\x01", "\x7f", "\x85", "\xff", "\xc3\xa9", "a", "é", "*=", "utf-8''%ff", "charset="),
    *("q=0.5", "text/html", "*/*", "boundary=xx", "name=", "filename=", "form-data"),
    *("." + "x" * 300, "Sun, 06 Nov 1994 08:49:37 GMT"),
]
TEXT = st.lists(st.sampled_from(PIECES), max_size=8).map("".join)
CHARSETS = [
    *("utf-8", "latin-1", "utf-7", "utf-16", "hz", "big5", "iso2022_kr", "cp037", "idna", "hex"),
    *("punycode", "unicode_escape", "raw_unicode_escape", "undefined", "utf_8_sig", "none"),
]
FORM = st.builds(
    "{}; boundary=xx; charset={}".format,
    st.sampled_from(["multipart/form-data", "application/x-www-form-urlencoded", "text/plain"]),
    st.sampled_from(CHARSETS),
)
OFTEN = {
    "REQUEST_METHOD": st.sampled_from(["GET", "HEAD", "POST"]),
    "PATH_INFO": st.sampled_from(["/tell", "/a.txt", "/b.tar.gz", "/"]) | TEXT.map("/{}".format),
    "QUERY_STRING": TEXT.map("a={}".format),
    "CONTENT_TYPE": FORM | TEXT,
}
SOMETIMES = dict.fromkeys(
    [
        *("HTTP_RANGE", "HTTP_IF_RANGE", "HTTP_IF_MATCH", "HTTP_IF_NONE_MATCH", "HTTP_ACCEPT"),
        *("HTTP_IF_MODIFIED_SINCE", "HTTP_IF_UNMODIFIED_SINCE", "HTTP_COOKIE", "CONTENT_LENGTH"),
    ],
    TEXT,
)
PART = st.builds(
    '--xx\r\nContent-Disposition: form-data; name="{}"{}\r\n{}\r\n\r\n{}\r\n'.format,
    TEXT,
    st.just("") | TEXT.map('; filename="{}"'.format) | TEXT.map("; filename*={}".format),
    st.just("Content-Transfer-Encoding: base64") | TEXT.map("Content-Type: {}".format),
    TEXT,
)
BODY = st.builds(
    "{}{}".format, st.lists(PART, max_size=3).map("".join), st.sampled_from(["--xx--", ""])
)


def tell(request: HttpRequest) -> HttpResponse:
    """Everything that the client has said."""
    files = [file for name in request.FILES for file in request.FILES.getlist(name)]
    said = [
        *(request.GET, request.POST, request.GET.urlencode(), request.POST.urlencode()),
        *(request.COOKIES, request.content_params, request.accepted_types, request.headers),
        *((file.name, file.content_type, file.content_type_extra, file.read()) for file in files),
    ]
    texts = [*request.GET.values(), *request.POST.values(), *request.COOKIES.values()]
    return HttpResponse([repr(said), *texts])


@pytest.fixture(scope="module")
def handler(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WSGIHandler]:
    folder = tmp_path_factory.mktemp("folder")
    (folder / "a.txt").write_bytes(bytes(range(100)))
    (folder / "b.tar.gz").write_bytes(bytes(range(100)))
    urlconf = ModuleType("urlconf_for_any_request")
    files = {"document_root": folder, "show_indexes": True}
    urlconf.urlpatterns = [path("tell", tell), re_path(r"^(?P<path>.*)$", serve, files)]  # type: ignore[attr-defined]
    with override_settings(ROOT_URLCONF=urlconf, FILE_UPLOAD_MAX_MEMORY_SIZE=50):
        yield WSGIHandler()


@given(st.fixed_dictionaries(OFTEN, optional=SOMETIMES), BODY)
def test_no_client_chooses_a_500(handler: WSGIHandler, said: dict[str, str], form: str) -> None:
    body = form.encode("latin-1")
    environ: dict[str, Any] = {
        "SERVER_NAME": "testserver",
        "SERVER_PORT": "80",
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(body),
        **said,
    }
    started: list[Any] = []
    response = handler(environ, lambda *arguments: started.append(arguments))
    sent = b"".join(response)
    getattr(response, "close", bool)()
    status, headers = started[0][0], dict(started[0][1])
    assert int(status[:3]) < 500
    if said["REQUEST_METHOD"] != "HEAD":
        assert headers.get("Content-Length") in (None, str(len(sent)))

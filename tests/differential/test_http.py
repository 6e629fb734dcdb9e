"""Requests and responses beside Django's: the same input must give the same answers."""

import datetime
import decimal
import io
import json
import uuid
from contextlib import contextmanager
from types import SimpleNamespace

import django.http
import pytest
from django.core.files import uploadhandler
from django.core.handlers.asgi import ASGIRequest as DjangoASGIRequest
from django.core.handlers.wsgi import WSGIRequest as DjangoWSGIRequest
from django.core.handlers.wsgi import get_script_name as django_get_script_name
from django.core.serializers.json import DjangoJSONEncoder
from django.http.multipartparser import MultiPartParser as DjangoMultiPartParser
from django.http.request import MediaType as DjangoMediaType
from django.http.request import split_domain_port as django_split_domain_port
from django.http.request import validate_host as django_validate_host
from django.test import override_settings
from django.utils import encoding as django_encoding
from django.utils import http as django_http_words
from hypothesis import example, given, settings
from hypothesis import strategies as st

import enfilade.http
from enfilade.conf import settings as enfilade_settings
from enfilade.http import MediaType, QueryDict, parse_cookie
from enfilade.http.address import split_domain_port, validate_host
from enfilade.http.asgi_request import ASGIRequest
from enfilade.http.dates import http_date, parse_http_date
from enfilade.http.files import content_disposition_header
from enfilade.http.iri import decode_path, escape_uri_path, iri_to_uri
from enfilade.http.json import JSONEncoder
from enfilade.http.multipart import MultiPartParser
from enfilade.http.parameters import parse_header_parameters
from enfilade.http.parts import sanitize_file_name
from enfilade.http.uploads import MemoryFileUploadHandler, SimpleUploadedFile
from enfilade.http.wsgi_request import WSGIRequest, get_script_name

FEW = settings(max_examples=60, deadline=None)

OURS = SimpleNamespace(http=enfilade.http, wsgi=WSGIRequest, asgi=ASGIRequest)
DJANGO = SimpleNamespace(http=django.http, wsgi=DjangoWSGIRequest, asgi=DjangoASGIRequest)


@contextmanager
def site(**values):
    """Both with the same settings."""
    before = enfilade_settings.explicit()
    with override_settings(**values):
        for name, value in values.items():
            setattr(enfilade_settings, name, value)
        try:
            yield
        finally:
            for name in values:
                delattr(enfilade_settings, name)
                if name in before:
                    setattr(enfilade_settings, name, before[name])


def outcome(function, *args, **kwargs):
    """What *function* returns, or the name and the text of what it raises."""
    try:
        return function(*args, **kwargs)
    except Exception as error:
        return type(error).__name__, str(error)


def same(question):
    """Assert that *question* has the same answer for both."""
    ours, theirs = outcome(question, OURS), outcome(question, DJANGO)
    assert ours == theirs
    return ours


def environ(**changes):
    return {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": "/",
        "SCRIPT_NAME": "",
        "QUERY_STRING": "",
        "SERVER_NAME": "server.example",
        "SERVER_PORT": "80",
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(),
        **changes,
    }


# Words ------------------------------------------------------------------------------------

header_text = st.text(st.characters(codec="latin-1", exclude_categories=["Cc"]), max_size=60)
query_like = st.text(st.sampled_from("ab=&+%4C3é;/?€ "), max_size=40)


@FEW
@given(st.text(st.sampled_from('ab=; "\\0123,é'), max_size=40))
@example('a="\\303\\251"; b="x\\"y"; =; c; d="')
def test_cookies_are_read_alike(text):
    assert parse_cookie(text) == django.http.parse_cookie(text)


@FEW
@given(query_like, st.sampled_from([None, "latin-1", "utf-8"]))
def test_query_strings_are_read_and_written_alike(text, encoding):
    def question(package):
        query = package.http.QueryDict(text, encoding=encoding)
        return list(query.lists()), query.urlencode(), query.urlencode(safe="/")

    same(question)


@FEW
@given(st.binary(max_size=30))
def test_query_bytes_are_read_alike(data):
    same(lambda package: list(package.http.QueryDict(data).lists()))


def test_too_many_fields_are_refused_alike():
    def question(package):
        return list(package.http.QueryDict("a&b&c").lists())

    with site(DATA_UPLOAD_MAX_NUMBER_FIELDS=3):
        assert same(question) == [("a", [""]), ("b", [""]), ("c", [""])]
    with site(DATA_UPLOAD_MAX_NUMBER_FIELDS=2):
        assert same(question)[0] == "TooManyFieldsSent"


QUERY_ACTIONS = {
    "set": lambda q: q.__setitem__("a", "x"),
    "set bytes": lambda q: q.__setitem__(b"a", b"x\xff"),
    "delete": lambda q: q.__delitem__("a"),
    "missing": lambda q: q["zzz"],
    "setlist": lambda q: q.setlist("a", [b"1", "2"]),
    "setlistdefault": lambda q: q.setlistdefault("z", ["1"]),
    "appendlist": lambda q: q.appendlist("a", b"9"),
    "append new": lambda q: q.appendlist("z", "9"),
    "pop": lambda q: q.pop("a"),
    "popitem": lambda q: q.popitem(),
    "clear": lambda q: q.clear(),
    "setdefault": lambda q: q.setdefault("z", b"1"),
    "setdefault there": lambda q: q.setdefault("a", "1"),
    "update": lambda q: q.update({"a": "7", "z": "8"}),
    "update many": lambda q: q.update(type(q)("a=5&y=6"), k="v"),
    "update pairs": lambda q: q.update([("a", "7")]),
    "getlist": lambda q: (q.getlist("a"), q.getlist("zz"), q.getlist("zz", ["d"])),
    "get": lambda q: (q.get("a"), q.get("zz"), q.get("zz", 1)),
    "views": lambda q: (list(q.items()), list(q.values()), list(q), len(q), q.dict()),
    "empty list": lambda q: (q.setlist("e", []), q["e"], q.get("e", 3)),
    "repr": repr,
}


@pytest.mark.parametrize("mutable", [True, False])
@pytest.mark.parametrize("action", QUERY_ACTIONS.values(), ids=QUERY_ACTIONS)
def test_query_dicts_change_alike(action, mutable):
    def question(package):
        query = package.http.QueryDict("a=1&a=2&b=3", mutable=mutable)
        return outcome(action, query), list(query.lists())

    same(question)


@FEW
@given(st.text(st.sampled_from("ab/; =\"\\*'utf-8%<>é,qT"), max_size=40))
@example("text/html; charset=utf-8")
@example('form-data; name="a;b"; filename="x\\"y.txt"')
@example("form-data; filename*=UTF-8''%e2%82%ac.txt")
@example("form-data; filename*=nonsense''%e2.txt; x=<y>")
@example("a; *=b; c*0=d; c*1=e; f*1=g")
def test_header_parameters_are_read_alike(line):
    theirs = outcome(django_http_words.parse_header_parameters, line)
    assert outcome(parse_header_parameters, line) == theirs


@FEW
@given(st.text(st.sampled_from("aB.-:[]1f8_/@ \n"), max_size=20))
@example("Example.org.:8000")
@example("[::1]:80")
@example("example.org\n")
def test_hosts_are_split_alike(host):
    assert split_domain_port(host) == django_split_domain_port(host)


@pytest.mark.parametrize("pattern", ["*", "", "a.example", ".a.example", "A.example", ".A.example"])
@pytest.mark.parametrize("host", ["a.example", "b.a.example", "xa.example", ""])
def test_hosts_are_allowed_alike(host, pattern):
    assert validate_host(host, [pattern]) == django_validate_host(host, [pattern])


@FEW
@given(st.text(max_size=30))
@example("/I ♥ %20 {}")
def test_iris_become_uris_alike(text):
    assert iri_to_uri(text) == django_encoding.iri_to_uri(text)
    assert escape_uri_path(text) == django_encoding.escape_uri_path(text)


@FEW
@given(st.binary(max_size=30))
@example(b"/\xff%\xc3\xa9\xe2\x82/x")
def test_paths_that_are_not_utf8_are_percent_encoded_alike(data):
    theirs = django_encoding.repercent_broken_unicode(data).decode()
    assert decode_path(data.decode("latin-1")) == theirs


@FEW
@given(st.integers(0, 4102444800))
def test_dates_are_written_and_read_alike(seconds):
    text = http_date(seconds)
    assert text == django_http_words.http_date(seconds)
    assert parse_http_date(text) == seconds


@pytest.mark.parametrize(
    "text",
    [
        "Sun, 06 Nov 1994 08:49:37 GMT",
        "Sunday, 06-Nov-94 08:49:37 GMT",
        "Sunday, 06-Nov-71 08:49:37 GMT",
        "Sun Nov  6 08:49:37 1994",
        "Sun, 31 Feb 1994 08:49:37 GMT",
        "Sun, 06 Nov 1994 08:49:37 CET",
        "Sun, 06 Nov 1994 25:49:37 GMT",
        "yesterday",
        "",
    ],
)
def test_date_formats_are_understood_alike(text):
    theirs = outcome(django_http_words.parse_http_date, text)
    ours = outcome(parse_http_date, text)
    assert ours == theirs or (ours[0], theirs[0]) == ("ValueError", "ValueError")


@pytest.mark.parametrize("name", ["", "a.txt", 'q"\\.txt', "é.txt", "tab\t.txt", "line\n.txt"])
@pytest.mark.parametrize("as_attachment", [True, False])
def test_dispositions_are_alike(name, as_attachment):
    theirs = django_http_words.content_disposition_header(as_attachment, name)
    assert content_disposition_header(as_attachment, name) == theirs


VALUES = [
    datetime.datetime(2024, 1, 2, 3, 4, 5, 678901),
    datetime.datetime(2024, 1, 2, 3, 4, 5, tzinfo=datetime.UTC),
    datetime.datetime(2024, 1, 2, 3, 4, 5, 6789, datetime.timezone(datetime.timedelta(hours=1))),
    datetime.date(2024, 1, 2),
    datetime.time(3, 4, 5, 678901),
    datetime.time(3, 4, 5),
    datetime.time(3, 4, tzinfo=datetime.UTC),
    datetime.timedelta(days=1, hours=2, minutes=3, seconds=4, microseconds=5),
    -datetime.timedelta(days=1, seconds=4),
    datetime.timedelta(0),
    decimal.Decimal("1.10"),
    uuid.UUID(int=7),
]


@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_json_is_alike(value):
    theirs = outcome(json.dumps, {"v": value}, cls=DjangoJSONEncoder)
    assert outcome(json.dumps, {"v": value}, cls=JSONEncoder) == theirs


# Media types ------------------------------------------------------------------------------

ranges = st.sampled_from(
    [
        *("*/*", "text/*", "text/html", "text/html;level=1", "text/html; level=1; q=0.4"),
        *("text/plain;q=0.5", "application/json; q=0", "*/*;q=0.1", "image/webp;q=2", ""),
        *("application/json;q=x", "text", "TEXT/HTML;q=0.9", "text/html; q=0.8; version=2"),
    ]
)


@FEW
@given(st.lists(ranges, max_size=5), st.lists(ranges, max_size=4))
def test_content_is_negotiated_alike(accept, offers):
    def question(package):
        request = package.http.HttpRequest()
        request.META["HTTP_ACCEPT"] = ",".join(accept)
        return (
            list(map(str, request.accepted_types)),
            list(map(str, request.accepted_types_by_precedence)),
            [request.accepts(offer) for offer in offers],
            request.get_preferred_type(offers),
        )

    same(question)


@FEW
@given(ranges, ranges)
def test_media_types_match_alike(one, other):
    ours, theirs = MediaType(one), DjangoMediaType(one)
    assert str(ours) == str(theirs)
    assert (ours.quality, ours.specificity) == (theirs.quality, theirs.specificity)
    assert bool(ours.match(other)) == bool(theirs.match(other))


# Requests ---------------------------------------------------------------------------------

path_text = st.text(st.sampled_from("/ab%é€ ?#:@\xff.;"), max_size=12).map(
    lambda text: ("/" + text).encode().decode("latin-1")
)


def describe(request):
    return {
        "method": request.method,
        "path": request.path,
        "path_info": request.path_info,
        "full path": request.get_full_path(),
        "full path, slash": request.get_full_path(force_append_slash=True),
        "full path info": request.get_full_path_info(),
        "GET": list(request.GET.lists()),
        "COOKIES": request.COOKIES,
        "scheme": request.scheme,
        "secure": request.is_secure(),
        "host": outcome(request.get_host),
        "port": request.get_port(),
        "absolute": outcome(request.build_absolute_uri),
        "type": request.content_type,
        "parameters": request.content_params,
        "encoding": request.encoding,
        "repr": repr(request),
        "resolver_match": request.resolver_match,
        "script name": request.META["SCRIPT_NAME"],
        "path info": request.META["PATH_INFO"],
        "headers": sorted(request.headers.items()),
    }


REQUESTS = {
    "plain": {},
    "lower-case method": {"REQUEST_METHOD": "post"},
    "no path": {"PATH_INFO": ""},
    "mounted": {"SCRIPT_NAME": "/site", "PATH_INFO": "/a/"},
    "mounted with slash": {"SCRIPT_NAME": "/site/", "PATH_INFO": "/a/"},
    "two slashes": {"PATH_INFO": "//test"},
    "broken UTF-8": {"PATH_INFO": "/\xff/\xc3\xa9", "SCRIPT_NAME": "/\xc3\xa9"},
    "rewritten": {"PATH_INFO": "/b/c", "SCRIPT_NAME": "/x", "SCRIPT_URL": "/a//b/c"},
    "redirected": {"PATH_INFO": "/b", "SCRIPT_NAME": "", "REDIRECT_URL": "/a/b"},
    "query": {"QUERY_STRING": "a=1&a=2&b=%C3%A9&c=x+y&d"},
    "raw query": {"QUERY_STRING": "a=\xc3\xa9"},
    "undecodable query": {"QUERY_STRING": "a=\xff"},
    "latin-1 query": {"QUERY_STRING": "a=%e9", "CONTENT_TYPE": "text/plain; charset=iso-8859-1"},
    "unknown charset": {"CONTENT_TYPE": "text/plain; charset=nonsense"},
    "quoted charset": {"CONTENT_TYPE": 'Text/Plain; Charset="utf-8"; a=b'},
    "cookies": {"HTTP_COOKIE": 'a=1; b="x\\303"; c=\xc3\xa9; d=\xff'},
    "host": {"HTTP_HOST": "testserver:8000"},
    "evil host": {"HTTP_HOST": "evil.example"},
    "malformed host": {"HTTP_HOST": "a/b"},
    "empty host": {"HTTP_HOST": ""},
    "https": {"wsgi.url_scheme": "https", "SERVER_PORT": "443", "SERVER_NAME": "localhost"},
    "other port": {"SERVER_PORT": "8000", "SERVER_NAME": "localhost"},
    "forwarded": {
        "HTTP_X_FORWARDED_HOST": "localhost",
        "HTTP_X_FORWARDED_PORT": "8443",
        "HTTP_X_FORWARDED_PROTO": "https, http",
        "HTTP_HOST": "testserver",
    },
    "forwarded plain": {"HTTP_X_FORWARDED_PROTO": "http", "wsgi.url_scheme": "https"},
}
SITES = {
    "default": {},
    "behind a proxy": {
        "USE_X_FORWARDED_HOST": True,
        "USE_X_FORWARDED_PORT": True,
        "SECURE_PROXY_SSL_HEADER": ("HTTP_X_FORWARDED_PROTO", "https"),
    },
    "development": {"DEBUG": True, "ALLOWED_HOSTS": []},
    "anywhere": {"ALLOWED_HOSTS": ["*"]},
    "mounted by force": {"FORCE_SCRIPT_NAME": "/forced/"},
    "misconfigured": {"SECURE_PROXY_SSL_HEADER": ("HTTP_X_FORWARDED_PROTO",)},
}


@pytest.mark.parametrize("values", SITES.values(), ids=SITES)
@pytest.mark.parametrize("changes", REQUESTS.values(), ids=REQUESTS)
def test_wsgi_requests_are_alike(changes, values):
    with site(**values):
        same(lambda package: describe(package.wsgi(environ(**changes))))
        assert get_script_name(environ(**changes)) == django_get_script_name(environ(**changes))


@FEW
@given(path_text, path_text)
def test_paths_are_alike(script_name, path_info):
    def question(package):
        request = package.wsgi(environ(SCRIPT_NAME=script_name[1:], PATH_INFO=path_info))
        return request.path, request.path_info, request.get_full_path()

    same(question)


LOCATIONS = [
    *(None, "", "/", "/a/./b", "/a/../b", "//other.example/x", "///x", "a/b?c", "?q=1", "#f"),
    *("http://x.example/é", "https:/x", "/é?ü=ö", "mailto:a@b", "/a//b", "..", "/%7Ex y"),
]


@pytest.mark.parametrize("path", ["/some/path/", "//test/x", "/é".encode().decode("latin-1")])
@pytest.mark.parametrize("location", LOCATIONS)
def test_absolute_uris_are_alike(location, path):
    def question(package):
        request = package.wsgi(environ(PATH_INFO=path, HTTP_HOST="testserver"))
        return request.build_absolute_uri(location)

    same(question)


def scope(**changes):
    return {
        "type": "http",
        "method": "GET",
        "path": "/",
        "query_string": b"",
        "headers": [],
        "server": ("testserver", 80),
        **changes,
    }


SCOPES = {
    "plain": {},
    "mounted": {"root_path": "/site", "path": "/site/a"},
    "mounted at its root": {"root_path": "/site", "path": "/site"},
    "query": {"query_string": b"a=%C3%A9&a=2&b"},
    "undecodable query": {"query_string": b"a=\xff"},
    "https": {"scheme": "https", "server": ("testserver", 443)},
    "nobody": {"server": None, "client": None},
    "client": {"client": ("192.0.2.1", 4711)},
    "headers": {
        "headers": [
            (b"host", b"testserver:8000"),
            (b"content-type", b"text/plain; charset=utf-8"),
            (b"content-length", b"7"),
            (b"x-custom", b"one"),
            (b"x-custom", b"two"),
            (b"x_custom", b"three"),
            (b"content_length", b"9"),
            (b"cookie", b"a=1; b=2"),
        ]
    },
}


@pytest.mark.parametrize("values", [{}, {"FORCE_SCRIPT_NAME": "/site"}], ids=["plain", "forced"])
@pytest.mark.parametrize("changes", SCOPES.values(), ids=SCOPES)
def test_asgi_requests_are_alike(changes, values):
    def question(package):
        request = package.asgi(scope(**changes), io.BytesIO())
        return describe(request), dict(request.META)

    with site(**values):
        same(question)


# Bodies -----------------------------------------------------------------------------------

FORM = "application/x-www-form-urlencoded"


def body_request(package, body, content_type=FORM, method="POST"):
    return package.wsgi(
        environ(
            REQUEST_METHOD=method,
            CONTENT_TYPE=content_type,
            CONTENT_LENGTH=str(len(body)),
            **{"wsgi.input": io.BytesIO(body + b"the next request")},
        )
    )


def files_of(request):
    return [
        (name, type(file).__name__, file.name, file.size, file.content_type, file.read())
        for name, files in request.FILES.lists()
        for file in files
    ]


READINGS = {
    "form": lambda r: (list(r.POST.lists()), files_of(r)),
    "body": lambda r: r.body,
    "body, then form": lambda r: (r.body, list(r.POST.lists()), files_of(r)),
    "form, then body": lambda r: (list(r.POST.lists()), outcome(lambda: r.body)),
    "read, then form": lambda r: (r.read(2), list(r.POST.lists()), files_of(r)),
    "read, then body": lambda r: (r.read(2), outcome(lambda: r.body)),
    "body, then read": lambda r: (r.body, r.read(3), r.readline(), r.readlines()),
    "lines": lambda r: (r.readline(), r.readlines(), r.read()),
    "form, then read": lambda r: (list(r.POST.lists()), r.read()),
    "encoding": lambda r: (
        list(r.POST.lists()),
        setattr(r, "encoding", "iso-8859-1"),
        outcome(lambda: list(r.POST.lists())),
    ),
    "handlers": lambda r: (
        len(r.upload_handlers),
        list(r.POST.lists()),
        outcome(setattr, r, "upload_handlers", []),
    ),
    "handlers of a form": lambda r: (
        list(r.POST.lists()),
        outcome(lambda: r.upload_handlers.append(None))
        if r.content_type.startswith("multipart")
        else None,
    ),
}


def multipart(*parts, end="--xx--\r\n"):
    return ("".join(f"--xx\r\n{part}\r\n" for part in parts) + end).encode()


def field(name, value, *more):
    lines = "".join(f"{line}\r\n" for line in more)
    return f'Content-Disposition: form-data; name="{name}"\r\n{lines}\r\n{value}'


def file(name, file_name, value, *more):
    lines = "".join(f"{line}\r\n" for line in more)
    return (
        f'Content-Disposition: form-data; name="{name}"; filename="{file_name}"\r\n'
        f"{lines}\r\n{value}"
    )


MULTIPART = "multipart/form-data; boundary=xx"
BODIES = {
    "form": (b"a=1&b=%C3%A9&a=2", FORM),
    "latin-1 form": (b"a=1", FORM + "; charset=iso-8859-1"),
    "empty form": (b"", FORM),
    "text": (b"one\ntwo\nthree", "text/plain"),
    "multipart": (
        multipart(field("a", "1"), field("a", "é"), file("f", "x.txt", "content")),
        MULTIPART,
    ),
    "no boundary": (b"--xx--", "multipart/form-data"),
    "bad boundary": (b"--xx--", "multipart/form-data; boundary=é"),
    "empty multipart": (b"", MULTIPART),
    "only the end": (b"--xx--\r\n", MULTIPART),
}


@pytest.mark.parametrize("method", ["POST", "PUT"])
@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
@pytest.mark.parametrize("reading", READINGS.values(), ids=READINGS)
def test_bodies_are_read_alike(reading, body, method):
    same(lambda package: reading(body_request(package, *body, method=method)))


BASE64 = "Content-Transfer-Encoding: base64"
FORMS = {
    "file types": multipart(
        file("f", "x.txt", "one", "Content-Type: Text/Plain; charset=utf-8"),
        file("f", "y.bin", "two"),
    ),
    "no file chosen": multipart(file("f", "", "")),
    "unusable names": multipart(file("f", "..", "x"), file("g", "a/", "y"), field("a", "1")),
    "folders": multipart(file("f", "C:\\x\\a.txt", "x"), file("g", "../etc/passwd", "y")),
    "entities and controls": multipart(file("f", "a&#47;b&amp;c\t.txt", "x")),
    "RFC 2231 name": multipart(
        "Content-Disposition: form-data; name=f; filename*=UTF-8''%E2%82%AC.txt\r\n\r\nx"
    ),
    "part without a name": multipart("Content-Disposition: form-data\r\n\r\nx", field("a", "1")),
    "part without disposition": multipart("Content-Type: text/plain\r\n\r\nx", field("a", "1")),
    "base64 field": multipart(field("a", "aMOkbGxv", BASE64)),
    "broken base64 field": multipart(field("a", "abc", BASE64)),
    "base64 file": multipart(file("f", "x", "aMOk\r\nbGxv", BASE64)),
    "broken base64 file": multipart(file("f", "x", "aMOkb", BASE64)),
    "dashes in data": multipart(field("a", "\r\n--x\r\n--xy\r\n-")),
    "empty file": multipart(file("f", "x.txt", "")),
    "long headers": multipart(field("a", "1", "X-Long: " + "x" * 2000)),
    "bytes that are not UTF-8": b"".join(
        (b'--xx\r\nContent-Disposition: form-data; name="a"\r\n\r\n\xff\xc3\xa9\r\n', b"--xx--")
    ),
    "broken off in a file": multipart(field("a", "1"), file("f", "x", "content"), end=""),
    "name with spaces": multipart(field("  a  ", "1")),
}


@pytest.mark.parametrize("values", [{}, {"FILE_UPLOAD_MAX_MEMORY_SIZE": 10}], ids=["ram", "disk"])
@pytest.mark.parametrize("body", FORMS.values(), ids=FORMS)
def test_multipart_forms_are_alike(body, values):
    def question(package):
        request = body_request(package, body, MULTIPART)
        return list(request.POST.lists()), files_of(request), request.close()

    with site(**values):
        same(question)


LIMITS = [
    {"DATA_UPLOAD_MAX_NUMBER_FIELDS": 2},
    {"DATA_UPLOAD_MAX_NUMBER_FIELDS": 1},
    {"DATA_UPLOAD_MAX_NUMBER_FIELDS": None},
    {"DATA_UPLOAD_MAX_NUMBER_FILES": 2},
    {"DATA_UPLOAD_MAX_NUMBER_FILES": 1},
    {"DATA_UPLOAD_MAX_MEMORY_SIZE": 10},
    {"DATA_UPLOAD_MAX_MEMORY_SIZE": 9},
    {"DATA_UPLOAD_MAX_MEMORY_SIZE": None},
]


@pytest.mark.parametrize("values", LIMITS, ids=str)
def test_limits_of_multipart_forms_are_alike(values):
    body = multipart(
        field("a", "12"), field("b", "34"), file("f", "x", "0123456789"), file("f", "y", "")
    )

    def question(package):
        request = body_request(package, body, MULTIPART)
        return outcome(lambda: list(request.POST.lists())), outcome(files_of, request)

    with site(**values):
        same(question)


@pytest.mark.parametrize("limit", [None, 10, 9, 8])
@pytest.mark.parametrize("declared", [9, 4, 0])
@pytest.mark.parametrize("door", ["wsgi", "asgi"])
def test_limits_of_bodies_are_alike(limit, declared, door):
    stream_limit = limit

    def question(package):
        if door == "wsgi":
            stream = {"wsgi.input": io.BytesIO(b"a=1234567")}
            request = package.wsgi(
                environ(REQUEST_METHOD="POST", CONTENT_LENGTH=str(declared), **stream)
            )
        else:
            headers = [(b"content-length", str(declared).encode())]
            request = package.asgi(scope(method="POST", headers=headers), io.BytesIO(b"a=1234567"))
        return request.body

    with site(DATA_UPLOAD_MAX_MEMORY_SIZE=stream_limit):
        same(question)


class Recorder:
    """An upload handler that notes what happens; mixed into both packages' base classes."""

    def __init__(self, log, chunk_size=4, fail=None):
        super().__init__()
        self.log, self.chunk_size, self.fail = log, chunk_size, fail

    def new_file(self, *args, **kwargs):
        super().new_file(*args, **kwargs)
        self.log.append(("new", args))
        if self.fail and self.fail[0] == "new":
            raise self.fail[1]

    def receive_data_chunk(self, raw_data, start):
        self.log.append(("data", start, len(raw_data) <= self.chunk_size))
        if self.fail and self.fail[0] == "data":
            raise self.fail[1]
        return raw_data

    def file_complete(self, file_size):
        self.log.append(("complete", file_size))
        return SimpleUploadedFile("x", b"y") if getattr(self, "field_name", "") == "f" else None

    def upload_complete(self):
        self.log.append("end")

    def upload_interrupted(self):
        self.log.append("interrupted")


@pytest.mark.parametrize("failure", [None, "SkipFile", "StopUpload", "StopFutureHandlers"])
@pytest.mark.parametrize("moment", ["new", "data"])
def test_upload_handlers_are_called_alike(moment, failure):
    if (moment, failure) == ("data", "StopFutureHandlers"):
        pytest.skip("only new_file() may stop future handlers")
    body = multipart(
        field("a", "1"), file("f", "x", "0123"), file("g", "y", "4567"), field("b", "")
    )
    packages = {
        "ours": (MultiPartParser, enfilade.http.uploads),
        "django": (DjangoMultiPartParser, uploadhandler),
    }

    def run(parser, module):
        log, handler = [], type("Handler", (Recorder, module.FileUploadHandler), {})
        fail = (moment, getattr(module, failure)()) if failure else None
        handlers = [handler(log, fail=fail), handler(log)]
        meta = {"CONTENT_TYPE": MULTIPART, "CONTENT_LENGTH": str(len(body))}
        post, files = parser(meta, io.BytesIO(body), handlers).parse()
        calls = [call for call in log if call[0] != "data" and call != "interrupted"]
        return calls, list(post.lists()), [(k, len(v)) for k, v in files.lists()]

    assert run(*packages["ours"]) == run(*packages["django"])


@FEW
@given(st.text(st.sampled_from("ab/\\.&;#47\t\x00é "), max_size=12))
def test_file_names_are_sanitized_alike(name):
    theirs = DjangoMultiPartParser.sanitize_file_name(None, name)
    assert sanitize_file_name(name) == theirs


@FEW
@given(
    st.lists(
        st.tuples(st.sampled_from("ab"), st.none() | st.just("x.txt"), st.binary(max_size=70)),
        max_size=4,
    ),
    st.integers(1, 40),
)
def test_any_multipart_form_comes_back_whole(parts, chunk_size):
    body = b""
    for name, file_name, data in parts:
        extra = f'; filename="{file_name}"' if file_name else ""
        body += f'--xx\r\nContent-Disposition: form-data; name="{name}"{extra}\r\n\r\n'.encode()
        body += data.replace(b"--xx", b"----") + b"\r\n"
    body += b"--xx--\r\n"
    meta = {"CONTENT_TYPE": MULTIPART, "CONTENT_LENGTH": str(len(body))}

    def run(parser, handler):
        handler.chunk_size = chunk_size
        post, files = parser(meta, io.BytesIO(body), [handler], "latin-1").parse()
        found = {key: [file.read() for file in value] for key, value in files.lists()}
        return list(post.lists()), found

    ours = run(MultiPartParser, MemoryFileUploadHandler())
    assert ours == run(DjangoMultiPartParser, uploadhandler.MemoryFileUploadHandler())


# Responses --------------------------------------------------------------------------------


def headers_of(response):
    return sorted(response.items()), response.cookies.output()


def show(response):
    return {
        "repr": repr(response),
        "content": response.content,
        "status": (response.status_code, response.reason_phrase),
        "charset": response.charset,
        "headers": headers_of(response),
        "serialized": response.serialize(),
        "text": outcome(lambda: response.text),
        "streaming": response.streaming,
    }


RESPONSES = {
    "nothing": lambda http: http.HttpResponse(),
    "text": lambda http: http.HttpResponse("é"),
    "bytes": lambda http: http.HttpResponse(b"\xff"),
    "memoryview": lambda http: http.HttpResponse(memoryview(b"x")),
    "number": lambda http: http.HttpResponse(7),
    "none": lambda http: http.HttpResponse(None),
    "list": lambda http: http.HttpResponse(["a", b"b", 3]),
    "generator": lambda http: http.HttpResponse(c for c in "abc"),
    "charset": lambda http: http.HttpResponse("é", charset="latin-1"),
    "content type": lambda http: http.HttpResponse("é", "text/plain; charset=latin-1"),
    "quoted charset": lambda http: http.HttpResponse("é", 'text/plain; charset="utf-16-le"; x=y'),
    "no charset": lambda http: http.HttpResponse("é", "text/plain"),
    "empty type": lambda http: http.HttpResponse("é", ""),
    "status": lambda http: http.HttpResponse("", None, 201, "Made"),
    "text status": lambda http: http.HttpResponse(status="418"),
    "unknown status": lambda http: http.HttpResponse(status=299),
    "enum status": lambda http: http.HttpResponse(status=404),
    "bad status": lambda http: http.HttpResponse(status="x"),
    "small status": lambda http: http.HttpResponse(status=99),
    "large status": lambda http: http.HttpResponse(status=600),
    "headers": lambda http: http.HttpResponse(headers={"X-A": 1, "content-type": "text/x"}),
    "pairs": lambda http: http.HttpResponse(headers=[("X-A", "1"), ("x-a", "2")]),
    "bad pairs": lambda http: http.HttpResponse(headers=[("X-A",)]),
    "two types": lambda http: http.HttpResponse("", "a/b", headers={"Content-Type": "c/d"}),
    "not modified": lambda http: http.HttpResponseNotModified(),
    "not modified, content": lambda http: http.HttpResponseNotModified("x"),
    "bad request": lambda http: http.HttpResponseBadRequest("x"),
    "forbidden": lambda http: http.HttpResponseForbidden("x"),
    "not found": lambda http: http.HttpResponseNotFound("x"),
    "not allowed": lambda http: http.HttpResponseNotAllowed(["GET", "HEAD"], "x"),
    "gone": lambda http: http.HttpResponseGone(),
    "server error": lambda http: http.HttpResponseServerError(),
    "redirect": lambda http: http.HttpResponseRedirect("/é?a=b c"),
    "permanent": lambda http: http.HttpResponsePermanentRedirect("https://x.example/"),
    "keeping": lambda http: http.HttpResponseRedirect("/x", preserve_request=True),
    "keeping for good": lambda http: http.HttpResponsePermanentRedirect("/x", True),
    "ftp": lambda http: http.HttpResponseRedirect("ftp://x.example/"),
    "script": lambda http: http.HttpResponseRedirect("javascript:alert(1)"),
    "data": lambda http: http.HttpResponseRedirect("DATA:x"),
    "long": lambda http: http.HttpResponseRedirect("/" + "x" * 16383),
    "too long": lambda http: http.HttpResponseRedirect("/" + "x" * 16384),
    "json": lambda http: http.JsonResponse({"é": [1, None]}),
    "json list": lambda http: http.JsonResponse([1]),
    "unsafe json": lambda http: http.JsonResponse([1], safe=False),
    "json parameters": lambda http: http.JsonResponse(
        {"b": 1, "a": 2}, json_dumps_params={"sort_keys": True, "indent": 1}, status=201
    ),
    "json type": lambda http: http.JsonResponse({}, content_type="application/problem+json"),
}


@pytest.mark.parametrize("make", RESPONSES.values(), ids=RESPONSES)
def test_responses_are_alike(make):
    same(lambda package: show(make(package.http)))


HEADERS = [
    *(("X-A", "b"), ("X-A", 7), ("X-A", b"b"), (b"X-A", "b"), ("X-A", "é"), ("X-A", "€")),
    *(("X-A", "a\nb"), ("X-A", "a\r\nb"), ("X-A", b"a\nb"), ("X-A", "€\n"), ("X-A\n", "b")),
    *(("é", "b"), (b"\xff", "b"), ("X-A", b"\xff"), ("X-A", "tab\t"), ("X-A", "")),
]


@pytest.mark.parametrize(("name", "value"), HEADERS)
def test_headers_are_checked_alike(name, value):
    def question(package):
        response = package.http.HttpResponse()
        response[name] = value
        return headers_of(response)

    same(question)


HEADER_ACTIONS = {
    "contains": lambda r: ("x-a" in r, r.has_header("X-A"), "x-b" in r),
    "get": lambda r: (r["x-a"], r.get("X-A"), r.get("x-b"), r.get("x-b", 1)),
    "missing": lambda r: r["x-b"],
    "delete": lambda r: r.__delitem__("x-a"),
    "delete missing": lambda r: r.__delitem__("x-b"),
    "setdefault": lambda r: (r.setdefault("x-A", "9"), r.setdefault("X-b", "8")),
    "pop": lambda r: (r.headers.pop("x-a"), r.headers.pop("x-b", 3)),
    "equality": lambda r: r.headers == {"content-TYPE": "text/html; charset=utf-8", "x-a": "1"},
    "inequality": lambda r: r.headers == {"x-a": "1"},
    "repr": lambda r: repr(r.headers),
    "length": lambda r: len(r.headers),
    "iteration": lambda r: (list(r.headers), list(r.headers.values()), dict(r.headers)),
}


@pytest.mark.parametrize("action", HEADER_ACTIONS.values(), ids=HEADER_ACTIONS)
def test_headers_change_alike(action):
    def question(package):
        response = package.http.HttpResponse(headers={"X-A": "1"})
        return outcome(action, response), headers_of(response)

    same(question)


COOKIES = [
    {},
    {"value": "a b;c"},
    {"value": "清風"},
    {"max_age": 10},
    {"max_age": 10.7},
    {"max_age": 0},
    {"max_age": datetime.timedelta(minutes=1)},
    {"max_age": 10, "expires": "Thu, 01 Jan 1970 00:00:00 GMT"},
    {"expires": "Thu, 01 Jan 1970 00:00:00 GMT"},
    {"expires": datetime.datetime(2000, 1, 1)},
    {"expires": datetime.datetime(2000, 1, 1, tzinfo=datetime.UTC), "max_age": 3},
    {"path": "/x", "domain": "example.org", "secure": True, "httponly": True},
    {"path": None},
    {"samesite": "Lax"},
    {"samesite": "none"},
    {"samesite": "wrong"},
]


@pytest.mark.parametrize("arguments", COOKIES, ids=str)
def test_cookies_are_set_alike(arguments, monkeypatch):
    monkeypatch.setattr("time.time", lambda: 1_700_000_000.5)

    def question(package):
        response = package.http.HttpResponse()
        response.set_cookie("name", **arguments)
        return response.cookies.output()

    same(question)


@pytest.mark.parametrize("key", ["name", "__Secure-name", "__Host-name"])
@pytest.mark.parametrize("more", [{}, {"path": "/x", "domain": "d"}, {"samesite": "None"}], ids=str)
def test_cookies_are_deleted_alike(key, more, monkeypatch):
    monkeypatch.setattr("time.time", lambda: 1_700_000_000.5)

    def question(package):
        response = package.http.HttpResponse()
        response.set_cookie(key, "value", domain="other")
        response.delete_cookie(key, **more)
        return response.cookies.output()

    same(question)


RESPONSE_ACTIONS = {
    "write": lambda r: (r.write("é"), r.write(b"x"), r.tell(), r.content, list(r)),
    "writelines": lambda r: (r.writelines(["a", b"b"]), r.getvalue()),
    "what it can": lambda r: (r.readable(), r.seekable(), r.writable(), r.flush()),
    "text": lambda r: (r.text, r.write("x"), r.text, setattr(r, "content", "new"), r.text),
    "replace": lambda r: (setattr(r, "content", ["a", "b"]), r.content),
    "reason": lambda r: (setattr(r, "reason_phrase", "Fine"), r.reason_phrase),
    "charset": lambda r: (setattr(r, "charset", "latin-1"), r.make_bytes("é"), r.charset),
    "type": lambda r: (r.__setitem__("Content-Type", "text/plain; charset=utf-16"), r.charset),
    "no type": lambda r: (r.__delitem__("Content-Type"), r.charset, repr(r)),
    "close": lambda r: (r.closed, r.close(), r.closed),
    "handler": lambda r: r._handler_class,
}


@pytest.mark.parametrize("action", RESPONSE_ACTIONS.values(), ids=RESPONSE_ACTIONS)
def test_responses_change_alike(action):
    same(lambda package: action(package.http.HttpResponse("start")))


STREAM_ACTIONS = {
    "content": lambda r: r.content,
    "text": lambda r: r.text,
    "chunks": lambda r: (list(r), list(r)),
    "value": lambda r: r.getvalue(),
    "wrapped": lambda r: (
        setattr(r, "streaming_content", (c + b"!" for c in r.streaming_content)),
        list(r),
    ),
    "write": lambda r: r.write("x"),
    "tell": lambda r: r.tell(),
    "writelines": lambda r: r.writelines(["x"]),
    "what it is": lambda r: (r.streaming, r.is_async, r.writable(), repr(r)),
}


@pytest.mark.parametrize("action", STREAM_ACTIONS.values(), ids=STREAM_ACTIONS)
def test_streams_are_alike(action):
    def question(package):
        return outcome(action, package.http.StreamingHttpResponse(iter(["é", b"x", 3])))

    same(question)


class Pipe(io.RawIOBase):
    """Neither seekable nor of known size."""

    def __init__(self):
        self.rest = io.BytesIO(b"content")

    def readable(self):
        return True

    def readinto(self, buffer):
        return self.rest.readinto(buffer)

    tell = property()  # type: ignore[assignment]


def _named(name):
    file = io.BytesIO(b"content")
    file.name = name
    return file


def _begun():
    file = io.BytesIO(b"content")
    file.read(3)
    return file


FILES = {
    "memory": lambda: io.BytesIO(b"content"),
    "begun": _begun,
    "named": lambda: _named("/tmp/folder/page.html"),
    "number for a name": lambda: _named(3),
    "compressed": lambda: _named("a.tar.gz"),
    "brotli": lambda: _named("a.br"),
    "unknown type": lambda: _named("a.unheard-of"),
    "pipe": Pipe,
    "chunks": lambda: [b"a", b"b"],
    "itself": lambda: open(__file__, "rb"),  # noqa: SIM115
}


@pytest.mark.parametrize("make", FILES.values(), ids=FILES)
@pytest.mark.parametrize(
    "arguments",
    [
        {},
        {"as_attachment": True},
        {"filename": "é.txt"},
        {"filename": "other.pdf", "as_attachment": True},
        {"content_type": "text/x"},
        {"content_type": None},
    ],
    ids=str,
)
def test_file_responses_are_alike(make, arguments):
    def question(package):
        response = package.http.FileResponse(make(), **arguments)
        content = b"".join(response)
        response.close()
        streamed = response.file_to_stream is None
        return headers_of(response), content, streamed, response.block_size

    same(question)

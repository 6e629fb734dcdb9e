"""WSGI and ASGI requests beside Django's: addresses, headers, cookies, queries."""

import io

import pytest
from django.core.handlers.wsgi import get_script_name as django_get_script_name
from hypothesis import given, settings
from hypothesis import strategies as st

from enfilade.http.wsgi_request import get_script_name
from oracle.pair import assert_same, environ, outcome, scope, site

FEW = settings(max_examples=60, deadline=None)

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
        assert_same(lambda package: describe(package.wsgi(environ(**changes))))
        assert get_script_name(environ(**changes)) == django_get_script_name(environ(**changes))


@FEW
@given(path_text, path_text)
def test_paths_are_alike(script_name, path_info):
    def question(package):
        request = package.wsgi(environ(SCRIPT_NAME=script_name[1:], PATH_INFO=path_info))
        return request.path, request.path_info, request.get_full_path()

    assert_same(question)


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

    assert_same(question)


SCOPES = {
    "plain": {},
    "mounted": {"root_path": "/site", "path": "/site/a"},
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
        assert_same(question)

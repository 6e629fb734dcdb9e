"""The middleware of a first real site, against Django's: settings by requests by modes."""

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

import pytest

from oracle import DJANGO, ENFILADE, GATEWAYS, Framework, Outcome, run

MIDDLEWARE = (
    "middleware.security.SecurityMiddleware",
    "middleware.common.CommonMiddleware",
    "middleware.clickjacking.XFrameOptionsMiddleware",
)

SETTINGS: dict[str, dict[str, Any]] = {
    "defaults": {},
    "https": {"SECURE_SSL_REDIRECT": True, "SECURE_REDIRECT_EXEMPT": [r"^free/"]},
    "https-elsewhere": {"SECURE_SSL_REDIRECT": True, "SECURE_SSL_HOST": "secure.example.org"},
    "behind-a-proxy": {
        "SECURE_PROXY_SSL_HEADER": ("HTTP_X_FORWARDED_PROTO", "https"),
        "SECURE_SSL_REDIRECT": True,
        "SECURE_HSTS_SECONDS": 3600,
        "SECURE_HSTS_INCLUDE_SUBDOMAINS": True,
        "SECURE_HSTS_PRELOAD": True,
    },
    "no-extra-headers": {
        "SECURE_CONTENT_TYPE_NOSNIFF": False,
        "SECURE_REFERRER_POLICY": None,
        "SECURE_CROSS_ORIGIN_OPENER_POLICY": None,
    },
    "policies": {
        "SECURE_REFERRER_POLICY": ["no-referrer", "origin"],
        "SECURE_CROSS_ORIGIN_OPENER_POLICY": "unsafe-none",
        "X_FRAME_OPTIONS": "sameorigin",
    },
    "policy-as-text": {"SECURE_REFERRER_POLICY": "no-referrer , origin"},
    "www": {"PREPEND_WWW": True},
    "no-slash": {"APPEND_SLASH": False},
    "refused-agents": {"DISALLOWED_USER_AGENTS": [re.compile("crawler", re.IGNORECASE)]},
    "debug-slash": {"DEBUG": True, "DEBUG_PROPAGATE_EXCEPTIONS": False},
}

REQUESTS: dict[str, dict[str, Any]] = {
    "front": {"path": "/"},
    "with-slash": {"path": "/room/"},
    "without-slash": {"path": "/room", "query": "a=b&c=%20d"},
    "slash-kept": {"path": "/exact"},
    "two-slashes": {"path": "//evil.example/room"},
    "not-there": {"path": "/nowhere"},
    "exempt": {"path": "/free/room/"},
    "own-headers": {"path": "/own/"},
    "framed": {"path": "/framed/"},
    "stream": {"path": "/stream/"},
    "head": {"path": "/room/", "method": "HEAD"},
    "strange-host": {"path": "/", "headers": {"Host": "evil.example"}},
    "broken-host": {"path": "/", "headers": {"Host": "a b"}},
    "port": {"path": "/room", "headers": {"Host": "testserver:8000"}},
    "trailing-dot": {"path": "/room", "headers": {"Host": "testserver."}},
    "secure": {"path": "/room", "headers": {"X-Forwarded-Proto": "https"}},
    "secure-list": {"path": "/room/", "headers": {"X-Forwarded-Proto": "https, http"}},
    "insecure": {"path": "/room/", "headers": {"X-Forwarded-Proto": "http"}},
    "crawler": {"path": "/", "headers": {"User-Agent": "SomeCrawler/1.0"}},
}


class Site:
    """The same site on one framework."""

    def __init__(self, framework: Framework) -> None:
        self.framework = framework
        http, path = framework.http, framework.urls.path
        package = framework.http.__name__.partition(".")[0]
        decorators = f"{package}.views.decorators"
        exempt = __import__(f"{decorators}.clickjacking", fromlist=["x"]).xframe_options_exempt
        no_slash = __import__(f"{decorators}.common", fromlist=["x"]).no_append_slash

        def room(request: Any) -> Any:
            return http.HttpResponse(f"{request.method} {request.get_full_path()}")

        def own(request: Any) -> Any:
            headers = {
                "X-Frame-Options": "ALLOWALL",
                "Referrer-Policy": "unsafe-url",
                "X-Content-Type-Options": "mine",
                "Content-Length": "3",
            }
            return http.HttpResponse("own", headers=headers)

        def stream(request: Any) -> Any:
            return http.StreamingHttpResponse(iter([b"a", b"b"]))

        def error(status: int) -> Any:
            return lambda request, exception=None: http.HttpResponse(str(status), status=status)

        self.package = package
        self.module = ModuleType(f"middleware_site_of_{framework.name}")
        self.module.urlpatterns = [
            path("", room),
            path("room/", room),
            path("free/room/", room),
            path("exact/", no_slash(room)),
            path("own/", own),
            path("framed/", exempt(room)),
            path("stream/", stream),
            path("/evil.example/room/", room),
        ]
        for status in (400, 403, 404, 500):
            setattr(self.module, f"handler{status}", error(status))

    @contextmanager
    def installed(self, values: dict[str, Any]) -> Iterator[None]:
        sys.modules[self.module.__name__] = self.module
        chain = [f"{self.package}.{name}" for name in MIDDLEWARE]
        try:
            with self.framework.settings(
                MIDDLEWARE=chain, ROOT_URLCONF=self.module.__name__, **values
            ):
                yield
        finally:
            del sys.modules[self.module.__name__]

    def outcome(self, values: dict[str, Any], asgi: bool, request: dict[str, Any]) -> Outcome:
        handler = self.framework.ASGIHandler if asgi else self.framework.WSGIHandler
        with self.installed(values):
            return run(handler, [], asgi=asgi, **request)


SITES = {framework.name: Site(framework) for framework in (DJANGO, ENFILADE)}


@GATEWAYS
@pytest.mark.parametrize("request_name", REQUESTS)
@pytest.mark.parametrize("settings_name", SETTINGS)
def test_answers_as_django_does(settings_name: str, request_name: str, asgi: bool) -> None:
    values, request = SETTINGS[settings_name], dict(REQUESTS[request_name])
    if "Host" not in request.get("headers", {}):
        request["headers"] = {"Host": "testserver", **request.get("headers", {})}
    theirs = SITES["django"].outcome(values, asgi, request)
    ours = SITES["enfilade"].outcome(values, asgi, request)
    assert ours.status == theirs.status
    if not values.get("DEBUG"):  # the debug pages are our own
        assert ours.body == theirs.body
        assert ours.headers == theirs.headers


@pytest.mark.parametrize("method", ["DELETE", "PATCH", "POST", "PUT"])
def test_debug_says_that_a_redirect_would_lose_the_body(method: str) -> None:
    request = {"path": "/room", "method": method, "headers": {"Host": "testserver"}}
    values = {"DEBUG": True}
    theirs = SITES["django"].outcome(values, False, request)
    ours = SITES["enfilade"].outcome(values, False, request)
    assert ours.status == theirs.status == 500
    assert b"APPEND_SLASH" in ours.body

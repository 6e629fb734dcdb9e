"""Threats that abuse a visitor's browser: CSRF bypass, cookie tossing, BREACH, timing.

Each is tried from the wire to the view of a site with ``CsrfViewMiddleware``, as an attacker
would: with a cookie that the attacker has planted and a token that belongs to it.
"""

import re
import secrets as standard_secrets
import zlib
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import pytest

from enfilade.handlers.wsgi import WSGIHandler
from enfilade.http import HttpResponse
from enfilade.http.csrf import get_token, mask_secret, new_secret, unmask_token
from enfilade.template import Jinja2
from enfilade.test import RequestFactory, override_settings
from enfilade.urls import path
from wire import Site, serving

MIDDLEWARE = ["enfilade.middleware.csrf.CsrfViewMiddleware"]
SECRET, PLANTED = "yPPqXnD0X17PPWH3PV9eBIT9Vu2jGZa6", "nTuHfjHQ9LSNLSf483X0i1ZLI6P6llHO"
transfers: list[str] = []


def transfer(request: Any) -> HttpResponse:
    transfers.append(request.method)
    return HttpResponse("done")


@pytest.fixture
def bank() -> Iterator[Site]:
    urlconf = ModuleType("bank")
    urlconf.urlpatterns = [path("transfer/", transfer)]  # type: ignore[attr-defined]
    transfers.clear()
    values = {"SECURE_PROXY_SSL_HEADER": ("HTTP_X_FORWARDED_PROTO", "https")}
    with (
        override_settings(
            ROOT_URLCONF=urlconf,
            MIDDLEWARE=MIDDLEWARE,
            ALLOWED_HOSTS=["localhost"],
            CSRF_COOKIE_NAME="__Host-csrf",
            CSRF_COOKIE_SECURE=True,
            **values,
        ),
        serving(WSGIHandler()) as site,
    ):
        yield site


def send(site: Site, *fields: str, token: str = "", cookie: str = f"__Host-csrf={SECRET}") -> int:
    """The status of a POST over HTTPS with this form token and these fields."""
    body = f"csrfmiddlewaretoken={token}&to=mallory" if token else "to=mallory"
    lines = [
        "POST /transfer/ HTTP/1.1",
        "Host: localhost",
        "X-Forwarded-Proto: https",
        "Content-Type: application/x-www-form-urlencoded",
        f"Content-Length: {len(body)}",
        f"Cookie: {cookie}",
        *fields,
    ]
    with site.client() as client:
        head = "\r\n".join(lines) + "\r\n\r\n"
        return client.send((head + body).encode("latin-1")).answer().status


OWN = "Origin: https://localhost"


def test_csrf_an_honest_form_is_taken(bank: Site) -> None:
    assert send(bank, OWN, token=mask_secret(SECRET)) == 200
    assert send(bank, "Referer: https://localhost/form/", token=mask_secret(SECRET)) == 200
    assert transfers == ["POST", "POST"]


@pytest.mark.parametrize(
    "fields",
    [
        [],
        ["Origin: null"],
        ["Origin: https://evil.example"],
        ["Origin: http://localhost"],
        ["Origin: https://localhost.evil.example"],
        ["Origin: https://localhost@evil.example"],
        ["Origin: https://localhost", "Origin: https://evil.example"],
        ["Referer: https://evil.example/?https://localhost/"],
        ["Referer: http://localhost/"],
        ["Referer: https://localhost.evil.example/"],
        ["Referer: https:localhost"],
        ["Origin: https://evil.example", "Referer: https://localhost/"],
    ],
    ids=" ".join,
)
def test_csrf_bypass_by_where_the_request_claims_to_come_from(
    bank: Site, fields: list[str]
) -> None:
    """Even with a cookie and a token that fit: somebody on the wire may have planted both."""
    assert send(bank, *fields, token=mask_secret(SECRET)) in (400, 403)
    assert transfers == []


NO_TOKENS = {
    "missing": "",
    "of the planted secret": mask_secret(PLANTED),
    "short": SECRET[:-1],
    "long": SECRET + "a",
    "NUL": "%00" + SECRET[1:],
    "other case": SECRET.swapcase(),
    "reversed": SECRET[::-1],
    "constant": "a" * 32,
    "constant, masked": "a" * 64,
    "half": mask_secret(SECRET)[32:],
    "masked and more": mask_secret(SECRET) + "a",
}


@pytest.mark.parametrize("token", NO_TOKENS.values(), ids=NO_TOKENS)
def test_csrf_bypass_by_a_token_that_is_none(bank: Site, token: str) -> None:
    assert send(bank, OWN, token=token) == 403
    assert transfers == []


@pytest.mark.parametrize(
    "cookie",
    [
        f"__Host-csrf={SECRET}; __Host-csrf={PLANTED}",
        f"__Host-csrf={SECRET}; =__Host-csrf={PLANTED}",
        f"=__Host-csrf={PLANTED}; __Host-csrf={SECRET}",
        f"; ={PLANTED}; __Host-csrf={SECRET}",
        f"__Host-csrf\t={SECRET};__Host-csrf={PLANTED}",
        f"__HOST-CSRF={PLANTED}; __Host-csrf={SECRET}",
        f'x="; __Host-csrf={SECRET}; y="; __Host-csrf={PLANTED}',
    ],
)
def test_cookie_tossing(bank: Site, cookie: str) -> None:
    """A sibling host or plain HTTP has set a second cookie; RFC 6265, 5.4 puts ours first, and a
    nameless one must not pass for ours."""
    assert send(bank, OWN, token=mask_secret(PLANTED), cookie=cookie) == 403
    assert send(bank, OWN, token=mask_secret(SECRET), cookie=cookie) == 200


@pytest.mark.parametrize(
    "cookie", [f"=__Host-csrf={PLANTED}", f"__Host-csrf{PLANTED}", f"__HOST-csrf={PLANTED}"]
)
def test_cookie_tossing_without_a_cookie_of_ours(bank: Site, cookie: str) -> None:
    assert send(bank, OWN, token=mask_secret(PLANTED), cookie=cookie) == 403


@pytest.mark.parametrize(
    "attributes",
    [{}, {"secure": True, "domain": "example.org"}, {"secure": True, "path": "/shop"}],
    ids=str,
)
def test_host_prefix_is_never_set_in_a_way_that_browsers_drop(attributes: Any) -> None:
    with pytest.raises(ValueError, match="__Host-csrf"):
        HttpResponse().set_cookie("__Host-csrf", SECRET, **attributes)


def test_breach() -> None:
    """A page that repeats what the attacker guesses never has the secret to repeat, and each
    rendering of the same page has another token."""
    request = RequestFactory().get("/", headers={"Cookie": f"csrftoken={SECRET}"})
    template = Jinja2({"DIRS": []}).from_string("<p>{{ guess }}</p><form>{{ csrf_input }}</form>")
    pages = [template.render({"guess": SECRET}, request) for _ in range(50)]
    tokens = [re.findall(r'value="(\w{64})"', page)[0] for page in pages]
    assert len(set(tokens)) == 50
    assert len({token[:32] for token in tokens}) == 50
    assert {unmask_token(token) for token in tokens} == {SECRET}
    assert not any(SECRET in token for token in tokens)
    right = [len(zlib.compress(page.encode())) for page in pages]
    wrong = [
        len(zlib.compress(template.render({"guess": new_secret()}, request).encode()))
        for _ in range(50)
    ]
    assert abs(sum(right) - sum(wrong)) / 50 < 4  # the guess is not told by the size


def test_timing(monkeypatch: pytest.MonkeyPatch, bank: Site) -> None:
    """The secret is compared by the standard library's function for that, and whole."""
    compared: list[tuple[bytes, bytes]] = []
    compare = standard_secrets.compare_digest

    def noting(one: bytes, other: bytes) -> bool:
        compared.append((one, other))
        return compare(one, other)

    monkeypatch.setattr(standard_secrets, "compare_digest", noting)
    wrong = SECRET[:-1] + ("a" if SECRET[-1] != "a" else "b")
    assert send(bank, OWN, token=mask_secret(wrong)) == 403
    assert send(bank, OWN, token="a" + SECRET[1:] if SECRET[0] != "a" else "b" + SECRET[1:]) == 403
    assert [(len(one), other) for one, other in compared] == [(32, SECRET.encode())] * 2


def test_a_page_that_depends_on_the_cookie_says_so_to_caches() -> None:
    from enfilade.middleware.csrf import CsrfViewMiddleware

    def form(request: Any) -> HttpResponse:
        return HttpResponse(get_token(request))

    request = RequestFactory().get("/", headers={"Cookie": f"csrftoken={SECRET}"})
    assert CsrfViewMiddleware(form)(request).headers["Vary"] == "Cookie"

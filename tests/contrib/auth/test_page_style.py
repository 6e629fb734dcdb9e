"""What the pages look like, and what a Content-Security-Policy has to say for it."""

import base64
import hashlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from enfilade.contrib.auth.pages import TEMPLATES
from enfilade.test import Client, override_settings
from enfilade.urls import include, path

PAGE = Path(__file__).parents[3] / "docs/rooms/accounts.md"
ROOM = "enfilade.contrib"
PAGES = ["login", "password_reset", "password_reset/done", "reset/MQ/x-y", "reset/done"]


class Urls:
    urlpatterns = [path("accounts/", include("enfilade.contrib.auth.urls"))]


@pytest.fixture(autouse=True)
def site(users: None) -> Iterator[None]:
    with override_settings(
        ROOT_URLCONF=Urls,
        SESSION_ENGINE=f"{ROOM}.sessions.backends.signed_cookies",
        PASSWORD_RESET_DELIVERY="builtins.print",
        MIDDLEWARE=[
            f"{ROOM}.sessions.middleware.SessionMiddleware",
            "enfilade.middleware.csrf.CsrfViewMiddleware",
            f"{ROOM}.auth.middleware.AuthenticationMiddleware",
        ],
    ):
        yield


def source(address: str, data: dict[str, str] | None = None) -> str:
    client: Any = Client()
    at = f"/accounts/{address}/"
    return (client.get(at) if data is None else client.post(at, data)).content.decode()


def style(page: str) -> str:
    [found] = re.findall(r"<style>(.*?)</style>", page, re.DOTALL)
    return str(found)


def digest(text: str) -> str:
    made = base64.b64encode(hashlib.sha256(text.encode()).digest())
    return f"sha256-{made.decode()}"


@pytest.mark.parametrize(
    "options", [{}, {"trim_blocks": True, "lstrip_blocks": True, "keep_trailing_newline": True}]
)
def test_the_documented_digest_is_that_of_the_style_of_every_page(
    options: dict[str, bool], tmp_path: Path
) -> None:
    engine = {"NAME": "jinja2", "DIRS": [tmp_path], "OPTIONS": options}
    with override_settings(TEMPLATES=[engine]):
        digests = {digest(style(source(address))) for address in PAGES}
    assert len(digests) == 1
    assert f"style-src '{digests.pop()}'" in PAGE.read_text()


@pytest.mark.parametrize("address", PAGES)
def test_a_page_needs_nothing_else_that_a_policy_could_refuse(address: str) -> None:
    page = source(address)
    assert not re.search(r"<(script|link|img)\b|\sstyle=|\son\w+=|https?://", page)


def test_pages_follow_the_reader_into_the_dark() -> None:
    page = source("login")
    assert '<meta name="color-scheme" content="light dark">' in page
    assert "prefers-color-scheme: dark" in style(page)


def luminance(colour: str) -> float:
    """Of a colour such as #1a56b0 or #fff (WCAG 2.2, relative luminance)."""
    digits = colour.removeprefix("#")
    full = digits if len(digits) == 6 else "".join(each * 2 for each in digits)
    parts = [int(full[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def test_colours_can_be_told_apart() -> None:
    """Texts by 4.5 to 1, borders by 3 to 1 (WCAG 2.2, 1.4.3 and 1.4.11)."""
    blocks = re.findall(r":root \{(.*?)\}", style(source("login")))
    for declared, canvas in zip(blocks, ("#ffffff", "#121212"), strict=True):
        colours = dict(re.findall(r"--([\w-]+): (#\w+)", declared))
        assert contrast(colours["accent"], canvas) >= 4.5
        assert contrast(colours["fault"], canvas) >= 4.5
        assert contrast(colours["accent"], colours["on-accent"]) >= 4.5
        assert contrast(colours["line"], canvas) >= 3


def test_a_field_tells_its_label_its_purpose_and_its_error_without_any_style() -> None:
    page = source("login", {"username": "", "password": "x"})
    [field] = re.findall(r'<input[^>]*name="username"[^>]*>', page)
    assert '<label for="id_username">Username</label>' in page
    assert 'autocomplete="username"' in field
    assert 'aria-invalid="true" aria-describedby="id_username_error"' in field
    assert '<ul id="id_username_error">\n<li>Please fill this in.</li>' in page
    assert '<div role="alert">' in page


def test_a_site_may_leave_the_style_out_and_keep_the_pages(tmp_path: Path) -> None:
    (tmp_path / "registration").mkdir()
    own = '{% extends "registration/base.html" %}{% block style %}{% endblock %}'
    login = (TEMPLATES / "registration/login.html").read_text()
    (tmp_path / "plain.html").write_text(own)
    (tmp_path / "registration/login.html").write_text(
        login.replace("registration/base.html", "plain.html")
    )
    with override_settings(TEMPLATES=[{"NAME": "jinja2", "DIRS": [tmp_path]}]):
        page = source("login")
    assert "<style>" not in page
    assert 'name="username"' in page

"""What the checks say of CORS settings."""

import re

import pytest

from enfilade.explain.checks import cors
from enfilade.middleware.cors import CorsMiddleware
from enfilade.test import override_settings

APP = "https://app.example.org"


class Own(CorsMiddleware):
    pass


def found(**values):
    checks = (cors.check_credentials, cors.check_origins, cors.check_patterns, cors.check_used)
    with override_settings(**{"MIDDLEWARE": [cors.CORS], **values}):
        return [finding.id for check in checks for finding in check()]


def test_a_sound_site_is_left_alone():
    assert found() == []
    assert found(MIDDLEWARE=[]) == []
    assert found(CORS_ALLOW_ALL_ORIGINS=True) == []
    assert found(CORS_ALLOWED_ORIGINS=[APP, "https://*.example.org"], MIDDLEWARE=[Own]) == []
    assert found(CORS_ALLOWED_ORIGINS=[APP], CORS_ALLOW_CREDENTIALS=True) == []


def test_credentials_for_all_are_an_error():
    assert found(CORS_ALLOW_ALL_ORIGINS=True, CORS_ALLOW_CREDENTIALS=True) == ["cors.E001"]


@pytest.mark.parametrize("origin", ["example.org", f"{APP}/", f"{APP}/x", "null", "*"])
def test_what_is_no_origin_is_an_error(origin):
    assert found(CORS_ALLOWED_ORIGINS=[APP, origin]) == ["cors.E002"]


@pytest.mark.parametrize(
    ("regex", "ids"),
    [
        ("(", ["cors.E003"]),
        (r"https://www\.example\.org", []),
        (r"https://[a-z.]+\.example\.org", []),
        (r"https://.+\.example\.org", []),
        (re.compile(r"https://\w+\.example\.org"), []),
        (r"https://www.example\.org", ["cors.W004"]),
        (r"https://www\.example.org", ["cors.W004"]),
        (re.compile(r"https://www\\.example\.org"), ["cors.W004"]),
    ],
)
def test_a_dot_that_stands_for_any_character_is_pointed_out(regex, ids):
    assert found(CORS_ALLOWED_ORIGIN_REGEXES=[regex]) == ids


def test_settings_without_the_middleware_are_pointed_out():
    assert found(CORS_ALLOWED_ORIGINS=[APP], MIDDLEWARE=[]) == ["cors.W005"]
    assert found(CORS_ALLOW_ALL_ORIGINS=True, MIDDLEWARE=["no.such.thing"]) == ["cors.W005"]

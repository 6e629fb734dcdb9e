"""What the checks say of the languages of a site."""

import os
from pathlib import Path
from typing import Any

import pytest

from enfilade.explain.checks import translation
from enfilade.explain.checks.middleware import check_followed
from enfilade.http import HttpResponse
from enfilade.test import override_settings
from enfilade.urls import i18n_patterns, path
from written import write, write_compiled

CHECKS = (
    translation.check_codes,
    translation.check_consistent,
    translation.check_folders,
    translation.check_compiled,
)


def found(**values: Any) -> list[str]:
    with override_settings(**values):
        return [finding.id for check in CHECKS for finding in check()]


def test_a_sound_site_is_left_alone(tmp_path: Path) -> None:
    write_compiled(tmp_path, "de", "")
    assert found() == []
    assert found(LANGUAGES=[("en", "x"), ("de", "y")], LOCALE_PATHS=[tmp_path]) == []
    assert found(LANGUAGE_CODE="ca-ES@valencia") == []


@pytest.mark.parametrize("code", ["", "en_US", "eu-", None, 1, "-x"])
def test_what_is_no_code_is_an_error(code: Any) -> None:
    assert found(LANGUAGE_CODE=code) == ["translation.E001"]
    assert found(LANGUAGES=[("en", "x"), (code, "y")]) == ["translation.E002"]
    assert found(LANGUAGES_BIDI=["he", code]) == ["translation.E003"]


@pytest.mark.parametrize("languages", [["en"], [("en", "English", "x")], ["en-us"]])
def test_a_language_is_a_pair(languages: Any) -> None:
    assert found(LANGUAGES=languages) == ["translation.E002"]


def test_the_language_of_the_site_is_one_of_its_languages() -> None:
    assert found(LANGUAGES=[("de", "German")]) == ["translation.E004"]
    assert found(LANGUAGES=[("de", "German")], LANGUAGE_CODE="de-at") == []


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    assert found(LOCALE_PATHS=[tmp_path / "none"]) == ["translation.W006"]


def test_what_is_not_compiled_is_told(tmp_path: Path) -> None:
    po = write(tmp_path, "de", "")
    assert found(LOCALE_PATHS=[tmp_path]) == ["translation.W007"]
    write_compiled(tmp_path, "de", "")
    os.utime(po.with_suffix(".mo"), (1, 1))
    assert found(LOCALE_PATHS=[tmp_path]) == ["translation.W007"]


def test_a_prefix_needs_the_middleware() -> None:
    class urlconf:
        urlpatterns = i18n_patterns(path("", lambda request: HttpResponse()))

    for middleware, expected in (([], ["translation.E005"]), ([translation.LOCALE], [])):
        with override_settings(ROOT_URLCONF=urlconf, MIDDLEWARE=middleware):
            assert [each.id for each in translation.check_prefix_is_spoken()] == expected


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("enfilade.middleware.common.CommonMiddleware", translation.LOCALE),
        ("enfilade.middleware.cache.FetchFromCacheMiddleware", translation.LOCALE),
    ],
)
def test_the_middleware_has_its_place(first: str, second: str) -> None:
    for order, count in (([first, second], 1), ([second, first], 0)):
        with override_settings(MIDDLEWARE=order):
            assert len(list(check_followed())) == count

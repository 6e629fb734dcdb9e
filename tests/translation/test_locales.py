"""What Babel knows of languages, and what is said without it."""

import subprocess
import sys
from datetime import UTC, date, datetime, time
from decimal import Decimal

import pytest

from enfilade.translation import get_language_info, override
from enfilade.translation.formats import FILTERS


def test_a_language_has_names() -> None:
    german = get_language_info("de")
    assert {name: german[name] for name in ("bidi", "code", "name", "name_local")} == {
        "bidi": False,
        "code": "de",
        "name": "German",
        "name_local": "Deutsch",
    }
    for language, name in (("pl", "niemiecki"), ("de", "Deutsch"), ("en", "German")):
        with override(language):
            assert german["name_translated"] == name


@pytest.mark.parametrize(
    ("code", "found", "bidi"),
    [
        ("he", "he", True),
        ("ar-eg", "ar-eg", True),
        ("zh-hant", "zh-hant", False),
        ("zh-tw", "zh-hant-tw", False),
        ("de-xx", "de", False),
        ("es-419", "es-419", False),
        ("DE", "de", False),
    ],
)
def test_the_nearest_language_that_is_known_is_described(code: str, found: str, bidi: bool) -> None:
    info = get_language_info(code)
    assert (info["code"], info["bidi"]) == (found, bidi)


@pytest.mark.parametrize("code", ["xx", "xx-de", "", "../de", "d" * 1000])
def test_what_is_no_language_is_an_error(code: str) -> None:
    with pytest.raises(KeyError, match="Unknown language code"):
        get_language_info(code)


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("de", ["20.11.2026", "22:05:00", "20.11.26, 22:05", "1.234,5", "9,90\xa0€"]),
        ("en", ["Nov 20, 2026", "10:05:00\u202fPM", "11/20/26, 10:05\u202fPM", "1,234.5", "€9.90"]),
    ],
)
def test_dates_and_numbers_are_written_as_the_language_does(
    language: str, expected: list[str]
) -> None:
    moment = datetime(2026, 11, 20, 22, 5, tzinfo=UTC)
    with override(language):
        assert [
            FILTERS["format_date"](date(2026, 11, 20)),
            FILTERS["format_time"](time(22, 5)),
            FILTERS["format_datetime"](moment, "short"),
            FILTERS["format_number"](1234.5),
            FILTERS["format_currency"](Decimal("9.9"), "EUR"),
        ] == expected


WITHOUT_BABEL = """
import sys
sys.modules["babel"] = None
import importlib.util
find = importlib.util.find_spec
importlib.util.find_spec = lambda name, *more: None if name == "babel" else find(name, *more)
from enfilade.conf import settings
from enfilade.exceptions import ImproperlyConfigured
settings.configure(LOCALE_PATHS=[sys.argv[1]])
from enfilade.translation import get_language_info, get_languages, gettext, override
with override("de"):
    print(gettext("Hello"), *get_languages())
try:
    get_language_info("de")
except ImproperlyConfigured as error:
    print(error, error.hint)
"""


def test_without_babel_only_what_needs_it_is_missing(folder) -> None:
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_BABEL, str(folder)],
        capture_output=True,
        text=True,
        check=True,
        timeout=30,
    )
    assert done.stdout.splitlines() == [
        "Hallo en-us de de-at pl",
        "Languages are described by Babel, which is not installed. "
        'pip install "enfilade[translation]"',
    ]

"""Which languages a site has."""

from pathlib import Path

import pytest

from enfilade.test import override_settings
from enfilade.translation import (
    check_for_language,
    get_languages,
    get_supported_language_variant,
)
from written import write, write_compiled

LANGUAGES = [("en", "English"), ("de", "German"), ("fr-CA", "French")]


def test_those_of_the_settings_in_their_order() -> None:
    with override_settings(LANGUAGES=LANGUAGES):
        assert get_languages() == {"en": "English", "de": "German", "fr-ca": "French"}


def test_a_site_that_lists_none_has_its_own_and_those_with_a_catalogue() -> None:
    assert get_languages() == {
        "en-us": "English (United States)",
        "de": "German",
        "de-at": "German (Austria)",
        "pl": "Polish",
    }


def test_a_catalogue_that_comes_later_counts_when_settings_change(tmp_path: Path) -> None:
    with override_settings(LOCALE_PATHS=[tmp_path]):
        assert list(get_languages()) == ["en-us"]
    write_compiled(tmp_path, "pt-br", "")
    write_compiled(tmp_path, "tlh", "")  # Klingon: Babel does not know it
    with override_settings(LOCALE_PATHS=[tmp_path]):
        assert get_languages()["tlh"] == "tlh"
        assert get_supported_language_variant("pt") == "pt-br"


def test_a_language_without_catalogue_is_one_if_the_site_says_so() -> None:
    with override_settings(LANGUAGES=LANGUAGES):
        assert check_for_language("en")
        assert check_for_language("FR-ca")
        assert check_for_language("pl")  # a catalogue
        assert not check_for_language("es")


@pytest.mark.parametrize("code", [None, "", "de/..", "../de", "de\n", "de_AT", "d" * 9, "-"])
def test_what_is_no_code_is_no_language(code: str | None) -> None:
    assert not check_for_language(code)


def test_what_a_translator_writes_is_a_language_in_development(tmp_path: Path) -> None:
    write(tmp_path, "it", "")
    with override_settings(LOCALE_PATHS=[tmp_path]):
        assert not check_for_language("it")
        with override_settings(DEBUG=True):
            assert check_for_language("it")


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("de", "de"),
        ("DE", "DE"),
        ("de-ch-1996", "de"),
        ("fr", "fr-ca"),
        ("fr-be", "fr-ca"),
        ("zh-tw", "zh-hant"),
    ],
)
def test_the_nearest_of_the_site_s_languages_is_chosen(code: str, found: str) -> None:
    with override_settings(LANGUAGES=[*LANGUAGES, ("zh-hans", "…"), ("zh-hant", "…")]):
        assert get_supported_language_variant(code) == found


@pytest.mark.parametrize("code", ["es", "", None, "fr", "fr-be"])
def test_strictly_no_other_region_will_do(code: str | None) -> None:
    with override_settings(LANGUAGES=LANGUAGES), pytest.raises(LookupError):
        get_supported_language_variant(code, strict=True)


def test_without_translation_there_is_one_language() -> None:
    with override_settings(USE_I18N=False, LANGUAGE_CODE="pl"):
        assert check_for_language("anything")
        assert get_supported_language_variant("PL") == "PL"
        with pytest.raises(LookupError):
            get_supported_language_variant("de")

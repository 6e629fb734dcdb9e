"""Which language a request wants. What Django has decided is in tests/differential."""

from types import SimpleNamespace
from typing import Any

import pytest

from enfilade.test import override_settings
from enfilade.translation import get_language_from_path, get_language_from_request


def request(path: str = "/", accept: str = "", cookie: str | None = None) -> Any:
    return SimpleNamespace(
        path_info=path,
        META={"HTTP_ACCEPT_LANGUAGE": accept},
        COOKIES={} if cookie is None else {"django_language": cookie},
    )


def test_the_path_goes_before_the_cookie_and_that_before_the_header() -> None:
    wanted = request("/pl/", "de-at", "de")
    assert get_language_from_request(wanted, check_path=True) == "pl"
    assert get_language_from_request(wanted) == "de"
    assert get_language_from_request(request(accept="de-at")) == "de-at"
    assert get_language_from_request(request()) == "en-us"


def test_a_cookie_of_a_language_that_is_gone_does_not_count() -> None:
    assert get_language_from_request(request(accept="pl", cookie="es")) == "pl"


@pytest.mark.parametrize(
    ("accept", "found"),
    [
        ("es, pl;q=0.5, de;q=0.7", "de"),
        ("es, *, de", "en-us"),
        ("de;q=0", "en-us"),
        ("pl;q=0, de;q=0.1", "de"),
        ("de; q=high", "en-us"),
    ],
)
def test_the_heaviest_language_that_the_site_has_is_taken(accept: str, found: str) -> None:
    assert get_language_from_request(request(accept=accept)) == found


def test_an_answer_is_forgotten_when_the_languages_change() -> None:
    wanted = request(accept="pl, de;q=0.5")
    assert get_language_from_request(wanted) == "pl"
    with override_settings(LANGUAGES=[("de", "German")], LANGUAGE_CODE="de"):
        assert get_language_from_request(wanted) == "de"
    assert get_language_from_request(wanted) == "pl"


def test_without_translation_nobody_is_asked() -> None:
    with override_settings(USE_I18N=False):
        assert get_language_from_request(request("/de/", "de", "de"), check_path=True) == "en-us"
        assert get_language_from_path("/de/") is None

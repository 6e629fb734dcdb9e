"""The active language: whose it is, and how long."""

import asyncio
import threading

from enfilade.bridge import in_thread
from enfilade.test import override_settings
from enfilade.translation import (
    activate,
    deactivate,
    deactivate_all,
    get_language,
    get_language_bidi,
    gettext,
    override,
)


def test_without_another_it_is_that_of_the_settings() -> None:
    with override_settings(LANGUAGE_CODE="pl"):
        assert get_language() == "pl"
        activate("de")
        assert get_language() == "de"
        deactivate()
        assert get_language() == "pl"


def test_it_has_the_form_of_a_code() -> None:
    activate("PT_BR")
    assert get_language() == "pt-br"


def test_no_language_to_activate_changes_nothing() -> None:
    activate("de")
    activate(None)
    activate("")
    assert get_language() == "de"


def test_texts_may_be_left_as_they_are_written() -> None:
    with override_settings(LANGUAGE_CODE="de"):
        assert gettext("Hello") == "Hallo"
        deactivate_all()
        assert (get_language(), gettext("Hello"), get_language_bidi()) == (None, "Hello", False)


def test_an_override_ends_with_its_block_whatever_happens() -> None:
    activate("de")
    try:
        with override("pl"), override(None):
            assert get_language() is None
            raise ValueError
    except ValueError:
        pass
    assert get_language() == "de"


def test_an_override_can_go_back_to_the_settings() -> None:
    activate("de")
    with override("pl", deactivate=True):
        pass
    assert get_language() == "en-us"


def test_an_override_decorates_functions_that_call_themselves() -> None:
    @override("pl")
    def depth(n: int) -> list[str | None]:
        return [get_language(), *(depth(n - 1) if n else []), get_language()]

    activate("de")
    assert depth(2) == ["pl"] * 6
    assert get_language() == "de"


def test_each_thread_has_its_own() -> None:
    activate("de")
    found = []
    thread = threading.Thread(target=lambda: found.append(get_language()))
    thread.start()
    thread.join()
    assert found == ["en-us"]


async def test_each_task_has_its_own_and_takes_it_to_a_thread() -> None:
    async def speak(language: str) -> tuple[str | None, str | None]:
        activate(language)
        await asyncio.sleep(0)
        return get_language(), await in_thread(get_language)()

    said = await asyncio.gather(*(speak(language) for language in ("de", "pl", "fr")))
    assert said == [("de", "de"), ("pl", "pl"), ("fr", "fr")]
    assert get_language() == "en-us"


async def test_what_a_thread_activates_is_active_after_the_hop() -> None:
    await in_thread(activate)("de")
    assert get_language() == "de"


def test_some_languages_are_written_from_right_to_left() -> None:
    for language, bidi in (("he", True), ("ar-eg", True), ("de", False)):
        with override(language):
            assert get_language_bidi() is bidi


def test_without_translation_there_is_one_language() -> None:
    with override_settings(USE_I18N=False, LANGUAGE_CODE="pl"):
        activate("de")
        assert get_language() == "pl"
        deactivate_all()
        assert get_language() == "pl"
        with override("de"):
            assert (get_language(), gettext("Hello")) == ("pl", "Hello")

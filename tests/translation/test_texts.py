"""Texts in the active language."""

import pytest
from markupsafe import Markup

from enfilade.translation import gettext, gettext_noop, ngettext, npgettext, override, pgettext


@pytest.fixture(autouse=True)
def german(site: None):
    with override("de"):
        yield


def test_a_text_is_translated() -> None:
    assert (gettext("Hello"), gettext("Goodbye")) == ("Hallo", "Goodbye")


def test_an_empty_text_is_not_the_catalogue_s_description() -> None:
    assert gettext("") == ""


def test_the_end_of_a_line_is_the_same_in_all_systems() -> None:
    assert gettext("Two\r\nlines") == gettext("Two\rlines") == "Zwei\nZeilen"


def test_a_context_tells_two_meanings_apart() -> None:
    assert (pgettext("month", "May"), pgettext("verb", "May"), gettext("May")) == (
        "Mai",
        "May",
        "May",
    )
    assert pgettext("verb", "a\r\nb") == "a\r\nb"


def test_a_number_chooses_the_form() -> None:
    assert [ngettext("%(n)d apple", "%(n)d apples", n) % {"n": n} for n in (0, 1, 2)] == [
        "0 Äpfel",
        "1 Apfel",
        "2 Äpfel",
    ]
    assert npgettext("fruit", "%d date", "%d dates", 2) == "%d Datteln"
    assert npgettext("calendar", "%d date", "%d dates", 1) == "%d date"
    assert npgettext("calendar", "%(n)d apple", "%(n)d apples", 2) == "%(n)d apples"


def test_what_is_safe_as_html_stays_it() -> None:
    bold = gettext(Markup("<b>bold</b>"))
    assert (bold, type(bold)) == (Markup("<b>fett</b>"), Markup)
    assert type(pgettext("x", Markup("<i>"))) is Markup
    assert type(gettext("<b>bold</b>")) is str


def test_a_text_can_be_marked_only() -> None:
    assert gettext_noop("Hello") == "Hello"

"""Texts that are translated when they are looked at."""

import copy
import json
import pickle

import pytest

from enfilade.http import HttpResponse, JsonResponse
from enfilade.translation import (
    gettext,
    gettext_lazy,
    ngettext_lazy,
    npgettext_lazy,
    override,
    pgettext_lazy,
)

HELLO = gettext_lazy("Hello")


def test_each_look_is_in_the_language_of_the_moment() -> None:
    said = []
    for language in ("de", "en", "de-at"):
        with override(language):
            said.append(str(HELLO))
    assert said == ["Hallo", "Hello", "Servus"]


def test_it_can_be_used_as_a_text() -> None:
    with override("de"):
        assert HELLO == "Hallo"
        assert gettext_lazy("Hello") == HELLO
        assert HELLO != "Hello"
        assert sorted([HELLO, "Affe", gettext_lazy("Goodbye")]) == ["Affe", "Goodbye", "Hallo"]
        assert (len(HELLO), HELLO[0], "all" in HELLO, list(HELLO)[-1]) == (5, "H", True, "o")
        assert (HELLO.upper(), HELLO + "!", "O " + HELLO, f"{HELLO:>7}") == (
            "HALLO",
            "Hallo!",
            "O Hallo",
            "  Hallo",
        )
        assert {HELLO: 1}["Hallo"] == 1
        assert gettext(HELLO) == "Hallo"
        assert str(pgettext_lazy("month", "May")) == "Mai"


def test_it_goes_into_a_response() -> None:
    with override("de"):
        assert HttpResponse(HELLO, headers={"X-Said": HELLO}).headers["X-Said"] == "Hallo"
        assert json.loads(JsonResponse({"said": HELLO}).content) == {"said": "Hallo"}


@pytest.mark.parametrize("again", [copy.deepcopy, lambda text: pickle.loads(pickle.dumps(text))])
def test_a_copy_is_as_lazy(again) -> None:
    copied = again(HELLO), again(ngettext_lazy("%(n)d apple", "%(n)d apples", "n"))
    with override("de"):
        assert copied[0] == "Hallo"
        assert copied[1] % {"n": 2} == "2 Äpfel"


def test_a_number_may_come_at_once_or_later_with_or_without_a_name() -> None:
    now = ngettext_lazy("%(n)d apple", "%(n)d apples", 1)
    named = ngettext_lazy("%(n)d apple", "%(n)d apples", "n")
    only = npgettext_lazy("fruit", "%d date", "%d dates")
    formatted = ngettext_lazy("one pear", "{} pears")
    with override("de"):
        assert str(now) == "%(n)d Apfel"
        assert named % {"n": 2} == "2 Äpfel"
        assert only % 1 == "1 Dattel"
        assert (formatted.format(1), formatted.format(3)) == ("eine Birne", "3 Birnen")
        assert formatted % 1 == "eine Birne"
        assert ngettext_lazy("{n} x", "{n} xs", "n").format(n=2) == "2 xs"
        assert named


def test_a_number_that_never_comes_is_told() -> None:
    named = ngettext_lazy("%(n)d apple", "%(n)d apples", "n")
    with pytest.raises(KeyError, match="called 'n', which is missing"):
        named % {"m": 2}
    with pytest.raises(TypeError, match="nothing says which"):
        str(named)


def test_its_repr_needs_no_language() -> None:
    assert repr(HELLO) == "<LazyTranslation 'Hello'>"

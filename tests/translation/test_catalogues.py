"""Where translations come from."""

import os
from pathlib import Path

import pytest

from enfilade.exceptions import ImproperlyConfigured
from enfilade.test import override_settings
from enfilade.translation import gettext, ngettext, override
from written import write, write_compiled

HELLO = 'msgid "Hello"\nmsgstr "{}"\n'


def test_a_general_language_stands_in_for_a_regional_one() -> None:
    with override("de-at"):
        assert (gettext("Hello"), gettext("Mind the gap")) == (
            "Servus",
            "Vorsicht an der Bahnsteigkante",
        )


def test_the_language_of_the_site_stands_in_for_what_is_not_translated() -> None:
    with override_settings(LANGUAGE_CODE="de"), override("pl"):
        assert (gettext("Hello"), ngettext("%(n)d apple", "%(n)d apples", 3)) == (
            "Hallo",
            "%(n)d jabłka",
        )


def test_but_not_for_english_which_is_as_the_code_has_it() -> None:
    with override_settings(LANGUAGE_CODE="de"), override("en-gb"):
        assert gettext("Hello") == "Hello"


def test_the_first_folder_wins(tmp_path: Path, folder: Path) -> None:
    write_compiled(tmp_path, "de", HELLO.format("Moin"))
    with override("de"), override_settings(LOCALE_PATHS=[tmp_path, folder]):
        assert (gettext("Hello"), gettext("Mind the gap")[:8]) == ("Moin", "Vorsicht")
        with override_settings(LOCALE_PATHS=[folder, tmp_path]):
            assert gettext("Hello") == "Hallo"


def test_each_catalogue_counts_in_its_own_way(tmp_path: Path, folder: Path) -> None:
    dual = "nplurals=3; plural=(n==1 ? 0 : n==2 ? 1 : 2);"
    texts = 'msgid "ox"\nmsgid_plural "oxen"\nmsgstr[0] "1"\nmsgstr[1] "2"\nmsgstr[2] "n"\n'
    write_compiled(tmp_path, "pl", texts, dual)
    with override("pl"), override_settings(LOCALE_PATHS=[tmp_path, folder]):
        assert [ngettext("ox", "oxen", n) for n in (1, 2, 3)] == ["1", "2", "n"]
        assert ngettext("%(n)d apple", "%(n)d apples", 22) == "%(n)d jabłka"


def test_a_language_without_catalogue_leaves_texts_as_they_are() -> None:
    with override("fr"):
        assert (gettext("Hello"), ngettext("ox", "oxen", 2)) == ("Hello", "oxen")


def test_a_file_that_is_no_catalogue_is_named(tmp_path: Path) -> None:
    for broken in (b"not a catalogue", b"", b"\xde\x12\x04\x95\0"):
        mo = write(tmp_path, "de", "").with_suffix(".mo")
        mo.write_bytes(broken)
        refused = pytest.raises(ImproperlyConfigured, match=r"messages\.mo is no catalogue")
        with override_settings(LOCALE_PATHS=[tmp_path]), override("de"), refused:
            gettext("Hello")


def test_in_development_a_translator_sees_what_was_just_written(tmp_path: Path) -> None:
    write_compiled(tmp_path, "de", HELLO.format("old"))
    po = write(tmp_path, "de", HELLO.format("new"))
    mo = po.with_suffix(".mo")
    os.utime(mo, (1, 1))
    with override_settings(LOCALE_PATHS=[tmp_path]), override("de"):
        assert gettext("Hello") == "old"
        with override_settings(DEBUG=True):
            assert gettext("Hello") == "new"
            os.utime(po, (0, 0))
        with override_settings(DEBUG=True):
            assert gettext("Hello") == "old"


def test_in_development_a_mistake_in_a_source_is_told(tmp_path: Path) -> None:
    write(tmp_path, "de", 'msgid "Hello"\nnonsense')
    refused = pytest.raises(ImproperlyConfigured, match=r"messages\.po cannot be read")
    with override_settings(LOCALE_PATHS=[tmp_path], DEBUG=True), override("de"), refused:
        gettext("Hello")

"""A folder with catalogues in German, Austrian German and Polish."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from enfilade.test import override_settings
from enfilade.translation import deactivate
from written import POLISH, THREE_FORMS, write_compiled

GERMAN = r"""
msgid "Hello"
msgstr "Hallo"

msgid "Mind the gap"
msgstr "Vorsicht an der Bahnsteigkante"

msgid "Two\nlines"
msgstr "Zwei\nZeilen"

msgid "<b>bold</b>"
msgstr "<b>fett</b>"

msgctxt "month"
msgid "May"
msgstr "Mai"

msgid "%(n)d apple"
msgid_plural "%(n)d apples"
msgstr[0] "%(n)d Apfel"
msgstr[1] "%(n)d Äpfel"

msgid "one pear"
msgid_plural "{} pears"
msgstr[0] "eine Birne"
msgstr[1] "{} Birnen"

msgctxt "fruit"
msgid "%d date"
msgid_plural "%d dates"
msgstr[0] "%d Dattel"
msgstr[1] "%d Datteln"
"""
AUSTRIAN = """
msgid "Hello"
msgstr "Servus"
"""


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder, for ``LOCALE_PATHS``."""
    folder = tmp_path_factory.mktemp("locale")
    write_compiled(folder, "de", GERMAN)
    write_compiled(folder, "de-at", AUSTRIAN)
    write_compiled(folder, "pl", POLISH, THREE_FORMS)
    return folder


@pytest.fixture(autouse=True)
def site(folder: Path) -> Iterator[None]:
    """A site with these catalogues, where no language is active."""
    with override_settings(LOCALE_PATHS=[folder]):
        deactivate()
        yield
        deactivate()

"""The Gazette as the site under test, with a database and a media folder of its own."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from enfilade.test import Client, override_settings

EXAMPLES = Path(__file__).parents[2] / "examples"
sys.path.insert(0, str(EXAMPLES / "gazette"))


@pytest.fixture(scope="session")
def gazette(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, object]]:
    """The paper's settings for the suite; its first edition is printed once."""
    from gazette.newsroom import database

    from gazette import settings

    folder = tmp_path_factory.mktemp("gazette")
    values = {name: value for name, value in vars(settings).items() if name.isupper()}
    values |= {
        "GAZETTE_DATABASE": folder / "gazette.sqlite3",
        "GAZETTE_MEDIA": folder / "media",
        "DEBUG": False,
    }
    yield values
    with override_settings(**values):
        database.session().get_bind().dispose()


@pytest.fixture
def site(gazette: dict[str, object]) -> Iterator[None]:
    """The paper's settings are in force."""
    with override_settings(**gazette):
        yield


@pytest.fixture
def client(site: None) -> Client:
    """A reader; the site's errors become responses, as on a server."""
    return Client(raise_request_exception=False)

"""The Gazette as the site under test, with a database and a media folder of its own."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from enfilade.database.migration import migrate
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
        "DATABASE_URL": f"sqlite:///{folder / 'gazette.sqlite3'}",
        "DEBUG": False,
    }
    yield values
    with override_settings(**values):
        database.session().get_bind().dispose()


@pytest.fixture(scope="session")
def staff(gazette: dict[str, object]) -> None:
    """The tables of accounts are there, and an editor has been hired."""
    from gazette.desk import staff

    with override_settings(**gazette):
        migrate()
        assert staff.hire()


@pytest.fixture
def site(gazette: dict[str, object]) -> Iterator[None]:
    """The paper's settings are in force."""
    with override_settings(**gazette):
        yield


@pytest.fixture
def client(site: None) -> Client:
    """A reader; the site's errors become responses, as on a server."""
    return Client(raise_request_exception=False)


@pytest.fixture
def editor(staff: None, client: Client) -> Client:
    """Somebody who has signed in and may edit."""
    from enfilade.contrib.auth.users import User

    client.force_login(User.objects.get(username="editor"))
    return client

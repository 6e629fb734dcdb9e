"""The paper, as its readers, their programs and its editor use it."""

from pathlib import Path

import pytest
from gazette.desk import staff

from enfilade.contrib.auth.users import User
from enfilade.database.migration import migrate
from enfilade.test import Client
from enfilade.test.assertions import assertContains, assertRedirects

ARTICLE = "/2026/some-article/"


@pytest.fixture(scope="session")
def press(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for the tests' own paper, which is printed once."""
    return tmp_path_factory.mktemp("press")


@pytest.fixture
def reader(client: Client, settings, press: Path) -> Client:
    """Somebody who reads the tests' own paper."""
    settings.GAZETTE_DATABASE = press / "gazette.sqlite3"
    settings.GAZETTE_MEDIA = press / "media"
    settings.DATABASE_URL = f"sqlite:///{press / 'accounts.sqlite3'}"
    return client


@pytest.fixture
def editor(reader: Client) -> Client:
    """Somebody who has signed in and may edit."""
    migrate()
    staff.hire()
    reader.force_login(User.objects.get(username=staff.EDITOR))
    return reader


def test_the_front_page_leads_with_the_newest_article(reader: Client) -> None:
    assertContains(reader.get("/"), "Every Door Open")


def test_a_comment_is_printed_below_its_article(reader: Client) -> None:
    response = reader.post(ARTICLE, {"name": "Room 7", "text": "Is that a <door>?"}, follow=True)
    assertContains(response, "Is that a &lt;door&gt;?")


def test_a_comment_without_a_name_is_not_lost(reader: Client) -> None:
    response = reader.post(ARTICLE, {"name": "", "text": "It was me."})
    assertContains(response, "Please enter your name.", status_code=422)
    assertContains(response, "It was me.", status_code=422)


def test_the_old_address_of_the_feed_leads_to_the_new(reader: Client) -> None:
    assertRedirects(reader.get("/rss/"), "/feed.xml", status_code=301)


def test_a_program_is_told_in_json_that_there_is_nothing(reader: Client) -> None:
    response = reader.get("/api/nothing/")
    assert (response.status_code, response.json()["message"]) == (404, "Not Found")


def test_a_stranger_is_asked_who_is_there(reader: Client) -> None:
    assertRedirects(reader.get("/desk/"), "/desk/sign-in/?next=/desk/")


def test_an_edited_article_is_printed_anew(editor: Client) -> None:
    title = {"title": "Some Other Title", "standfirst": "It is the same article."}
    rest = {"section": "letters", "author": "Ida Newel", "text": "Nearly."}
    response = editor.post("/desk/1/", title | rest, follow=True)
    assertContains(response, "“Some Other Title” has been changed.")
    assertContains(response, "By <b>Ida Newel</b>")

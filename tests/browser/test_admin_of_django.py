"""Django's own admin in a real browser, on our server, which also serves its static files."""

from collections.abc import Iterator
from typing import Any

import pytest

from running import Running
from unchanged_django import EDITOR, PASSWORD, django_project

pytestmark = [pytest.mark.service, pytest.mark.slow, pytest.mark.timeout(120)]

USER, USER_S_PASSWORD = "barnaby", "hasp and staple 9"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with django_project(tmp_path_factory.mktemp("django")) as site:
        yield site


class Watched:
    """A tab, with what its console complained of and what was asked for and answered."""

    def __init__(self, tab: Any) -> None:
        self.complaints: list[str] = []
        self.answers: list[tuple[int, str]] = []
        self.failures: list[str] = []
        tab.on("console", self._hear)
        tab.on("pageerror", lambda error: self.complaints.append(str(error)))
        tab.on("response", lambda it: self.answers.append((it.status, it.url)))
        tab.on("requestfailed", lambda request: self.failures.append(request.url))

    def _hear(self, message: Any) -> None:
        of_the_browser = message.location["url"].endswith("/favicon.ico")  # a project has none
        if message.type in ("error", "warning") and not of_the_browser:
            self.complaints.append(message.text)

    def static(self) -> list[tuple[int, str]]:
        return [(status, url) for status, url in self.answers if "/static/" in url]


@pytest.fixture
def watched(tab: Any) -> Watched:
    return Watched(tab)


@pytest.fixture
def admin(site: Running, tab: Any, watched: Watched) -> Any:
    """A tab in which the editor has signed in."""
    tab.goto(f"{site.url}/admin/")
    tab.get_by_label("Username").fill(EDITOR)
    tab.get_by_label("Password").fill(PASSWORD)
    tab.get_by_role("button", name="Log in").click()
    assert tab.url == f"{site.url}/admin/"
    return tab


def said(tab: Any) -> str:
    return str(tab.locator("ul.messagelist").inner_text())


def test_a_user_is_added_changed_and_deleted(admin: Any, site: Running, watched: Watched) -> None:
    add_user(admin)
    assert f"The user “{USER}” was added successfully" in said(admin)

    admin.get_by_label("First name").fill("Barnäby")
    admin.get_by_label("Staff status").check()
    admin.get_by_role("button", name="Save", exact=True).click()
    assert f"The user “{USER}” was changed successfully" in said(admin)
    assert admin.locator("#result_list tbody tr").count() == 2
    assert admin.get_by_role("cell", name="Barnäby").is_visible()

    admin.locator("#result_list").get_by_role("link", name=USER).click()
    admin.get_by_role("link", name="Delete", exact=True).click()
    admin.get_by_role("button", name="Yes, I’m sure").click()
    assert f"The user “{USER}” was deleted successfully" in said(admin)
    assert admin.locator("#result_list tbody tr").count() == 1

    admin.get_by_role("button", name="Log out").click()
    assert "Thanks for spending some quality time" in admin.locator("#content").inner_text()
    admin.goto(f"{site.url}/admin/")
    assert admin.url == f"{site.url}/admin/login/?next=/admin/"

    assert watched.failures == []
    assert [answer for answer in watched.answers if answer[0] >= 400] == []
    assert watched.complaints == []
    assert {status for status, _ in watched.static()} == {200}
    kinds = {url.rpartition(".")[2] for _, url in watched.static()}
    assert kinds >= {"css", "js", "svg"}


def add_user(admin: Any) -> None:
    admin.get_by_role("link", name="Users", exact=True).click()
    admin.get_by_role("link", name="Add user").first.click()
    admin.get_by_label("Username").fill(USER)
    admin.locator("#id_password1").fill(USER_S_PASSWORD)
    admin.locator("#id_password2").fill(USER_S_PASSWORD)
    admin.get_by_role("button", name="Save", exact=True).click()


def test_a_mistake_in_a_form_is_told(admin: Any, site: Running, watched: Watched) -> None:
    admin.goto(f"{site.url}/admin/auth/user/add/")
    admin.get_by_label("Username").fill(EDITOR)
    admin.locator("#id_password1").fill(USER_S_PASSWORD)
    admin.locator("#id_password2").fill("another")
    admin.get_by_role("button", name="Save", exact=True).click()
    errors = admin.locator(".errorlist").all_inner_texts()
    assert any("already exists" in text for text in errors)
    assert watched.complaints == []


def test_static_files_come_from_the_server_and_not_from_django(
    site: Running, tab: Any, watched: Watched
) -> None:
    tab.goto(f"{site.url}/admin/login/")
    assert tab.evaluate("getComputedStyle(document.querySelector('#header')).display") == "flex"
    headers = tab.request.get(f"{site.url}/static/admin/css/base.css").headers
    assert "x-frame-options" not in headers  # which Django's middleware gives to all it answers
    assert headers["content-type"].startswith("text/css")
    assert watched.static() != []

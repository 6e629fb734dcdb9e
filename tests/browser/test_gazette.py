"""The Gazette in a real browser: its door, its desk, and those who try to get in otherwise."""

from collections.abc import Callable, Iterator
from html import escape
from typing import Any

import pytest

from enfilade.test import LiveServer
from paper import EDITOR, Paper, printed

pytestmark = [pytest.mark.service, pytest.mark.slow, pytest.mark.timeout(120)]

ARTICLE = "/2026/some-article/"
STEPS = 40
"""More than there are things on a page of the door that the keyboard can reach."""


@pytest.fixture(scope="module")
def paper(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Paper]:
    with printed(tmp_path_factory.mktemp("paper")) as paper:
        yield paper


@pytest.fixture
def desk(paper: Paper, tab: Any) -> Any:
    """A window in which the editor has signed in."""
    tab.goto(f"{paper.url}/desk/")
    paper.sign_in(tab)
    assert tab.url == f"{paper.url}/desk/"
    return tab


def cookie(tab: Any, name: str = "sessionid") -> str | None:
    return {each["name"]: each["value"] for each in tab.context.cookies()}.get(name)


def messages(tab: Any) -> list[str]:
    return tab.locator(".message").all_inner_texts()


# The door ----------------------------------------------------------------------------------


def test_the_door_leads_on_to_where_one_wanted_to_go(paper: Paper, tab: Any) -> None:
    tab.goto(f"{paper.url}/desk/write/")
    assert tab.url == f"{paper.url}/desk/sign-in/?next=/desk/write/"
    paper.sign_in(tab)
    assert tab.url == f"{paper.url}/desk/write/"
    assert tab.get_by_role("heading", name="Write an article").is_visible()


def test_the_door_leads_to_no_other_house(paper: Paper, tab: Any) -> None:
    tab.goto(f"{paper.url}/desk/sign-in/?next=http://127.0.0.2:1/")
    paper.sign_in(tab)
    assert tab.url == f"{paper.url}/desk/"


def test_a_wrong_password_is_told_and_the_right_one_still_works(paper: Paper, tab: Any) -> None:
    tab.goto(f"{paper.url}/desk/")
    paper.sign_in(tab, "guess")
    assert "no such name with this password" in tab.get_by_role("alert").inner_text()
    assert tab.get_by_label("Username").input_value() == EDITOR
    assert tab.get_by_label("Password").input_value() == ""
    assert cookie(tab) is None
    paper.sign_in(tab)
    assert tab.url == f"{paper.url}/desk/"


def test_the_keyboard_alone_gets_through_the_door(paper: Paper, tab: Any) -> None:
    tab.goto(f"{paper.url}/desk/")
    for _ in range(STEPS):
        tab.keyboard.press("Tab")
        if tab.evaluate("document.activeElement.name") == "username":
            break
    tab.keyboard.type(EDITOR)
    tab.keyboard.press("Tab")
    tab.keyboard.type(paper.password)
    tab.keyboard.press("Enter")
    tab.wait_for_url(f"{paper.url}/desk/")
    tab.get_by_role("link", name="Write an article").focus()
    tab.keyboard.press("Tab")
    tab.keyboard.press("Enter")
    tab.wait_for_url(f"{paper.url}/")
    assert messages(tab) == ["You have signed out."]


def test_a_key_from_before_the_door_opens_nothing_behind_it(
    paper: Paper, new_tab: Callable[..., Any]
) -> None:
    slipped = "attackerschoice0attackerschoice0"
    victim, attacker = new_tab(), new_tab()
    for tab in (victim, attacker):
        tab.context.add_cookies([{"name": "sessionid", "value": slipped, "url": paper.url}])
    victim.goto(f"{paper.url}/desk/")
    paper.sign_in(victim)
    first = cookie(victim)
    assert first not in (None, slipped)
    attacker.goto(f"{paper.url}/desk/")
    assert "/desk/sign-in/" in attacker.url
    # Nor does a genuine key, once its owner has come in again.
    victim.goto(f"{paper.url}/desk/sign-in/")
    paper.sign_in(victim)
    assert cookie(victim) not in (None, first)
    attacker.context.add_cookies([{"name": "sessionid", "value": first, "url": paper.url}])
    attacker.goto(f"{paper.url}/desk/")
    assert "/desk/sign-in/" in attacker.url


def test_no_script_can_read_the_key(desk: Any) -> None:
    assert cookie(desk)
    assert "sessionid" not in desk.evaluate("document.cookie")


# The desk ----------------------------------------------------------------------------------


def test_what_is_written_and_edited_is_said_once(paper: Paper, desk: Any) -> None:
    address = paper.write(desk, "A Door Was <Found>")
    assert address.endswith("/a-door-was-found/")
    assert messages(desk) == ["“A Door Was <Found>” is in print."]
    desk.reload()
    assert messages(desk) == []
    desk.get_by_role("link", name="Edit this article").click()
    desk.get_by_label("Title").fill("A Door Was Painted")
    desk.get_by_role("button", name="Print it anew").click()
    assert desk.url == address
    assert messages(desk) == ["“A Door Was Painted” has been changed."]
    desk.goto(f"{paper.url}/")
    assert messages(desk) == []
    assert desk.get_by_role("heading", name="A Door Was Painted").is_visible()


def test_what_was_typed_is_still_there_when_something_is_missing(paper: Paper, desk: Any) -> None:
    desk.goto(f"{paper.url}/desk/write/")
    desk.get_by_label("Article").fill("One paragraph.\n\nAnd another.")
    desk.get_by_role("button", name="Print it").click()
    assert "Please enter a title." in desk.locator("main").inner_text()
    assert desk.get_by_label("Title").get_attribute("aria-invalid") == "true"
    assert desk.get_by_label("Article").input_value() == "One paragraph.\n\nAnd another."


def test_an_article_is_withdrawn_by_the_keyboard_in_two_steps(paper: Paper, desk: Any) -> None:
    address = paper.write(desk, "Better Not")
    desk.get_by_role("link", name="Edit this article").click()
    withdraw = desk.get_by_role("button", name="Withdraw it")
    assert not withdraw.is_visible()
    desk.locator("summary").focus()
    desk.keyboard.press("Enter")
    desk.keyboard.press("Tab")
    desk.keyboard.press("Enter")
    desk.wait_for_url(f"{paper.url}/desk/")
    assert messages(desk) == ["“Better Not” has been withdrawn."]
    assert desk.goto(address).status == 404


def test_a_readers_comment_is_acknowledged_once(paper: Paper, tab: Any) -> None:
    tab.goto(paper.url + ARTICLE)
    assert tab.get_by_role("link", name="Edit this article").count() == 0
    tab.get_by_label("Your name").fill("Room 7")
    tab.get_by_label("Your comment").fill("Is that a <door>?")
    tab.get_by_role("button", name="Push it under the door").click()
    tab.wait_for_url("**/#comment-*")
    assert messages(tab) == ["Your comment is in print."]
    assert tab.locator(":target").inner_text().endswith("Is that a <door>?")
    assert cookie(tab) is None
    tab.reload()
    assert messages(tab) == []


def test_nothing_of_the_desk_is_left_after_signing_out(paper: Paper, desk: Any) -> None:
    key = cookie(desk)
    desk.goto(f"{paper.url}/desk/write/")
    desk.goto(f"{paper.url}/desk/")
    desk.get_by_role("button", name="Sign out").click()
    assert messages(desk) == ["You have signed out."]
    assert cookie(desk) is None
    for _ in range(2):  # back over the list, and over the sheet
        desk.go_back(wait_until="commit")
        assert "/desk/sign-in/" in desk.url
        assert desk.get_by_role("button", name="Sign out").count() == 0
    desk.context.add_cookies([{"name": "sessionid", "value": key, "url": paper.url}])
    desk.goto(f"{paper.url}/desk/")
    assert "/desk/sign-in/" in desk.url


# The other site ----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def forger(paper: Paper) -> Iterator[str]:
    """The address of another origin, whose page sends a form to the path in its query."""

    def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        target = escape(paper.url + environ["QUERY_STRING"], quote=True)
        page = f'<form method="post" action="{target}"><button>You have won!</button></form>'
        start_response("200 OK", [("Content-Type", "text/html")])
        return [page.encode()]

    with LiveServer(application) as server:
        yield server.url


def test_forms_of_another_origin_are_refused(paper: Paper, desk: Any, forger: str) -> None:
    for path in ("/desk/1/withdraw/", "/desk/sign-out/", "/desk/write/", ARTICLE):
        desk.goto(f"{forger}/?{path}")
        with desk.expect_response(paper.url + path) as waiting:
            desk.get_by_role("button", name="You have won!").click()
        # Another port is the same site, so the browser has added the editor's cookies.
        assert "sessionid=" in waiting.value.request.all_headers()["cookie"]
        assert waiting.value.status == 403
    desk.goto(f"{paper.url}/desk/1/")  # nothing has been withdrawn, and nobody signed out
    assert desk.get_by_label("Title").input_value()


def test_a_token_of_somebody_elses_page_is_refused(
    paper: Paper, desk: Any, new_tab: Callable[..., Any]
) -> None:
    attacker = new_tab()
    attacker.goto(paper.url + ARTICLE)
    token = attacker.locator("[name=csrfmiddlewaretoken]").first.get_attribute("value")
    desk.goto(f"{paper.url}/desk/1/")
    desk.evaluate(
        "token => document.querySelectorAll('[name=csrfmiddlewaretoken]')"
        ".forEach(field => { field.value = token })",
        token,
    )
    with desk.expect_response(f"{paper.url}/desk/1/") as waiting:
        desk.get_by_role("button", name="Print it anew").click()
    assert waiting.value.status == 403


def test_a_page_from_before_signing_in_does_not_send_forms_afterwards(
    paper: Paper, desk: Any
) -> None:
    desk.goto(paper.url + ARTICLE)
    again = desk.context.new_page()
    again.goto(f"{paper.url}/desk/sign-in/")
    paper.sign_in(again)
    desk.get_by_label("Your name").fill("Room 7")
    desk.get_by_label("Your comment").fill("Late.")
    with desk.expect_response(paper.url + ARTICLE) as waiting:
        desk.get_by_role("button", name="Push it under the door").click()
    assert waiting.value.status == 403


# What one sees -----------------------------------------------------------------------------

CONTRAST = """element => {
    const channels = text => text.match(/[\\d.]+/g).map(Number);
    const light = text => channels(text).slice(0, 3).map(value => value / 255)
        .map(value => value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4)
        .reduce((sum, value, index) => sum + value * [0.2126, 0.7152, 0.0722][index], 0);
    const ground = each => getComputedStyle(each).backgroundColor;
    let below = element;
    while (channels(ground(below))[3] === 0) below = below.parentElement;
    const pair = [getComputedStyle(element).color, ground(below)];
    const [dark, bright] = pair.map(light).sort((one, other) => one - other);
    return (bright + 0.05) / (dark + 0.05);
}"""
"""WCAG 2.2, 1.4.3: 4.5 and more can be read by nearly everybody."""


def test_messages_errors_and_buttons_can_be_read(paper: Paper, tab: Any) -> None:
    tab.goto(f"{paper.url}/desk/")
    paper.sign_in(tab, "guess")
    assert_readable(tab, "[role=alert] p:first-child")
    paper.sign_in(tab)
    assert_readable(tab, ".quiet")
    assert_readable(tab, "a.button")
    tab.get_by_role("button", name="Sign out").click()
    assert_readable(tab, ".message")


def assert_readable(tab: Any, selector: str) -> None:
    for scheme in ("light", "dark"):
        tab.emulate_media(color_scheme=scheme)
        assert tab.locator(selector).evaluate(CONTRAST) > 4.5, (selector, scheme)


def test_a_small_window_needs_no_sideways_scrolling(paper: Paper, new_tab: Any) -> None:
    tab = new_tab(viewport={"width": 360, "height": 640})
    tab.goto(f"{paper.url}/desk/write/")
    paper.sign_in(tab)
    for path in ("/desk/write/", "/desk/", ARTICLE):
        tab.goto(paper.url + path)
        assert tab.evaluate("document.documentElement.scrollWidth") <= 360, path

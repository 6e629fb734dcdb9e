"""The editor's desk: who gets in, and what can be done there."""

import re

import pytest

from enfilade.contrib.auth.users import User
from enfilade.test import AsyncClient, Client

COPY = {
    "title": "A Door Was Found",
    "standfirst": "It opens inward.",
    "section": "doors",
    "author": "Barnaby Hasp",
    "text": "It was behind the wallpaper.\r\n\r\nNobody is surprised.",
}


def write(editor: Client, **fields: str) -> str:
    """The address of a new article."""
    response = editor.post("/desk/write/", {**COPY, **fields})
    assert response.status_code == 302, response.text
    return response["Location"]


def sheet(editor: Client, address: str) -> str:
    """The address of the sheet on which the article at *address* is edited."""
    return re.search(r'href="(/desk/\d+/)"', editor.get(address).text)[1]


@pytest.mark.parametrize("address", ["/desk/", "/desk/write/", "/desk/1/"])
def test_the_desk_is_behind_a_door(client: Client, address: str) -> None:
    response = client.get(address)
    assert (response.status_code, response["Location"]) == (302, f"/desk/sign-in/?next={address}")


def test_a_stranger_withdraws_nothing(client: Client) -> None:
    assert "/desk/sign-in/" in client.post("/desk/1/withdraw/")["Location"]
    assert client.get("/api/articles/1/").status_code == 200


def test_somebody_who_is_no_editor_is_told_so(staff: None, client: Client) -> None:
    client.force_login(User.objects.create_user("lodger"))
    response = client.get("/desk/")
    assert response.status_code == 403
    assert "Not your door" in response.text
    assert "Edit this article" not in client.get("/2026/some-article/").text


def test_what_is_written_is_in_print_and_said_once(editor: Client) -> None:
    address = write(editor, title="A Door Was <b>Found</b>")
    assert re.fullmatch(r"/20\d\d/a-door-was-b-found-b/", address)
    page = editor.get(address).text
    assert "“A Door Was &lt;b&gt;Found&lt;/b&gt;” is in print." in page
    assert "<p>Nobody is surprised.</p>" in page
    assert "is in print." not in editor.get(address).text
    assert "A Door Was &lt;b&gt;Found" in editor.get("/").text


def test_a_title_that_is_taken_gets_the_next_address(editor: Client) -> None:
    addresses = [write(editor, title="Again, and Again") for _ in range(3)]
    assert [address.split("/")[2] for address in addresses] == [
        "again-and-again",
        "again-and-again-2",
        "again-and-again-3",
    ]


@pytest.mark.parametrize(
    ("title", "slug"), [("Überraschung im Café", "uberraschung-im-cafe"), ("문", "untitled")]
)
def test_an_address_is_written_in_plain_letters(editor: Client, title: str, slug: str) -> None:
    address = write(editor, title=title)
    assert address.split("/")[2] == slug
    assert title in editor.get(address).text


def test_an_edited_article_keeps_its_address(editor: Client) -> None:
    address = write(editor, title="Before")
    desk = sheet(editor, address)
    page = editor.get(desk).text
    assert 'value="Before"' in page
    assert "<option selected>Barnaby Hasp</option>" in page
    response = editor.post(desk, {**COPY, "title": "After", "author": "Ida Newel"})
    assert response["Location"] == address
    page = editor.get(address).text
    assert "“After” has been changed." in page
    assert "By <b>Ida Newel</b>" in page


def test_a_withdrawn_article_takes_its_comments_with_it(editor: Client) -> None:
    address = write(editor, title="Better Not")
    editor.post(address, {"name": "Room 9", "text": "Said to what is gone."})
    response = editor.post(f"{sheet(editor, address)}withdraw/", follow=True)
    assert "“Better Not” has been withdrawn." in response.text
    assert editor.get(address).status_code == 404
    assert "Said to what is gone." not in editor.get("/").text


@pytest.mark.parametrize(
    ("field", "value", "error"),
    [
        ("title", " ", "Please enter a title."),
        ("title", "x" * 121, "at most 120 characters; these are 121"),
        ("standfirst", "", "Please enter a standfirst."),
        ("section", "sports", "Please choose a section."),
        ("author", "Nobody", "Please choose who signs it."),
        ("text", "\r\n", "Please enter the article."),
    ],
)
def test_a_wrong_sheet_is_explained_and_not_lost(
    editor: Client, field: str, value: str, error: str
) -> None:
    response = editor.post("/desk/write/", {**COPY, field: value})
    assert response.status_code == 422
    assert error in response.text
    kept = "It opens inward." if field != "standfirst" else "It was behind the wallpaper."
    assert kept in response.text


@pytest.mark.parametrize("address", ["/desk/99999/", "/desk/" + "9" * 30 + "/"])
def test_there_is_no_sheet_for_what_is_not_in_print(editor: Client, address: str) -> None:
    assert editor.get(address).status_code == 404
    assert editor.post(address, COPY).status_code == 404
    assert editor.post(f"{address}withdraw/").status_code == 404


def test_nothing_is_withdrawn_by_a_link(editor: Client) -> None:
    assert editor.get("/desk/1/withdraw/").status_code == 405


def test_no_browser_keeps_a_page_of_the_desk(editor: Client) -> None:
    assert "no-store" in editor.get("/desk/")["Cache-Control"]
    assert "no-store" in editor.get("/desk/write/")["Cache-Control"]


@pytest.mark.parametrize(
    "address",
    ["/2026/some-article/", "/pictures/", "/desk/sign-in/", "/desk/write/", "/desk/1/withdraw/"],
)
def test_every_form_that_is_posted_wants_a_token(site: None, address: str) -> None:
    stranger = Client(enforce_csrf_checks=True)
    assert stranger.post(address, {"name": "a", "text": "b"}).status_code == 403


@pytest.mark.parametrize("address", ["/2026/some-article/", "/pictures/", "/desk/sign-in/"])
def test_every_form_that_is_posted_has_a_token(client: Client, address: str) -> None:
    page = client.get(address).text
    assert page.count('method="post"') == page.count('name="csrfmiddlewaretoken"') == 1


def test_every_form_of_the_desk_has_a_token(editor: Client) -> None:
    for address, forms in [("/desk/", 1), ("/desk/write/", 1), ("/desk/1/", 2)]:
        page = editor.get(address).text
        assert page.count('method="post"') == page.count('name="csrfmiddlewaretoken"') == forms


def test_every_control_of_the_sheet_and_of_the_door_has_a_label(editor: Client) -> None:
    for address in ("/desk/write/", "/desk/sign-in/"):
        page = editor.get(address).text
        controls = re.findall(r'<(?:input|textarea|select)[^>]* ?id="(\w+)"', page)
        assert len(controls) > 2
        for control in controls:
            assert f'for="{control}"' in page, (address, control)


async def test_the_desk_works_on_an_asynchronous_server(staff: None, site: None) -> None:
    editor = AsyncClient()
    await editor.aforce_login(await User.objects.aget(username="editor"))
    response = await editor.post("/desk/write/", {**COPY, "title": "Both Doors"}, follow=True)
    assert "“Both Doors” is in print." in response.text
    assert "Edit this article" in response.text
    for address, status in (("/now/", 200), ("/no/such/door/", 404), ("/desk/", 200)):
        assert (await editor.get(address)).status_code == status

"""The Gazette, read page by page as a reader would."""

import csv
import io
import re
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit
from xml.etree import ElementTree

import pytest

from enfilade.test import AsyncClient, Client, override_settings

ARTICLE = "/2026/some-article/"
BROKEN_ON_PURPOSE = {"/api/broken/", "/broken-stair/"}
ATOM = "{http://www.w3.org/2005/Atom}"


class Links(HTMLParser):
    """Collects what a page links to."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value for name, value in attrs if name in ("href", "src") and value]


def paths(page: str, base: str) -> set[str]:
    addresses = (urljoin(base, link) for link in Links(page).found if not link.startswith("data:"))
    return {address.partition("#")[0] for address in addresses if not urlsplit(address).netloc}


# Reading -----------------------------------------------------------------------------------


@pytest.mark.slow
def test_no_link_of_the_paper_is_dead(client: Client) -> None:
    seen, waiting = set(), {"/"}
    while waiting:
        address = waiting.pop()
        seen.add(address)
        response = client.get(address, follow=True)
        expected = 500 if address in BROKEN_ON_PURPOSE else 200
        assert response.status_code == expected, address
        page = response.getvalue().decode(errors="replace")
        if response["Content-Type"].startswith("text/html"):
            waiting |= paths(page, address) - seen
    assert len(seen) > 40


def test_front_page_has_a_lead_and_every_section(client: Client) -> None:
    page = client.get("/").text
    assert "Every Door Open" in page
    for section in ("The House", "Corridors &amp; Stairs", "Kitchen &amp; Garden", "Letters"):
        assert section in page


def test_every_page_has_its_landmarks(client: Client) -> None:
    for address in ("/", ARTICLE, "/archive/", "/search/?q=door", "/pictures/", "/now/", "/nope/"):
        page = client.get(address).text
        for landmark in ("<main", "<nav", "<header", "<footer", '<html lang="en">', "</html>"):
            assert landmark in page, (address, landmark)
        assert page.count("<h1") == 1, address


def test_every_form_control_has_a_label(client: Client) -> None:
    for address in (ARTICLE, "/search/", "/pictures/"):
        page = client.get(address).text
        controls = re.findall(r'<(?:input|textarea)[^>]* ?id="(\w+)"', page)
        assert controls
        for control in controls:
            assert f'for="{control}"' in page, (address, control)


def test_an_article_of_another_year_is_not_found(client: Client) -> None:
    response = client.get("/2025/some-article/")
    assert response.status_code == 404
    assert "There is no such door" in response.text


def test_a_missing_slash_is_appended(client: Client) -> None:
    response = client.get(ARTICLE.rstrip("/"))
    assert (response.status_code, response["Location"]) == (301, ARTICLE)


def test_the_paper_sends_the_security_headers(client: Client) -> None:
    response = client.get("/")
    assert response["X-Frame-Options"] == "DENY"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Referrer-Policy"] == "same-origin"


@pytest.mark.parametrize("address", ["/{}/some-article/", "/archive/{}/", "/api/articles/{}/"])
def test_a_number_beyond_all_numbers_is_not_found(client: Client, address: str) -> None:
    assert client.get(address.format("9" * 30)).status_code == 404


def test_a_section_that_does_not_exist_is_not_found(client: Client) -> None:
    assert client.get("/sections/sports/").status_code == 404


def test_an_error_of_the_paper_gets_the_papers_page(client: Client) -> None:
    response = client.get("/broken-stair/")
    assert response.status_code == 500
    assert "A step is missing" in response.text
    assert "ninth step was reported" not in response.text


def test_an_unknown_path_is_shown_escaped(client: Client) -> None:
    response = client.get("/<script>alert(1)</script>")
    assert response.status_code == 404
    assert "<script>" not in response.text


# Comments ----------------------------------------------------------------------------------


def test_a_comment_is_kept_and_the_reader_redirected_to_it(client: Client) -> None:
    response = client.post(ARTICLE, {"name": "Room 7", "text": "I read it twice.\r\n\r\nTwice."})
    assert response.status_code == 302
    address, _, anchor = response["Location"].partition("#")
    assert address == ARTICLE
    page = client.get(address).text
    assert f'id="{anchor}"' in page
    assert "<p>I read it twice.</p>" in page


def test_a_comment_shows_on_the_front_page(client: Client) -> None:
    client.post(ARTICLE, {"name": "Room 3", "text": "Mentioned in dispatches."})
    assert "Mentioned in dispatches." in client.get("/").text


def test_a_comment_cannot_bring_markup(client: Client) -> None:
    client.post(ARTICLE, {"name": "<b>Room 8</b>", "text": "<script>alert(1)</script>"})
    page = client.get(ARTICLE).text
    assert "&lt;b&gt;Room 8&lt;/b&gt;" in page
    assert "<script>" not in page


@pytest.mark.parametrize(
    ("name", "text", "error"),
    [
        ("", "Hello", "Please enter your name."),
        ("Room 9", "   \r\n ", "Please enter your comment."),
        ("Room 9", "x" * 2001, "at most 2,000 characters; these are 2,001"),
        ("R" * 61, "Hello", "at most 60 characters; these are 61"),
    ],
)
def test_a_wrong_comment_is_explained_and_not_lost(
    client: Client, name: str, text: str, error: str
) -> None:
    before = client.get(ARTICLE).text.count('class="comment"')
    response = client.post(ARTICLE, {"name": name, "text": text})
    assert response.status_code == 422
    assert error in response.text
    assert name in response.text
    assert text.strip() in response.text
    assert response.text.count('class="comment"') == before


def test_control_characters_do_not_reach_the_paper(client: Client) -> None:
    client.post(ARTICLE, {"name": "Room\x00 \x1b[31m10\n11", "text": "bell\x07"})
    page = client.get(ARTICLE).text
    assert "Room [31m10 11" in page
    assert "\x07" not in page
    assert "\x1b" not in page


def test_a_comment_on_nothing_is_not_found(client: Client) -> None:
    assert client.post("/2026/no-such/", {"name": "a", "text": "b"}).status_code == 404


# The archive and the search ----------------------------------------------------------------


def test_the_archive_turns_pages(client: Client) -> None:
    titles: list[str] = []
    for number, (newer, older) in enumerate([(False, True), (True, True), (True, False)], start=1):
        page = client.get("/archive/", {"page": number}).text
        assert f"Page {number} of 3" in page
        assert ('rel="prev"' in page, 'rel="next"' in page) == (newer, older)
        titles += re.findall(r"<h2><a href=\"(/20\d\d/[^\"]+)\"", page)
    assert len(titles) == len(set(titles)) == 27


def test_the_archive_of_a_year_has_that_year_only(client: Client) -> None:
    page = client.get("/archive/2024/").text
    assert set(re.findall(r"<h2><a href=\"/(20\d\d)/", page)) == {"2024"}


@pytest.mark.parametrize("address", ["?page=0", "?page=-1", "?page=two", "?page=٣", "?page=4"])
def test_a_page_that_does_not_exist_is_not_found(client: Client, address: str) -> None:
    assert client.get(f"/archive/{address}").status_code == 404


@pytest.mark.parametrize("year", ["1999", "0"])
def test_a_year_without_a_paper_is_not_found(client: Client, year: str) -> None:
    assert client.get(f"/archive/{year}/").status_code == 404


def test_a_search_marks_what_it_found(client: Client) -> None:
    page = client.get("/search/", {"q": "MARMALADE audit"}).text
    assert "1 article mentions" in page
    assert "<mark>Marmalade</mark> <mark>Audit</mark>" in page


def test_an_empty_search_asks_for_a_word(client: Client) -> None:
    response = client.get("/search/", {"q": "   "})
    assert response.status_code == 200
    assert "Type a word" in response.text


def test_a_search_for_nothing_we_printed_says_so(client: Client) -> None:
    assert "Nothing that we have printed" in client.get("/search/", {"q": "zeppelin"}).text


@pytest.mark.parametrize(
    ("query", "error"), [("x" * 81, "at most 80 characters"), ("a " * 7, "at most 6 words")]
)
def test_an_endless_search_is_refused(client: Client, query: str, error: str) -> None:
    response = client.get("/search/", {"q": query})
    assert response.status_code == 400
    assert error in response.text


def test_a_percent_sign_is_no_wildcard(client: Client) -> None:
    assert "Nothing that we have printed" in client.get("/search/", {"q": "%"}).text


def test_a_search_is_escaped(client: Client) -> None:
    page = client.get("/search/", {"q": '"><script>'}).text
    assert "<script>" not in page
    assert "&lt;script&gt;" in page


# Programs ----------------------------------------------------------------------------------


def test_the_api_turns_pages(client: Client) -> None:
    first = client.get("/api/articles/").json()
    assert first["count"] == 27
    assert first["previous"] is None
    assert first["next"] == "http://testserver/api/articles/?page=2"
    assert first["results"][0]["url"] == "http://testserver/2026/every-door-open/"
    second = client.get(first["next"]).json()
    assert {a["id"] for a in first["results"]}.isdisjoint(a["id"] for a in second["results"])


def test_the_api_gives_an_article_with_its_comments(client: Client) -> None:
    number = client.get("/api/articles/").json()["results"][0]["id"]
    article = client.get(f"/api/articles/{number}/").json()
    assert article["published"] == "2026-11-14T07:00:00Z"
    assert article["text"].startswith("The man who drew the plans")
    assert article["comments"][0]["name"] == "Mr. Achterberg"


@pytest.mark.parametrize(
    "address", ["/api/articles/99999/", "/api/nothing/", "/api/articles/?page=x"]
)
def test_the_api_says_not_found_in_json(client: Client, address: str) -> None:
    response = client.get(address)
    assert response.status_code == 404
    assert response.json()["status_code"] == 404


def test_an_error_in_the_api_is_answered_in_json(client: Client) -> None:
    response = client.get("/api/broken/")
    assert response.status_code == 500
    assert response["Content-Type"] == "application/json"
    assert response.json() == {
        "status_code": 500,
        "message": "Internal Server Error",
        "data": {"message": "Something has gone wrong behind this door — please tell the editor."},
    }
    assert "door — please" in response.text  # readable on the wire, not escaped


def test_an_error_in_the_api_is_logged_with_its_traceback(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    client.get("/api/broken/")
    (record,) = [each for each in caplog.records if each.name == "gazette.api.middleware"]
    assert record.getMessage() == "The API has failed at /api/broken/"
    assert record.exc_info
    assert str(record.exc_info[1]) == "The press has thrown a belt."


def test_a_developer_sees_the_traceback_instead(gazette: dict[str, object]) -> None:
    with override_settings(**{**gazette, "DEBUG": True}):
        response = Client(raise_request_exception=False).get("/api/broken/")
    assert response.status_code == 500
    assert "The press has thrown a belt." in response.text


def test_the_feed_is_atom(client: Client) -> None:
    response = client.get("/feed.xml")
    assert response["Content-Type"] == "application/atom+xml"
    feed = ElementTree.fromstring(response.content)
    entries = feed.findall(f"{ATOM}entry")
    assert len(entries) == 20
    assert feed.findtext(f"{ATOM}updated") == entries[0].findtext(f"{ATOM}updated")
    ids = {entry.findtext(f"{ATOM}id") for entry in entries}
    assert len(ids) == 20
    assert "http://testserver/2026/some-article/" in ids


def test_the_old_address_of_the_feed_redirects(client: Client) -> None:
    response = client.get("/rss/")
    assert (response.status_code, response["Location"]) == (301, "/feed.xml")


def test_the_feed_takes_no_post(client: Client) -> None:
    response = client.post("/feed.xml")
    assert response.status_code == 405
    assert set(response["Allow"].split(", ")) == {"GET", "HEAD"}


def test_the_export_has_every_article(client: Client) -> None:
    response = client.get("/export.csv")
    assert response["Content-Disposition"] == 'attachment; filename="gazette.csv"'
    rows = list(csv.DictReader(io.StringIO(response.getvalue().decode(), newline="")))
    assert len(rows) == 27
    assert rows[0]["title"] == "A Paper Under Every Door"
    assert "\n\n" in rows[0]["text"]


def test_the_export_leaves_line_by_line(client: Client) -> None:
    response = client.get("/export.csv")
    assert response.streaming
    lines = iter(response.streaming_content)
    assert next(lines).startswith(b"id,published,")
    assert b"A Paper Under Every Door" in next(lines)
    response.close()  # a reader who leaves early leaves nothing open


def test_the_style_sheet_is_not_sent_twice(client: Client) -> None:
    response = client.get("/static/style.css")
    assert response["Content-Type"].startswith("text/css")
    assert b"@media print" in response.getvalue()
    again = client.get("/static/style.css", headers={"If-None-Match": response["ETag"]})
    assert again.status_code == 304


# The asynchronous page ---------------------------------------------------------------------


def test_two_instruments_are_read_on_a_synchronous_server(client: Client) -> None:
    page = client.get("/now/").text
    assert "The hall clock" in page
    assert "The weathercock" in page


async def test_two_instruments_are_read_on_an_asynchronous_server(site: None) -> None:
    response = await AsyncClient().get("/now/")
    assert "The weathercock" in response.content.decode()


async def test_the_middleware_answers_on_an_asynchronous_server_too(site: None) -> None:
    response = await AsyncClient(raise_request_exception=False).get("/api/broken/")
    assert response.status_code == 500
    assert response.json()["message"] == "Internal Server Error"

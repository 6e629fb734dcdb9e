"""The picture wall: what is let in, what is not, and how it is served."""

from pathlib import Path

import pytest
from gazette.edition import engraving

from enfilade.http.uploads import SimpleUploadedFile
from enfilade.test import Client

PNG = b"\x89PNG\r\n\x1a\n" + bytes(64)
PICTURES = {
    ".png": PNG,
    ".jpg": b"\xff\xd8\xff\xe0" + bytes(64),
    ".gif": b"GIF89a" + bytes(64),
    ".webp": b"RIFF\x40\x00\x00\x00WEBPVP8 " + bytes(64),
}
MEDIA_TYPES = {
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".gif": "image/gif",
    ".webp": "image/webp",
}


def hang(client: Client, content: bytes, name: str = "a.png", **fields: str):
    picture = SimpleUploadedFile(name, content, "image/png")
    data = {"caption": "A door", "credit": "Room 5", "picture": picture, **fields}
    return client.post("/pictures/", data)


def last_picture(client: Client) -> str:
    page = client.get("/pictures/").text
    return page.partition('<img src="')[2].partition('"')[0]


@pytest.mark.parametrize("suffix", PICTURES)
def test_a_picture_is_hung_and_served_as_what_it_is(client: Client, suffix: str) -> None:
    # The name says something else; the content decides.
    response = hang(client, PICTURES[suffix], name="picture.txt", caption=f"A {suffix} door")
    assert (response.status_code, response["Location"]) == (302, "/pictures/")
    page = client.get("/pictures/").text
    assert f"A {suffix} door" in page
    address = next(part for part in page.split('"') if part.endswith(suffix) and "/media/" in part)
    served = client.get(address)
    assert served["Content-Type"] == MEDIA_TYPES[suffix]
    assert served["Cache-Control"] == "public, max-age=31536000, immutable"
    assert served["X-Content-Type-Options"] == "nosniff"


def test_a_picture_comes_back_byte_for_byte(client: Client) -> None:
    content = PNG + b"byte for byte"
    hang(client, content)
    assert client.get(last_picture(client)).getvalue() == content


def test_a_large_picture_comes_back_whole(client: Client) -> None:
    content = PNG + bytes(range(256)) * 6000
    hang(client, content)
    assert client.get(last_picture(client)).getvalue() == content


def test_the_same_picture_hangs_once(client: Client) -> None:
    content = PNG + b"the same"
    hang(client, content)
    before = client.get("/pictures/").text.count("<figure>")
    hang(client, content, caption="Once more")
    assert client.get("/pictures/").text.count("<figure>") == before


@pytest.mark.parametrize(
    "content", [b"<svg onload=alert(1)>", b"GIF88a" + bytes(20), b"RIFF1234WAVE", b"\x89PN", b"MZ"]
)
def test_what_is_no_picture_is_refused_whatever_its_name(client: Client, content: bytes) -> None:
    response = hang(client, content)
    assert response.status_code == 422
    assert "PNG, JPEG, GIF and WebP pictures only" in response.text


def test_a_picture_of_more_than_two_megabytes_is_refused(client: Client) -> None:
    response = hang(client, PNG + bytes(2 * 1024 * 1024))
    assert response.status_code == 422
    assert "at most 2 MB" in response.text


def test_nothing_chosen_is_explained(client: Client) -> None:
    response = client.post("/pictures/", {"caption": "", "credit": "Room 5"})
    assert response.status_code == 422
    assert "Please choose a picture." in response.text
    assert "Please enter a caption." in response.text
    assert 'value="Room 5"' in response.text


@pytest.mark.parametrize(
    "name", ["nothing.png", "..%2fgazette.sqlite3", "gazette.sqlite3", "%2e%2e", ".png", "a.png%00"]
)
def test_only_pictures_leave_the_media_folder(client: Client, name: str) -> None:
    assert client.get(f"/media/{name}").status_code == 404


def test_a_refused_picture_leaves_no_file(client: Client, gazette: dict[str, object]) -> None:
    client.get("/pictures/")
    folder = Path(str(gazette["GAZETTE_MEDIA"]))
    before = sorted(folder.iterdir())
    hang(client, b"no picture")
    assert sorted(folder.iterdir()) == before


def test_an_engraving_is_a_complete_png() -> None:
    plate = engraving.engrave("enfilade")
    assert plate.startswith(b"\x89PNG\r\n\x1a\n")
    assert plate.endswith(b"IEND\xaeB`\x82")

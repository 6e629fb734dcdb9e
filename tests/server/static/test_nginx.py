"""The same requests to nginx and to us: status, Content-Range and body are the same."""

import os
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from enfilade.server.mounts import Mount
from enfilade.server.porter import Porters
from enfilade.server.static.files import StaticFiles
from enfilade.server.static.resources import Terms
from enfilade.types import Environ, StartResponse
from nginx import nginx
from running import free_port
from wire import Answer, Client, serving

SITE = """
types {{ text/css css; text/html html; text/plain txt; }}
access_log off;
server {{
    listen 127.0.0.1:{port};
    keepalive_requests 100000;
    max_ranges 16;
    if_modified_since before;
    disable_symlinks if_not_owner from={public};
    gzip_static on;
    root {public};
}}
"""

DATE = "Tue, 14 Nov 2023 22:13:20 GMT"
LATER = "Tue, 14 Nov 2023 22:13:21 GMT"
EARLIER = "Tue, 14 Nov 2023 22:13:19 GMT"


def nothing(environ: Environ, start_response: StartResponse) -> list[bytes]:
    start_response("404 Not Found", [])
    return [b"not found"]


class Kept:
    """One connection after the other to the same server: nginx ends one after some errors."""

    def __init__(self, address: Any) -> None:
        self._address = address
        self._client = Client(address)

    def get(self, path: str, fields: tuple[str, ...], method: str) -> Answer:
        """``{etag}`` in a field is the entity tag that the server has told."""
        if any("{etag}" in field for field in fields):
            etag = self._get(path, (), "HEAD").headers.get("etag", "")
            fields = tuple(field.replace("{etag}", etag) for field in fields)
        return self._get(path, fields, method)

    def _get(self, path: str, fields: tuple[str, ...], method: str) -> Answer:
        answer = self._client.get(path, *fields, method=method)
        if answer.closes or answer.status == 412:  # which nginx 1.22 ends without a word
            self._client.close()
            self._client = Client(self._address)
        return answer

    def close(self) -> None:
        self._client.close()


@dataclass
class Both:
    nginx: Kept
    ours: Kept

    def get(self, path: str, *fields: str, method: str = "GET") -> tuple[Answer, Answer]:
        """The answer of each."""
        return self.nginx.get(path, fields, method), self.ours.get(path, fields, method)


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Both]:
    port = free_port()
    folder = tmp_path_factory.mktemp("nginx")
    public = folder / "public"
    plant(public)
    files = StaticFiles([Mount("/", str(public))], Terms())
    with (
        nginx(folder, port, SITE.format(public=public, port=port)),
        serving(nothing, porter=Porters([files]), keep_alive=60.0) as site,
        closing(Kept(("127.0.0.1", port))) as theirs,
        closing(Kept(site.address)) as ours,
    ):
        yield Both(theirs, ours)


def plant(public: Path) -> None:
    (public / "docs").mkdir(parents=True)
    (public / "bare").mkdir()
    files = {
        "digits.txt": b"0123456789",
        "empty.txt": b"",
        "docs/index.html": b"<h1>docs</h1>",
        "a b.css": b"a{}",
        "site.css": b"plain",
        "site.css.gz": b"packed",
        "large.txt": os.urandom(300_000),
    }
    for name, content in files.items():
        (public / name).write_bytes(content)
        os.utime(public / name, (1_700_000_000, 1_700_000_000))


def parts(answer: Answer) -> object:
    """The body, or of a multipart one the fields and bytes of each part."""
    kind, _, boundary = answer.headers.get("content-type", "").partition("; boundary=")
    if kind != "multipart/byteranges":
        return answer.body
    found = answer.body.split(f"\r\n--{boundary}".encode())
    assert found[0] == b""
    assert found[-1] == b"--\r\n"
    return [
        (head.lower().partition(b"content-range:")[2], body)
        for head, _, body in (part.partition(b"\r\n\r\n") for part in found[1:-1])
    ]


def assert_same(both: Both, path: str, *fields: str, method: str = "GET") -> None:
    nginx, ours = both.get(path, *fields, method=method)
    assert ours.status == nginx.status
    for name in ("content-range", "last-modified", "content-encoding", "content-length"):
        if nginx.status in (200, 206) or (name == "content-range" and nginx.status == 416):
            if name == "content-length" and "multipart" in ours.headers["content-type"]:
                continue
            assert ours.headers.get(name) == nginx.headers.get(name), name
    if nginx.status in (200, 206):
        assert parts(ours) == parts(nginx)


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize(
    "path",
    [
        "/digits.txt", "/empty.txt", "/a%20b.css", "/%64igits.txt", "/docs/", "/missing",
        "/large.txt", "/digits.txt?x=1", "/digits.txt/", "/missing/digits.txt", "/" + "x" * 300,
    ],
)  # fmt: skip
def test_paths_lead_to_the_same(both: Both, path: str, method: str):
    assert_same(both, path, method=method)


def test_a_folder_without_its_slash_is_redirected_alike(both: Both):
    nginx, ours = both.get("/docs?a=1")
    assert ours.status == nginx.status == 301
    assert nginx.headers["location"].endswith(ours.headers["location"])


def test_other_methods_are_refused_alike(both: Both):
    for method in ("POST", "PUT", "DELETE", "OPTIONS"):
        assert_same(both, "/digits.txt", "Content-Length: 0", method=method)


@pytest.mark.parametrize(
    "fields",
    [
        ("If-None-Match: {etag}",),
        ("If-None-Match: W/{etag}",),
        ('If-None-Match: "a", {etag}',),
        ("If-None-Match: *",),
        ('If-None-Match: "a"',),
        ("If-Match: {etag}",),
        ("If-Match: W/{etag}",),
        ("If-Match: *",),
        ('If-Match: "a"',),
        (f"If-Modified-Since: {DATE}",),
        (f"If-Modified-Since: {LATER}",),
        (f"If-Modified-Since: {EARLIER}",),
        ("If-Modified-Since: nonsense",),
        (f"If-Unmodified-Since: {DATE}",),
        (f"If-Unmodified-Since: {EARLIER}",),
        (f"If-Unmodified-Since: {LATER}",),
        ("Range: bytes=0-0", "If-Range: {etag}"),
        ("Range: bytes=0-0", f"If-Range: {DATE}"),
        ("Range: bytes=0-0", f"If-Range: {EARLIER}"),
        ("Range: bytes=0-0", 'If-Range: "a"'),
        ("Range: bytes=0-0", "If-None-Match: {etag}"),
        ("Range: bytes=0-0", "If-Match: {etag}"),
        ("Range: bytes=20-", 'If-Range: "a"'),
    ],
)
def test_conditions_are_answered_alike(both: Both, fields: tuple[str, ...]):
    assert_same(both, "/digits.txt", *fields)


@pytest.mark.parametrize(
    "wish", ["gzip", "gzip;q=0", "gzip;q=0.5", "br", "br, gzip", "deflate", ""]
)
def test_compressed_siblings_are_chosen_alike(both: Both, wish: str):
    assert_same(both, "/site.css", f"Accept-Encoding: {wish}")


number = st.integers(0, 14).map(str)
spec = st.one_of(
    st.tuples(number, number).map("-".join),
    number.map(lambda first: f"{first}-"),
    number.map(lambda suffix: f"-{suffix}"),
    st.text("0123456789- ", max_size=5),
)
specs = st.lists(spec, min_size=1, max_size=5).flatmap(
    lambda found: st.sampled_from([",", ", ", " , "]).map(lambda comma: comma.join(found))
)


@pytest.mark.slow
@settings(max_examples=300, deadline=None)
@given(specs, st.sampled_from(["/digits.txt", "/empty.txt"]))
def test_any_range_is_answered_alike(both: Both, value: str, path: str):
    assert_same(both, path, f"Range: bytes={value}")


bounds = st.integers(0, 310_000).map(str)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(bounds, bounds).map("-".join), min_size=1, max_size=4))
def test_any_range_of_a_large_file_is_answered_alike(both: Both, found: list[str]):
    assert_same(both, "/large.txt", f"Range: bytes={','.join(found)}")

"""Static files over real sockets: what a browser, a cache and an attacker get."""

import logging
import os
import socket
import stat
from collections.abc import Callable
from contextlib import AbstractContextManager
from email.utils import formatdate
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from enfilade.server.mounts import Mount
from enfilade.server.static.files import StaticFiles
from enfilade.server.static.resources import Resource, Terms, Unreadable
from wire import Answer, Client, Site

Serve = Callable[..., AbstractContextManager[Site]]

DATE = "Tue, 14 Nov 2023 22:13:20 GMT"
LATER = "Tue, 14 Nov 2023 22:13:21 GMT"
EARLIER = "Tue, 14 Nov 2023 22:13:19 GMT"


def get(serve: Serve, path: str, *fields: str, method: str = "GET") -> Answer:
    with serve() as site, site.client() as client:
        return client.get(path, *fields, method=method)


# The whole file ------------------------------------------------------------------------------


def test_a_file_has_its_type_its_validators_and_its_time_to_be_kept(serve: Serve):
    answer = get(serve, "/static/digits.txt")
    assert (answer.status, answer.body) == (200, b"0123456789")
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.headers["last-modified"] == DATE
    assert answer.headers["accept-ranges"] == "bytes"
    assert answer.headers["cache-control"] == "public, max-age=60"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["etag"].startswith('"')
    assert "vary" not in answer.headers


def test_a_name_with_a_hash_may_be_kept_for_ever(serve: Serve):
    answer = get(serve, "/static/app.4f1cd2a0b9e3.js")
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"


def test_an_age_of_zero_asks_every_time(serve: Serve):
    with serve(terms=Terms(max_age=0)) as site, site.client() as client:
        assert client.get("/static/digits.txt").headers["cache-control"] == "no-cache"


def test_a_large_file_is_sent_by_the_loop(serve: Serve, folder: Path):
    with serve() as site, site.client(receive_buffer=10_000) as client:
        assert client.get("/static/large.bin").body == (folder / "large.bin").read_bytes()
        assert client.get("/static/large.bin", method="HEAD").headers["content-length"] == "262144"
        assert client.get("/static/digits.txt").body == b"0123456789"


def test_an_empty_file_is_a_file(serve: Serve):
    answer = get(serve, "/static/empty.txt")
    assert (answer.status, answer.body) == (200, b"")
    assert answer.headers["content-length"] == "0"


def test_an_encoded_name_is_decoded(serve: Serve):
    assert get(serve, "/static/a%20b.css").body == b"a{}"
    assert get(serve, "/static/%64igits.txt?v=1").body == b"0123456789"


def test_only_get_and_head_are_for_files(serve: Serve):
    with serve() as site, site.client() as client:
        head = client.get("/static/digits.txt", method="HEAD")
        assert (head.status, head.headers["content-length"]) == (200, "10")
        for method in ("POST", "PUT", "DELETE", "OPTIONS", "PROPFIND"):
            answer = client.get("/static/digits.txt", "Content-Length: 0", method=method)
            assert (answer.status, answer.headers["allow"]) == (405, "GET, HEAD")


def test_what_is_not_there_is_left_to_the_application(serve: Serve):
    for path in ("/static/missing.css", "/static/bare/", "/static/bare", "/static", "/"):
        answer = get(serve, path)
        assert (answer.status, answer.body) == (404, b"the application has no " + path.encode())


def test_what_is_not_there_is_404_if_the_operator_says_so(serve: Serve):
    with serve(whole_prefix=True) as site, site.client() as client:
        assert client.get("/static/missing.css").body == b"404 Not Found\n"
        assert client.get("/elsewhere").body.startswith(b"the application")


# Folders -------------------------------------------------------------------------------------


def test_a_folder_is_answered_with_its_index(serve: Serve):
    with serve() as site, site.client() as client:
        answer = client.get("/static/docs/")
        assert (answer.status, answer.body) == (200, b"<h1>docs</h1>")
        answer = client.get("/static/docs?a=1")
        assert (answer.status, answer.headers["location"]) == (301, "/static/docs/?a=1")


def test_without_an_index_a_folder_is_nothing(serve: Serve):
    with serve(terms=Terms(index="")) as site, site.client() as client:
        assert client.get("/static/docs/").status == 404
        assert client.get("/static/docs").status == 404


def test_the_root_may_be_a_folder_of_files(serve: Serve):
    with serve(prefix="/") as site, site.client() as client:
        assert client.get("/digits.txt").body == b"0123456789"
        assert client.get("/").body == b"the application has no /"
        assert client.get("//docs").status == 404


def test_a_path_of_a_single_page_application_gets_its_page(serve: Serve):
    fallbacks = [Mount("/static/app/", "/static/docs/")]
    with serve(fallbacks=fallbacks) as site, site.client() as client:
        assert client.get("/static/app/orders/17").body == b"<h1>docs</h1>"
        assert client.get("/static/app").status == 404
        assert client.get("/static/other").status == 404


def test_the_longest_prefix_counts(folder: Path):
    (folder / "docs" / "digits.txt").write_text("from docs")
    files = StaticFiles([Mount("/", str(folder)), Mount("/d/", str(folder / "docs"))], Terms())
    found = files.lookup("/d/digits.txt")
    assert isinstance(found, Resource)
    assert found.forms["identity"].content == b"from docs"


# Conditions (RFC 9110, 13) -------------------------------------------------------------------


@pytest.fixture
def client(serve: Serve):
    with serve() as site, site.client() as client:
        yield client


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        (("If-None-Match: {etag}",), 304),
        (("If-None-Match: W/{etag}",), 304),
        (('If-None-Match: "a", "b,c", {etag}',), 304),
        (("If-None-Match: *",), 304),
        (('If-None-Match: "other"',), 200),
        (('If-None-Match: "other"', f"If-Modified-Since: {DATE}"), 200),
        (("If-None-Match: {etag}", f"If-Modified-Since: {EARLIER}"), 304),
        ((f"If-Modified-Since: {DATE}",), 304),
        ((f"If-Modified-Since: {LATER}",), 304),
        ((f"If-Modified-Since: {EARLIER}",), 200),
        (("If-Modified-Since: Tuesday, 14-Nov-23 22:13:20 GMT",), 304),
        (("If-Modified-Since: Tue Nov 14 22:13:20 2023",), 304),
        (("If-Modified-Since: yesterday",), 200),
        (("If-Match: {etag}",), 200),
        (("If-Match: *",), 200),
        (("If-Match: W/{etag}",), 412),
        (('If-Match: "other"',), 412),
        (('If-Match: "other", {etag}',), 200),
        ((f"If-Unmodified-Since: {EARLIER}",), 412),
        ((f"If-Unmodified-Since: {DATE}",), 200),
        (("If-Match: {etag}", f"If-Unmodified-Since: {EARLIER}"), 200),
        (('If-Match: "other"', "If-None-Match: *"), 412),
    ],
)
def test_conditions_are_evaluated_in_the_order_of_the_rfc(
    client: Client, fields: tuple[str, ...], status: int
):
    etag = client.get("/static/digits.txt", method="HEAD").headers["etag"]
    for method in ("GET", "HEAD"):
        answer = client.get(
            "/static/digits.txt", *(field.format(etag=etag) for field in fields), method=method
        )
        assert answer.status == status
        if status == 304:
            assert answer.headers["etag"] == etag
            assert answer.headers["cache-control"] == "public, max-age=60"
            assert "content-type" not in answer.headers


# Ranges (RFC 9110, 14) -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "body", "place"),
    [
        ("bytes=0-0", b"0", "0-0"),
        ("bytes=2-4", b"234", "2-4"),
        ("bytes=7-", b"789", "7-9"),
        ("bytes=-3", b"789", "7-9"),
        ("bytes=-30", b"0123456789", "0-9"),
        ("bytes=5-500", b"56789", "5-9"),
        ("BYTES=1-1", b"1", "1-1"),
        ("bytes=20-30,1-1", b"1", "1-1"),
    ],
)
def test_a_part_is_sent_alone(client: Client, value: str, body: bytes, place: str):
    answer = client.get("/static/digits.txt", f"Range: {value}")
    assert (answer.status, answer.body) == (206, body)
    assert answer.headers["content-range"] == f"bytes {place}/10"
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert {"etag", "last-modified", "cache-control"} <= answer.headers.keys()


@pytest.mark.parametrize("value", ["bytes=10-", "bytes=11-12", "bytes=-0", "bytes=x", "bytes=4-2"])
def test_a_part_that_is_not_there_cannot_be_sent(client: Client, value: str):
    answer = client.get("/static/digits.txt", f"Range: {value}")
    assert (answer.status, answer.headers["content-range"]) == (416, "bytes */10")
    assert client.get("/static/digits.txt").status == 200


@pytest.mark.parametrize(
    "value",
    [
        "lines=1-2",
        "bytes=0-,0-,0-,0-",  # longer than the whole
        "bytes=" + ",".join(["1-1"] * 17),
        "bytes=0-9,0-0",
    ],
)
def test_what_is_not_worth_it_gets_the_whole(client: Client, value: str):
    answer = client.get("/static/digits.txt", f"Range: {value}")
    assert (answer.status, answer.body) == (200, b"0123456789")


def test_several_parts_are_sent_as_multipart(client: Client):
    answer = client.get("/static/digits.txt", "Range: bytes=0-1, 4-4 ,-1")
    kind, _, boundary = answer.headers["content-type"].partition("; boundary=")
    assert (answer.status, kind) == (206, "multipart/byteranges")
    assert "content-range" not in answer.headers
    parts = answer.body.split(f"\r\n--{boundary}".encode())
    assert parts[0] == b""
    assert parts[-1] == b"--\r\n"
    assert [part.partition(b"\r\n\r\n")[2] for part in parts[1:-1]] == [b"01", b"4", b"9"]
    assert b"Content-Range: bytes 4-4/10\r\n" in parts[2] + b"\r\n"
    assert b"Content-Type: text/plain; charset=utf-8\r\n" in parts[2]


def test_large_parts_of_a_large_file_come_from_the_file(client: Client, folder: Path):
    content = (folder / "large.bin").read_bytes()
    answer = client.get("/static/large.bin", "Range: bytes=1000-200999")
    assert answer.body == content[1000:201_000]
    answer = client.get("/static/large.bin", "Range: bytes=0-99999,150000-250000,5-6")
    boundary = answer.headers["content-type"].partition("; boundary=")[2]
    parts = answer.body.split(f"\r\n--{boundary}".encode())[1:-1]
    wanted = [content[:100_000], content[150_000:250_001], content[5:7]]
    assert [part.partition(b"\r\n\r\n")[2] for part in parts] == wanted


def test_a_range_of_a_head_request_is_ignored(client: Client):
    answer = client.get("/static/digits.txt", "Range: bytes=0-0", method="HEAD")
    assert (answer.status, answer.headers["content-length"]) == (200, "10")


def test_if_range_wants_the_part_only_of_the_same_file(client: Client):
    etag = client.get("/static/digits.txt").headers["etag"]
    for validator, status in [
        (etag, 206),
        (DATE, 206),
        (f"W/{etag}", 200),
        ('"stale"', 200),
        (EARLIER, 200),
        (LATER, 200),
    ]:
        answer = client.get("/static/digits.txt", "Range: bytes=0-0", f"If-Range: {validator}")
        assert answer.status == status, validator


def test_a_condition_goes_before_a_range(client: Client):
    etag = client.get("/static/digits.txt").headers["etag"]
    fields = ("Range: bytes=0-0", f"If-None-Match: {etag}")
    assert client.get("/static/digits.txt", *fields).status == 304
    fields = ("Range: bytes=0-0", 'If-Match: "other"')
    assert client.get("/static/digits.txt", *fields).status == 412


# Codings -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wish", "coding"),
    [
        ("gzip", "gzip"),
        ("gzip, deflate, br", "br"),
        ("br;q=0.2, gzip;q=0.3", "gzip"),
        ("gzip;q=0", None),
        ("gzip;q=0, br;q=0", None),
        ("identity", None),
        ("*", "br"),
        ("gzip;q=0.5, identity", None),
        ("identity;q=0, gzip", "gzip"),
        ("zstd", None),
        ("", None),
    ],
)
def test_the_coding_is_what_the_client_weighs_most(client: Client, wish: str, coding: str | None):
    answer = client.get("/static/site.css", f"Accept-Encoding: {wish}")
    assert answer.headers.get("content-encoding") == coding
    assert answer.headers["vary"] == "Accept-Encoding"
    assert answer.headers["content-type"] == "text/css; charset=utf-8"


def test_each_coding_has_an_entity_tag_of_its_own(client: Client):
    answers = [
        client.get("/static/site.css", f"Accept-Encoding: {wish}") for wish in ("br", "gzip", "")
    ]
    tags = {answer.headers["etag"] for answer in answers}
    assert len(tags) == 3
    tag = answers[0].headers["etag"]
    for wish, status in [("br", 304), ("gzip", 200)]:
        fields = (f"Accept-Encoding: {wish}", f"If-None-Match: {tag}")
        answer = client.get("/static/site.css", *fields)
        assert answer.status == status
        assert answer.headers["vary"] == "Accept-Encoding"


def test_a_range_is_one_of_the_coded_bytes(client: Client, folder: Path):
    answer = client.get("/static/site.css", "Accept-Encoding: gzip", "Range: bytes=0-1")
    assert answer.body == (folder / "site.css.gz").read_bytes()[:2]


def test_who_takes_nothing_that_there_is_is_told_so(client: Client):
    answer = client.get("/static/digits.txt", "Accept-Encoding: gzip, identity;q=0")
    assert answer.status == 406
    assert client.get("/static/digits.txt", "Accept-Encoding: gzip").status == 200


def test_a_compressed_file_older_than_its_original_is_not_sent(serve: Serve, folder: Path):
    os.utime(folder / "site.css.br", (0, 0))
    answer = get(serve, "/static/site.css", "Accept-Encoding: br, gzip")
    assert answer.headers["content-encoding"] == "gzip"


# What attackers ask for ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "path",
    [
        "../secret.txt",
        "..%2fsecret.txt",
        "%2e%2e/secret.txt",
        "%2e%2e%2fsecret.txt",
        "docs/../../secret.txt",
        "..\\secret.txt",
        "..%5csecret.txt",
        "%00",
        "digits.txt%00.css",
        "digits.txt%0a",
        "/etc/passwd",
        "%2fetc%2fpasswd",
        "./digits.txt",
        "docs//index.html",
        ".hidden",
        ".git/config",
        "digits.txt/",
        "digits.txt/x",
        "%c0%ae%c0%ae/secret.txt",
        "x" * 300,
        "x/" * 3000,
        "%",
        "%zz",
    ],
)
def test_traversal_and_its_kin_lead_to_no_file(client: Client, path: str):
    answer = client.get(f"/static/{path}")
    assert answer.status == 404
    assert answer.body.startswith(b"the application has no ")


def test_a_link_that_leads_out_is_nothing_and_one_within_is_a_file(client: Client, folder: Path):
    (folder / "out").symlink_to("../secret.txt")
    (folder / "absolute").symlink_to(folder / "digits.txt")
    (folder / "up").symlink_to("..")
    (folder / "within").symlink_to("docs/../digits.txt")
    (folder / "papers").symlink_to("docs")
    (folder / "round").symlink_to("round")
    for path in ("out", "absolute", "up/secret.txt", "up/public/digits.txt", "round"):
        assert client.get(f"/static/{path}").status == 404, path
    assert client.get("/static/within").body == b"0123456789"
    assert client.get("/static/papers/").body == b"<h1>docs</h1>"


def test_pipes_sockets_and_devices_neither_hang_nor_answer(client: Client, folder: Path):
    os.mkfifo(folder / "pipe")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(folder / "socket"))
        if os.getuid() == 0:
            os.mknod(folder / "device", stat.S_IFCHR | 0o666, os.makedev(1, 5))
        for name in ("pipe", "socket", "device"):
            assert client.get(f"/static/{name}").status == 404, name


def test_a_file_that_may_not_be_read_is_forbidden_and_logged_once():
    with TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        for file, mode in [("a", 0), ("b", 0), ("c", 0o644)]:
            (folder / file).write_text(file)
            (folder / file).chmod(mode)
        child = os.fork()
        if child == 0:  # as somebody who may not read everything
            os._exit(_try_as_nobody(folder))
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def _try_as_nobody(folder: Path) -> int:
    messages: list[str] = []
    logging.getLogger("enfilade.server").warning = lambda text, *_: messages.append(text)
    if os.getuid() == 0:
        os.setuid(65534)
    files = StaticFiles([Mount("/", str(folder))], Terms())
    found = [files.lookup(path) for path in ("/a", "/b", "/c")]
    kinds = [type(one) for one in found]
    return 0 if kinds == [Unreadable, Unreadable, Resource] and len(messages) == 1 else 1


def test_a_time_in_the_future_is_not_told(serve: Serve, folder: Path):
    os.utime(folder / "digits.txt", (9e9, 9e9))
    answer = get(serve, "/static/digits.txt")
    assert answer.headers["last-modified"] != formatdate(9e9, usegmt=True)

"""Files from a folder, compared with Django's view; and the ways out of the folder."""

import os
from pathlib import Path

import django.test
import django.views.static
import pytest
from django.test.utils import override_settings as django_override_settings
from hypothesis import given
from hypothesis import strategies as st

from enfilade.exceptions import Http404, ImproperlyConfigured, SuspiciousFileOperation
from enfilade.test import RequestFactory, override_settings
from enfilade.urls import path
from enfilade.views.static import safe_join, serve, static, was_modified_since

LONG_AGO = 1_000_000_000.75
SINCE = "Sun, 09 Sep 2001 01:46:40 GMT"
TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates"}]


@pytest.fixture
def folder(tmp_path):
    root = tmp_path / "root"
    (root / "sub" / ".hidden").mkdir(parents=True)
    for name in ("a.txt", "b.css", "c.tar.gz", "no-suffix", "sub/d.html", "name with ä.txt"):
        (root / name).write_bytes(name.encode())
        os.utime(root / name, (LONG_AGO, LONG_AGO))
    (tmp_path / "secret.txt").write_text("s3cret")
    return root


def outcome(view, factory, root, name, **options):
    headers = options.pop("headers", {})
    try:
        request = factory.generic(options.pop("method", "GET"), "/", headers=headers)
        response = view(request, name, root, **options)
    except Exception as exc:
        return type(exc).__name__
    if view is serve:
        response = response.for_request(request)
    body = b"".join(response) if response.streaming else response.content
    response.close()
    return response.status_code, sorted(response.items()), body


OURS = {"Accept-Ranges", "ETag"}


def both(root, name, **options):
    with django_override_settings(TEMPLATES=TEMPLATES):
        theirs = outcome(
            django.views.static.serve, django.test.RequestFactory(), root, name, **options
        )
    ours = outcome(serve, RequestFactory(), root, name, **options)
    if isinstance(ours, str) or ours[0] == 304:
        return ours, theirs
    status, fields, body = ours
    return (status, [field for field in fields if field[0] not in OURS], body), theirs


@pytest.mark.parametrize(
    "name",
    [
        "a.txt", "b.css", "c.tar.gz", "no-suffix", "sub/d.html", "name with ä.txt",
        "/a.txt", "//a.txt", "./a.txt", "sub/../a.txt", "a.txt/", "sub", "sub/", "", "absent",
        "../secret.txt", "sub/../../secret.txt", "../root-too", "..", "%2e%2e/secret.txt",
        "..\\secret.txt",
    ],
)  # fmt: skip
def test_answers_as_django_does(folder, name):
    ours, theirs = both(str(folder), name)
    assert ours == theirs


@pytest.mark.parametrize(
    "header",
    [SINCE, "Sun, 09 Sep 2001 01:46:39 GMT", "Fri, 01 Jan 2100 00:00:00 GMT", "yesterday", ""],
)
def test_answers_if_modified_since_as_django_does(folder, header):
    ours, theirs = both(folder, "a.txt", headers={"If-Modified-Since": header})
    assert (ours[0], ours[2]) == (theirs[0], theirs[2])


def asked(folder, **options):
    status, fields, body = outcome(serve, RequestFactory(), folder, "a.txt", **options)
    return status, dict(fields), body


def test_a_file_of_another_tag_is_sent_though_its_date_is_the_same(folder):
    headers = {"If-None-Match": '"older"', "If-Modified-Since": SINCE}
    status, _, body = asked(folder, headers=headers)
    assert (status, body) == (200, b"a.txt")


def test_a_file_says_its_version_and_is_not_sent_to_who_has_it(folder):
    fields = asked(folder)[1]
    assert (fields["Last-Modified"], fields["Accept-Ranges"]) == (SINCE, "bytes")
    status, kept, body = asked(folder, headers={"If-None-Match": fields["ETag"]})
    assert (status, kept["ETag"], body) == (304, fields["ETag"], b"")


def test_a_part_of_a_file_is_sent_to_who_wants_no_more(folder):
    status, fields, body = asked(folder, headers={"Range": "bytes=2-"})
    assert (status, fields["Content-Range"], body) == (206, "bytes 2-4/5", b"txt")


def test_only_readers_have_conditions(folder):
    status, _, body = asked(folder, method="POST", headers={"If-Modified-Since": SINCE})
    assert (status, body) == (200, b"a.txt")


@given(
    st.none() | st.sampled_from([SINCE, "x", ""]),
    st.floats(allow_nan=False, allow_infinity=False) | st.integers(),
)
def test_compares_dates_as_django_does(header, mtime):
    theirs = django.views.static.was_modified_since(header, mtime)
    assert was_modified_since(header, mtime) == theirs


@given(st.text(st.sampled_from("ab./\\\0~:%"), max_size=12))
def test_no_path_leaves_the_folder(name):
    root = Path(__file__).parent
    try:
        assert safe_join(root, name).is_relative_to(root.resolve())
    except (SuspiciousFileOperation, Http404):
        pass


@pytest.mark.parametrize("name", ["a\0.txt", "\0", "a" * 5000, "\ud800"])
def test_a_name_that_no_file_can_have_is_not_found(folder, name):
    with pytest.raises(Http404):
        serve(RequestFactory().get("/"), name, folder)


def test_a_link_that_leaves_the_folder_is_not_followed(folder):
    (folder / "out.txt").symlink_to(folder.parent / "secret.txt")
    (folder / "up").symlink_to(folder.parent)
    for name in ("out.txt", "up/secret.txt", "up"):
        with pytest.raises(SuspiciousFileOperation):
            serve(RequestFactory().get("/"), name, folder)


def test_a_link_that_stays_in_the_folder_is_followed(folder):
    (folder / "in.txt").symlink_to(folder / "a.txt")
    (folder / "circle").symlink_to(folder / "circle")
    assert outcome(serve, RequestFactory(), folder, "in.txt")[2] == b"a.txt"
    assert outcome(serve, RequestFactory(), folder, "circle") == "Http404"


def test_the_folder_itself_may_be_a_link(folder):
    link = folder.parent / "link"
    link.symlink_to(folder)
    assert outcome(serve, RequestFactory(), link, "a.txt")[0] == 200


def test_a_pipe_is_not_waited_for(folder):
    os.mkfifo(folder / "pipe")
    assert outcome(serve, RequestFactory(), folder, "pipe") == "Http404"


def test_says_that_the_folder_is_missing():
    with pytest.raises(ImproperlyConfigured, match="document_root"):
        serve(RequestFactory().get("/"), "a.txt")


def test_lists_a_folder_without_its_hidden_files(folder):
    (folder / "sub" / "<b>").write_text("")
    body = outcome(serve, RequestFactory(), folder, "sub", show_indexes=True)[2].decode()
    assert "Index of sub/" in body
    assert '<a href="./d.html">d.html</a>' in body
    assert '<a href="./%3Cb%3E">&lt;b&gt;</a>' in body
    assert '<a href="../">' in body
    assert "hidden" not in body


def test_lists_what_a_path_leads_to(folder):
    try:
        (folder / "sub" / "latin-\udce9").write_text("")
    except OSError:
        pytest.skip("the file system has text for names")
    body = outcome(serve, RequestFactory(), folder, "sub", show_indexes=True)[2].decode()
    assert "d.html" in body
    assert "latin" not in body


def test_a_site_may_have_its_own_list(folder, tmp_path):
    (tmp_path / "static").mkdir()
    (tmp_path / "static/directory_index.html").write_text("{{ directory }}{{ file_list }}")
    with override_settings(TEMPLATES=[{"DIRS": [tmp_path]}]):
        body = outcome(serve, RequestFactory(), folder, "sub", show_indexes=True)[2]
    assert body == b"sub/[&#39;d.html&#39;]"


def test_static_serves_below_a_prefix_while_debug_is_on(folder, site):
    with override_settings(DEBUG=True):
        patterns = static("/media/", document_root=folder)
    client = site(*patterns)
    assert b"".join(client.get("/media/sub/d.html")) == b"sub/d.html"
    assert client.get("/media/../secret.txt").status_code == 400
    assert client.get("/media/absent").status_code == 404


@pytest.mark.parametrize(("debug", "prefix"), [(False, "/m/"), (True, "https://cdn.example/m/")])
def test_static_is_nothing_otherwise(debug, prefix):
    with override_settings(DEBUG=debug):
        assert static(prefix, document_root="/srv") == []


def test_static_needs_a_prefix():
    with pytest.raises(ImproperlyConfigured, match="Empty static prefix"):
        static("")


def test_is_a_view_like_others(folder, site):
    client = site(path("files/<path:path>", serve, {"document_root": folder}))
    response = client.get("/files/a.txt")
    assert (response["Content-Type"], response["Content-Length"]) == ("text/plain", "5")

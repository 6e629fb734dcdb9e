"""Which files are served, by the options and by what a site has collected."""

from pathlib import Path
from typing import Any

import pytest

from enfilade.server.configuration import ConfigurationError, configure
from enfilade.server.mounts import Mount, parse_fallback, parse_mount
from enfilade.server.options import Options
from enfilade.server.static.files import StaticFiles
from enfilade.server.static.resources import Resource
from enfilade.server.static.sendfile import Sendfile
from enfilade.server.static.site import StaticFilesError, open_static_files, with_sendfile


def plain(environ: Any, start_response: Any) -> list[bytes]:
    return []


class Collected:
    """An application that has collected files."""

    def __init__(self, files: dict[str, str]) -> None:
        self.static_files = files

    def __call__(self, environ: Any, start_response: Any) -> list[bytes]:
        return []


def content(files: StaticFiles | None, path: str) -> object:
    assert files is not None
    found = files.lookup(path)
    return found.forms["identity"].content if isinstance(found, Resource) else found


@pytest.mark.parametrize(
    ("text", "mount"),
    [
        ("/static=public", Mount("/static/", "public")),
        ("/static/=public/", Mount("/static/", "public/")),
        ("/=dist", Mount("/", "dist")),
        ("/a/b=/srv/x=y", Mount("/a/b/", "/srv/x=y")),
    ],
)
def test_a_mount_is_read(text: str, mount: Mount):
    assert parse_mount(text) == mount


@pytest.mark.parametrize(
    "text", ["static=public", "/static", "/static=", "=public", "//x=y", "/ä=x"]
)
def test_what_is_no_mount_is_refused(text: str):
    with pytest.raises(ValueError, match=r"PREFIX=PLACE|prefix"):
        parse_mount(text)


def test_a_fallback_leads_to_a_path():
    assert parse_fallback("/app=/app/index.html") == Mount("/app/", "/app/index.html")
    with pytest.raises(ValueError, match="not the path of a request"):
        parse_fallback("/app=index.html")


def test_the_options_come_from_flags_and_from_the_file(tmp_path: Path):
    file = tmp_path / "enfilade.toml"
    file.write_text('static = ["/static=a", "/media=b"]\nstatic-missing = "404"\n')
    options = configure({}, {}, file=str(file)).options
    assert options.static == ("/static=a", "/media=b")
    assert options.static_missing == "404"
    with pytest.raises(ConfigurationError, match="PREFIX=PLACE"):
        configure({"static": ("public",)}, {})


def test_nothing_is_served_unasked():
    assert open_static_files(Options(), plain) is None


def test_a_folder_that_is_not_there_is_told_at_the_start(tmp_path: Path):
    options = Options(static=(f"/static={tmp_path}/missing",))
    with pytest.raises(StaticFilesError, match=r"--static /static=.*there is no folder"):
        open_static_files(options, plain)
    options = Options(sendfile=(f"/protected={tmp_path}/missing",))
    with pytest.raises(StaticFilesError, match="--sendfile"):
        with_sendfile(options, plain)


def test_a_fallback_into_nowhere_is_told_at_the_start(folder: Path):
    options = Options(static=(f"/static={folder}",), static_try=("/app=/app/index.html",))
    with pytest.raises(StaticFilesError, match="leads to no folder of files"):
        open_static_files(options, plain)


def test_what_a_site_has_collected_is_served_unless_an_option_says_otherwise(folder: Path):
    site = Collected({"/static/": str(folder), "/other/": str(folder / "docs")})
    files = open_static_files(Options(), site)
    assert content(files, "/static/digits.txt") == b"0123456789"
    assert content(files, "/other/index.html") == b"<h1>docs</h1>"
    files = open_static_files(Options(static=(f"/static={folder}/docs",)), site)
    assert content(files, "/static/digits.txt") is None
    assert content(files, "/static/index.html") == b"<h1>docs</h1>"
    assert open_static_files(Options(site_static=False), site) is None


def test_the_application_is_wrapped_only_for_those_who_ask(folder: Path):
    assert with_sendfile(Options(), plain) is plain
    wrapped = with_sendfile(Options(sendfile=(f"/p={folder}",)), plain)
    assert isinstance(wrapped, Sendfile)

"""Finders, URLs, the manifest and what templates call."""

import json
import sys

import pytest

from enfilade.contrib.staticfiles import static
from enfilade.contrib.staticfiles.errors import MissingFileError, StaticFilesError
from enfilade.contrib.staticfiles.finders import find, get_finders, searched_locations
from enfilade.contrib.staticfiles.storage import (
    ManifestStaticFilesStorage,
    StaticFilesStorage,
    staticfiles_storage,
)
from enfilade.exceptions import ImproperlyConfigured
from enfilade.template import Jinja2
from enfilade.test import override_script_prefix

# Finders -----------------------------------------------------------------------------------


@pytest.fixture
def package(site, monkeypatch):
    """A package with static files, which is not imported to find them."""
    files = site.folder / "shop" / "static" / "shop"
    files.mkdir(parents=True)
    (site.folder / "shop/__init__.py").write_text("raise RuntimeError('imported')")
    (files / "shop.css").write_text("h1 {}")
    monkeypatch.syspath_prepend(site.folder)
    site.set(STATICFILES_PACKAGES=["shop"])
    return files


def test_finds_files_of_packages_without_importing_them(site, package):
    assert find("shop/shop.css") == str(package / "shop.css")
    assert str(package.parent) in searched_locations()
    assert "shop" not in sys.modules
    site.collect()
    assert site.collected() == {"shop/shop.css": b"h1 {}"}


def test_folders_go_before_packages(site, package):
    own = site.write("shop/shop.css")
    assert find("shop/shop.css") == str(own)
    assert find("shop/shop.css", find_all=True) == [str(own), str(package / "shop.css")]


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"STATICFILES_PACKAGES": ["no_such_package"]}, "no_such_package"),
        ({"STATICFILES_PACKAGES": ["this.is.none"]}, "this.is.none"),
        ({"STATICFILES_PACKAGES": ["json.decoder"]}, "json.decoder"),  # a module
        ({"STATICFILES_FINDERS": ["no.such.Finder"]}, "no.such.Finder"),
        ({"STATICFILES_FINDERS": ["json.JSONDecoder"]}, "json.JSONDecoder"),
        ({"STATICFILES_DIRS": [3]}, "3 in STATICFILES_DIRS"),
    ],
)
def test_an_entry_that_leads_nowhere_is_named(site, values, told):
    site.set(**values)
    with pytest.raises(ImproperlyConfigured, match=told):
        list(get_finders())


def test_a_link_within_the_folder_is_followed_and_one_in_a_circle_refused(site):
    site.write("real/a.css", "h1 {}")
    (site.sources / "linked").symlink_to(site.sources / "real")
    (site.sources / "b.css").symlink_to("real/a.css")
    site.collect()
    assert site.collected().keys() == {"real/a.css", "linked/a.css", "b.css"}
    (site.sources / "real/up").symlink_to(site.sources)
    with pytest.raises(StaticFilesError, match=r"real/up is a symbolic link that leads nowhere"):
        site.collect()


@pytest.mark.parametrize("name", ["back\\slash.css", "line\nbreak.css", b"\xff.css"])
def test_a_name_that_no_url_can_have_is_refused(site, name):
    path = str(site.sources).encode() + b"/" + (name if isinstance(name, bytes) else name.encode())
    open(path, "wb").close()
    with pytest.raises(StaticFilesError, match="is no name for a static file"):
        site.collect()


# URLs --------------------------------------------------------------------------------------


def test_there_is_a_url_without_a_setting():
    assert static("a.css") == "/static/a.css"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("static/", "/house/static/a%20b.css"),
        ("/static/", "/static/a%20b.css"),
        ("/static", "/static/a%20b.css"),
        ("https://cdn.example.org/s/", "https://cdn.example.org/s/a%20b.css"),
    ],
)
def test_a_relative_url_stands_below_the_mount_point(site, url, expected):
    site.set(STATIC_URL=url)
    with override_script_prefix("/house/"):
        assert static("a b.css") == expected


def test_a_template_and_python_ask_the_same_storage(hashed):
    hashed.write("a.css", "h1 {}")
    hashed.collect()
    template = Jinja2({}).from_string('{{ static("a.css") }}')
    assert template.render() == static("a.css") == staticfiles_storage.url("a.css")
    assert static("a.css") != "/static/a.css"
    hashed.set(DEBUG=True)
    assert template.render() == "/static/a.css"


def test_a_storage_that_cannot_be_imported_is_named(site):
    site.set(STATICFILES_STORAGE="no.such.Storage")
    with pytest.raises(ImproperlyConfigured, match=r"no\.such\.Storage"):
        static("a.css")


def test_without_a_url_there_is_none(site):
    site.set(STATIC_URL="")
    with pytest.raises(ImproperlyConfigured, match="STATIC_URL is empty"):
        StaticFilesStorage()


def test_names_in_urls_are_quoted_with_a_hash_too(hashed):
    hashed.write("ä b.css", "h1 {}")
    hashed.collect()
    assert static("ä b.css").startswith("/static/%C3%A4%20b.")


# The manifest ------------------------------------------------------------------------------


def test_a_name_that_the_manifest_lacks_is_an_error_that_says_what_to_do(hashed):
    with pytest.raises(MissingFileError, match=r"'no\.css'") as caught:
        static("no.css")
    assert "enfilade collectstatic" in caught.value.hint


def test_a_site_in_development_needs_no_root_for_hashes(hashed):
    hashed.set(STATIC_ROOT=None, DEBUG=True)
    assert static("a.css") == "/static/a.css"


class Lenient(ManifestStaticFilesStorage):
    manifest_strict = False


def test_a_storage_that_is_not_strict_hashes_what_is_there(site):
    site.root.mkdir()
    (site.root / "a.css").write_text("h1 {}")
    assert Lenient().url("a.css") == "/static/a.0f5dbd1e527a.css"
    with pytest.raises(MissingFileError, match=r"no static file 'no\.css'"):
        Lenient().url("no.css")


@pytest.mark.parametrize("text", ["{", "[]", "{}", '{"version": "2.0", "paths": {}}'])
def test_what_is_no_manifest_is_refused(site, text):
    site.root.mkdir()
    (site.root / "staticfiles.json").write_text(text)
    with pytest.raises(StaticFilesError, match="Couldn't load manifest"):
        ManifestStaticFilesStorage()


def test_the_manifest_may_be_kept_elsewhere(site):
    site.write("a.css")
    elsewhere = StaticFilesStorage(location=site.folder / "elsewhere")
    storage = ManifestStaticFilesStorage(manifest_storage=elsewhere)
    folder = next(iter(get_finders())).folders[0]
    list(storage.post_process({"a.css": (folder, "a.css")}))
    manifest = json.loads((site.folder / "elsewhere/staticfiles.json").read_text())
    assert manifest["paths"].keys() == {"a.css"}
    assert not (site.root / "staticfiles.json").exists()


def test_a_long_chain_of_references_is_resolved_at_once(hashed):
    """Where Django gives up after five passes."""
    for number in range(12):
        hashed.write(f"{number:02}.css", f"@import '{number + 1:02}.css';")
    hashed.write("12.css", "h1 {}")
    assert not hashed.collect().failures
    files = hashed.collected()
    paths = json.loads(files["staticfiles.json"])["paths"]
    for number in range(12):
        text = files[paths[f"{number:02}.css"]].decode()
        assert text == f'@import url("{paths[f"{number + 1:02}.css"]}");'


@pytest.mark.parametrize(
    ("files", "told"),
    [
        ({"a.css": "url(a.css)"}, "a.css refers to a.css"),
        (
            {"a.css": "@import 'b.css'", "b.css": "@import 'a.css'"},
            "a.css refers to b.css refers to a.css",
        ),
        ({"a.css": b"h1 {}\nh2 { content: '\xe4' }"}, "a.css, line 2: "),
        ({"a.css": "\n\nb { background: url(../../etc/passwd) }"}, "a.css, line 3: "),
        ({"a.js": "x\n//# sourceMappingURL=gone.map"}, "a.js, line 2: "),
        ({"a.css": "url(one.png)\n\nurl(two.png)"}, "a.css, line 3: 'url(two.png)'"),
    ],
)
def test_what_cannot_be_resolved_is_told_with_file_and_line(hashed, files, told):
    for name, content in files.items():
        hashed.write(name, content)
    assert told in str(hashed.collect().failures[0])


def test_a_quoted_reference_with_blanks_around_it_is_one(hashed):
    """CSS Values 4, 4.5; Django takes the quotes for a part of the name."""
    hashed.write("x.png")
    hashed.write("a.css", "url( 'x.png' )")
    assert not hashed.collect().failures
    assert b'url("x.9dd4e461268c.png")' in b"".join(hashed.collected().values())


def test_a_reference_with_a_query_has_the_final_name_of_what_it_leads_to(hashed):
    """Django writes the hash of what the style sheet was before it was rewritten."""
    hashed.write("x.png")
    hashed.write("b.css", "url(x.png)")
    hashed.write("a.css", "@import 'b.css?v=1'")
    hashed.collect()
    files = hashed.collected()
    final = json.loads(files["staticfiles.json"])["paths"]["b.css"]
    assert f'@import url("{final}?v=1")'.encode() in files.values()

"""collectstatic's work: nothing lost, nothing half written, nothing of the outside."""

import os
import stat

import pytest

from enfilade.contrib.staticfiles import files
from enfilade.contrib.staticfiles.errors import StaticFilesError
from enfilade.exceptions import ImproperlyConfigured, SuspiciousFileOperation

ALL_CODINGS = ("gzip", "br", "zstd")
LONG = "h1 { color: red }\n" * 100


def state(root):
    """What a visitor and a cache can tell of every file."""
    return {
        path: (path.read_bytes(), path.stat().st_mtime_ns, path.stat().st_ino)
        for path in root.rglob("*")
        if path.is_file()
    }


def test_a_second_run_changes_nothing(hashed):
    hashed.write("css/site.css", "a { background: url(../x.png) }" + LONG)
    hashed.write("x.png", b"picture")
    first = hashed.collect(codings=ALL_CODINGS)
    before = state(hashed.root)
    second = hashed.collect(codings=ALL_CODINGS, clear=True)
    assert first.modified == ["css/site.css", "x.png"]
    assert second.unmodified == ["css/site.css", "x.png"]
    assert not (second.modified or second.post_processed or second.compressed or second.deleted)
    assert state(hashed.root) == before


def test_a_file_of_the_same_size_and_date_is_compared_by_content(site):
    path = site.write("a.txt", "one")
    site.collect()
    os.utime(site.root / "a.txt", (0, 0))
    path.write_text("two")
    os.utime(path, (0, 0))
    assert site.collect().modified == ["a.txt"]
    assert site.collected() == {"a.txt": b"two"}


@pytest.mark.parametrize("mask", [0o000, 0o022, 0o077])
def test_the_server_can_read_what_is_written_whatever_the_umask(hashed, umask, mask):
    hashed.write("css/site.css", LONG).chmod(0o600)
    umask(mask)
    hashed.collect(codings=["gzip"])
    for path in hashed.root.rglob("*"):
        assert stat.S_IMODE(path.stat().st_mode) == (0o755 if path.is_dir() else 0o644)


def test_a_broken_reference_leaves_the_manifest_and_all_files(hashed):
    hashed.write("site.css", "h1 {}")
    hashed.write("old.css")
    hashed.collect()
    before = hashed.collected()
    (hashed.sources / "old.css").unlink()
    hashed.write("site.css", "h1 {}\nh2 { background: url(no.png) }")
    hashed.write("below.css", "@import 'site.css'")
    report = hashed.collect(clear=True)
    (failure,) = report.failures
    assert str(failure) == (
        "site.css, line 2: 'url(no.png)' leads to no.png, which is not among the static files."
    )
    after = hashed.collected()
    assert {name: after[name] for name in before} == {**before, "site.css": after["site.css"]}


def test_an_error_while_writing_leaves_the_old_file_and_no_other(site, monkeypatch):
    site.write("a.txt", "old")
    site.collect()
    site.write("a.txt", "new")

    def fail(source, target, length):
        target.write(b"n")
        raise OSError("No space left on device")

    monkeypatch.setattr(files.shutil, "copyfileobj", fail)
    with pytest.raises(OSError, match="No space"):
        site.collect()
    assert site.collected() == {"a.txt": b"old"}


def test_clear_deletes_last_and_only_what_is_not_of_the_run(hashed):
    hashed.write("a/b/old.css")
    hashed.collect()
    (hashed.sources / "a/b/old.css").unlink()
    hashed.write("new.css")
    (hashed.root / "dead").symlink_to("nowhere")
    report = hashed.collect(clear=True)
    assert len(report.deleted) == 3
    assert not (hashed.root / "a").exists()
    assert sorted(name.rpartition(".")[2] for name in hashed.collected()) == ["css", "css", "json"]


def test_a_dry_run_writes_nothing_and_tells_of_broken_references(hashed):
    hashed.write("site.css", "url(no.png)")
    report = hashed.collect(dry_run=True, clear=True, codings=ALL_CODINGS)
    assert report.modified == ["site.css"]
    assert len(report.failures) == 1
    assert not hashed.root.exists()


def test_a_link_leads_to_its_source_and_becomes_a_file_again(site):
    source = site.write("css/a.css", "one")
    assert site.collect(link=True).modified == ["css/a.css"]
    assert (site.root / "css/a.css").readlink() == source
    assert site.collect(link=True).unmodified == ["css/a.css"]
    assert site.collect(codings=["gzip"]).modified == ["css/a.css"]
    assert not (site.root / "css/a.css").is_symlink()
    assert source.read_text() == "one"


def test_the_one_that_gives_way_is_told(site, tmp_path):
    site.write("a.css", "first")
    (tmp_path / "more").mkdir()
    (tmp_path / "more/a.css").write_text("second")
    site.set(STATICFILES_DIRS=[site.sources, tmp_path / "more"])
    site.collect()
    assert site.collected() == {"a.css": b"first"}
    assert f"a.css: the one in {tmp_path / 'more'} gives way to another" in site.lines


def test_a_file_and_a_folder_of_one_name_are_refused(site, tmp_path):
    site.write("a", "file")
    (tmp_path / "more/a").mkdir(parents=True)
    (tmp_path / "more/a/b").write_text("below")
    site.set(STATICFILES_DIRS=[site.sources, tmp_path / "more"])
    with pytest.raises(OSError, match=r"collected/a"):
        site.collect()


@pytest.mark.parametrize(
    ("root", "source"), [("static", "static"), ("static/out", "static"), ("", "static")]
)
def test_a_root_within_the_sources_or_around_them_is_refused(site, root, source):
    site.set(STATIC_ROOT=site.folder / root)
    with pytest.raises(StaticFilesError, match="one within the other"):
        site.collect()


def test_without_a_root_it_is_said_what_is_missing(site):
    site.set(STATIC_ROOT=None)
    site.write("a.css")
    with pytest.raises(ImproperlyConfigured, match="STATIC_ROOT is not set"):
        site.collect()


# Variants ----------------------------------------------------------------------------------


def test_variants_are_written_where_they_are_smaller(site):
    import brotli
    import zstandard

    site.write("long.css", LONG)
    site.write("short.css", "a{}")
    site.write("long.png", LONG)
    report = site.collect(codings=ALL_CODINGS)
    assert report.compressed == ["long.css.gz", "long.css.br", "long.css.zst"]
    files = site.collected()
    assert brotli.decompress(files["long.css.br"]) == LONG.encode()
    assert zstandard.decompress(files["long.css.zst"]) == LONG.encode()
    assert all(len(files[name]) < len(LONG) for name in report.compressed)


def test_a_changed_file_is_never_there_with_a_variant_of_the_old_one(site):
    site.write("a.css", LONG)
    site.collect(codings=ALL_CODINGS)
    site.write("a.css", LONG.replace("red", "tan"))
    site.collect()
    assert site.collected().keys() == {"a.css"}


def test_a_variant_of_the_site_s_own_is_left_as_it_is(site):
    site.write("a.css", LONG)
    site.write("a.css.gz", b"of the site")
    assert site.collect(codings=["gzip", "br"]).compressed == ["a.css.br"]
    assert site.collected()["a.css.gz"] == b"of the site"


def test_a_coding_that_cannot_be_made_is_refused_before_anything_is_written(site):
    site.write("a.css", LONG)
    with pytest.raises(ImproperlyConfigured, match="'lzma'"):
        site.collect(codings=["lzma"])
    assert not site.root.exists()


# Attacks -----------------------------------------------------------------------------------


def test_a_folder_of_the_root_that_is_a_link_is_not_written_through(site, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    site.root.mkdir()
    (site.root / "css").symlink_to(tmp_path / "elsewhere")
    site.write("css/a.css")
    with pytest.raises(SuspiciousFileOperation):
        site.collect()
    assert not any((tmp_path / "elsewhere").iterdir())


def test_a_file_of_the_root_that_is_a_link_is_replaced_and_its_target_left(site, tmp_path):
    (tmp_path / "secret").write_text("secret")
    site.root.mkdir()
    (site.root / "a.css").symlink_to(tmp_path / "secret")
    site.write("a.css", "public")
    site.collect()
    assert (tmp_path / "secret").read_text() == "secret"
    assert site.collected() == {"a.css": b"public"}

"""The same folder collected by both: names, contents and manifest have to be equal."""

import io
import json
import os
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.contrib.staticfiles.finders import find as django_find
from django.contrib.staticfiles.management.commands.collectstatic import Command
from django.contrib.staticfiles.storage import staticfiles_storage as django_storage
from django.core.exceptions import SuspiciousFileOperation as DjangoSuspicion
from django.core.management import call_command
from django.test import override_settings as django_override_settings
from hypothesis import given, settings
from hypothesis import strategies as st

from enfilade.contrib.staticfiles import static
from enfilade.contrib.staticfiles.collection import Collection, Orders, Report
from enfilade.contrib.staticfiles.finders import find
from enfilade.contrib.staticfiles.folders import IGNORED
from enfilade.contrib.staticfiles.storage import ManifestStaticFilesStorage, staticfiles_storage
from enfilade.exceptions import SuspiciousFileOperation
from enfilade.test import override_settings

Files = Mapping[str, str | bytes]
NEVER_EQUAL = "staticfiles.json"  # a text with another order; compared as what it says


class WithModules(ManifestStaticFilesStorage):
    """The imports of JavaScript modules too."""

    support_js_module_import_aggregation = True


OURS = {
    "plain": "enfilade.contrib.staticfiles.storage.StaticFilesStorage",
    "manifest": "enfilade.contrib.staticfiles.storage.ManifestStaticFilesStorage",
    "modules": WithModules,
}
DJANGO = {
    "plain": "django.contrib.staticfiles.storage.StaticFilesStorage",
    "manifest": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage",
    "modules": "django_static_storages.WithModules",
}


def write(folder: Path, files: Files) -> None:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())


def tree(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }
    if NEVER_EQUAL in found:
        found[NEVER_EQUAL] = json.loads(found[NEVER_EQUAL])
    return found


@contextmanager
def sites(folder: Path, kind: str = "manifest", **values: Any) -> Iterator[tuple[Path, Path]]:
    """Both sites with the files of ``folder/static``; where each collects them."""
    ours, theirs = folder / "ours", folder / "theirs"
    values = {"STATICFILES_DIRS": [folder / "static"], "STATIC_URL": "/static/", **values}
    storages = {"staticfiles": {"BACKEND": DJANGO[kind]}}
    finders = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    with (
        override_settings(**values, STATIC_ROOT=ours, STATICFILES_STORAGE=name_of(OURS[kind])),
        django_override_settings(
            **values,
            STATIC_ROOT=theirs,
            STORAGES=storages,
            STATICFILES_FINDERS=finders,
            INSTALLED_APPS=["django.contrib.staticfiles"],
        ),
    ):
        yield ours, theirs


def name_of(storage: Any) -> str:
    return storage if isinstance(storage, str) else f"{storage.__module__}:{storage.__name__}"


def collect(**orders: Any) -> Report:
    orders = {"ignore_patterns": IGNORED, **orders}
    report = Collection(staticfiles_storage, Orders(**orders), lambda _line: None).collect()
    for failure in report.failures:
        raise failure
    return report


def django_collect(**options: Any) -> str | None:
    silent = io.StringIO()
    return call_command(Command(), interactive=False, verbosity=0, stderr=silent, **options)


def outcomes(files: Files, kind: str = "manifest", **values: Any) -> tuple[Any, Any]:
    """What each collects of *files*; ``None`` if it refuses."""
    with tempfile.TemporaryDirectory() as name:
        write(Path(name) / "static", files)
        with sites(Path(name), kind, **values) as (ours, theirs):
            try:
                collect()
                own = tree(ours)
            except ValueError:
                own = None
            try:
                django_collect()
                other = tree(theirs)
            except (ValueError, RuntimeError, DjangoSuspicion):
                other = None
    return own, other


SITE: Files = {
    "css/site.css": (
        '@import "base.css";\n@import url(print/page.css) print;\n'
        "body { background: url(../img/door.png) }\n"
        "@font-face { src: url('../fonts/serif.eot?#iefix'), url('../fonts/serif.eot?v=2#x') }\n"
        "a { background: url(/static/img/door.png), url(/media/x.png), url(//cdn.example/x.png) }\n"
        "b { background: URL('data:image/png;base64,AA=='), url(#only), url(), url('') }\n"
        "i { background: url(../img/wall%20paper.png), url(./../img/door.png#top) }\n"
        "/*# sourceMappingURL=site.css.map */\n"
    ),
    "css/base.css": "h1 { background: url('../img/door.png') }\n@import '../css/print/page.css';\n",
    "css/print/page.css": "p { background: url( ../../img/door.png ) }\n",
    "css/site.css.map": "{}",
    "js/site.js": "import {x} from './parts.js';\nlet a = 1;\n//# sourceMappingURL=site.js.map\n",
    "js/site.js.map": '{"version": 3}',
    "js/parts.js": (
        "import * as more from './more/all.js' ;\nexport  { x, y }\n  from './more/all.js';\n"
        "import\"./more/all.js\";\nconst late = import('./more/all.js');\nexport const x = 1;\n"
    ),
    "js/more/all.js": "export const y = 2;\n",
    "img/door.png": b"\x89PNG\r\n\x1a\n\x00\xff",
    "img/wall paper.png": b"\x89PNG",
    "fonts/serif.eot": b"\x00\x01",
    ".hidden": "no",
    "notes.txt~": "no",
    "CVS/Root": "no",
    "LICENSE": "no extension",
    "übung.txt": "text",
}


@pytest.mark.parametrize("kind", OURS)
def test_the_same_names_contents_and_manifest(kind: str) -> None:
    ours, theirs = outcomes(SITE, kind)
    assert ours is not None
    assert ours == theirs
    assert (NEVER_EQUAL in ours) == (kind != "plain")


def test_prefixes_and_the_first_of_two_folders(tmp_path: Path) -> None:
    write(tmp_path / "static", {"a.css": "one", "shop/b.css": "hidden"})
    write(tmp_path / "shop", {"a.css": "url(b.css)", "b.css": "two"})
    write(tmp_path / "more", {"a.css": "three", "c.css": "url(shop/a.css)"})
    dirs = [("shop", tmp_path / "shop"), tmp_path / "static", str(tmp_path / "more")]
    with sites(tmp_path, STATICFILES_DIRS=dirs) as (ours, theirs):
        collect()
        django_collect()
        assert tree(ours) == tree(theirs)
        for name in ("a.css", "shop/a.css", "shop/b.css", "c.css", "none.css", "shop"):
            assert find(name) == django_find(name), name
            assert find(name, find_all=True) == django_find(name, find_all=True)
        with pytest.raises(SuspiciousFileOperation):
            find("../secret")
        with pytest.raises(DjangoSuspicion):
            django_find("../secret")


@pytest.mark.parametrize(
    "patterns", [["*.css"], ["css"], ["css/*"], ["img/d*"], ["print"], ["css/print"], ["*/*.js"]]
)
def test_the_same_files_are_ignored(tmp_path: Path, patterns: list[str]) -> None:
    write(tmp_path / "static", SITE)
    with sites(tmp_path, "plain") as (ours, theirs):
        collect(ignore_patterns=[*IGNORED, *patterns])
        django_collect(ignore_patterns=list(patterns))
        assert tree(ours) == tree(theirs)


def test_a_second_run_with_other_files_and_clear(tmp_path: Path) -> None:
    write(tmp_path / "static", SITE)
    with sites(tmp_path) as (ours, theirs):
        collect()
        django_collect()
        (tmp_path / "static/js/site.js").unlink()
        write(tmp_path / "static", {"img/door.png": b"new", "LICENSE": "another text"})
        for path in (tmp_path / "static").rglob("*"):
            if path.is_file():
                os.utime(path, (time.time() + 10,) * 2)  # Django compares dates, in seconds
        collect()
        django_collect()
        assert tree(ours) == tree(theirs)
        collect(clear=True)
        django_collect(clear=True)
        assert tree(ours) == tree(theirs)


@pytest.mark.parametrize("debug", [False, True])
@pytest.mark.parametrize(
    "name",
    ["css/site.css", "css/site.css?v=1", "fonts/serif.eot?#iefix", "img/door.png#top", "css/", "",
     "css/site.css?v=1#x", "LICENSE", "none.css"],
)  # fmt: skip
def test_the_same_urls(tmp_path: Path, name: str, debug: bool) -> None:
    if debug and "?#" in name:
        pytest.skip("Django writes fonts/serif.eot?#iefix?")
    write(tmp_path / "static", SITE)
    with sites(tmp_path, DEBUG=debug):
        collect()
        django_collect()
        try:
            expected = django_storage.url(name)
        except ValueError as error:
            with pytest.raises(ValueError, match=str(error)):
                static(name)
        else:
            assert static(name) == expected


# Odd forms of references ---------------------------------------------------------------------

TARGETS = {
    "css/x.png": b"x",
    "css/other.css": "h1 { color: red }",
    "img/y z.svg": "<svg/>",
    "top.css": "h2 {}",
}
PATHS = st.sampled_from(
    ["x.png", "./x.png", "../css/x.png", "other.css", "../img/y z.svg", "../img/y%20z.svg",
     "/static/css/x.png", "/static/img/y z.svg", "/elsewhere/x.png", "//host/x.png", "../top.css",
     "https://host/x.png", "data:image/png;base64,AA", "missing.png", "../../top.css", "a/../x.png",
     "about:blank", "css/x.png", "X.PNG", ".//x.png", "/static/../css/x.png", "%78.png"]
)  # fmt: skip
SUFFIXES = st.sampled_from(["", "?v=1", "#y", "?v=1#y", "?#iefix", "?a=b&c=d", "#a/b"])
REFERENCES = st.one_of(
    st.builds("{}{}".format, PATHS, SUFFIXES), st.sampled_from(["", "#id", "../img/"])
)
BLANKS = st.sampled_from(["", " ", "\t", "\n", "  "])
NAMES = st.sampled_from(["url", "URL", "Url", "curl", "-url"])


@st.composite
def references(draw: st.DrawFn) -> str:
    url, blank = draw(REFERENCES), draw(BLANKS)
    kind = draw(st.sampled_from(["plain", "single", "double", "import", "IMPORT", "map"]))
    quoted = {"single": f"'{url}'", "double": f'"{url}"'}
    match kind:
        case "import" | "IMPORT":
            return f"@{kind}{blank}{draw(st.sampled_from([quoted['single'], quoted['double']]))};"
        case "map" if url[-1:].isalnum() and not {"?", "#"} & set(url):
            # Django takes the blank behind it for a part of it, which shows in other names.
            return f"\n/*# sourceMappingURL={url} */\n"
    return f"{draw(NAMES)}({quoted.get(kind, url)})"


FILLERS = st.sampled_from(["", " ", "\n", "a { b: ", "}", "/* ", " */", ", ", ";", '"', "(", ")"])


@given(st.lists(st.tuples(FILLERS, references()), max_size=6))
@settings(max_examples=25, deadline=None)
def test_style_sheets_with_references_in_odd_forms(parts: list[tuple[str, str]]) -> None:
    """What both collect is equal. Left out: folders, whose names Django writes in odd ways."""
    sheet = "".join(filler + reference for filler, reference in parts)
    ours, theirs = outcomes({**TARGETS, "css/sheet.css": sheet})
    if ours is not None and theirs is not None:
        assert ours == theirs, sheet

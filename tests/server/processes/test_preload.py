"""What a worker under ``enfilade dev`` is born with, seen by the site that it loads."""

import contextlib
import json
import os
import re
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

import enfilade
from enfilade.server.processes.preload import PACKAGES

SITE = """
import json, os, sys
BORN = set(sys.modules)
{code}
def app(environ, start_response):
    facts = json.dumps({{"value": {value}, "born": sorted(BORN), "pid": os.getpid()}}).encode()
    start_response("200 OK", [("Content-Length", str(len(facts)))])
    return [facts]
"""


@pytest.fixture
def write_site(tmp_path):
    """Write app.py, which runs *code* and answers *value*."""

    def write(code: str, value: str = "None") -> None:
        (tmp_path / "app.py").write_text(SITE.format(code=code, value=value))

    return write


@pytest.fixture
def libraries(tmp_path_factory):
    """A folder of installed libraries, outside of what is watched; to be put on the path."""
    return tmp_path_factory.mktemp("libraries")


@pytest.fixture
def start(launch):
    """Start ``enfilade dev`` for that site."""

    def start(*arguments: str, libraries: Path | str = "", command: str = "dev", **environ: str):
        # Bytecode counts as new for a second, for Python compares whole seconds and sizes.
        environ = {"PYTHONPATH": str(libraries), "PYTHONDONTWRITEBYTECODE": "1"} | environ
        return launch("app:app", *arguments, command=command, **environ).wait_until_ready()

    return start


def ask(server):
    return json.loads(server.get())


def ask_reloaded(server):
    """What the next worker says. This one has told its imports before it answers."""
    before = ask(server)["pid"]
    server.reload()
    server.until(lambda: ask(server)["pid"] != before, "the next worker answers")
    return ask(server)


def test_the_libraries_of_the_last_worker_are_there_before_the_site_is(start, write_site):
    write_site("import msgspec, enfilade.handlers")
    server = start()
    assert not {"msgspec", "enfilade.handlers"} & set(ask(server)["born"])
    assert {"msgspec", "enfilade.handlers"} <= set(ask_reloaded(server)["born"])


def test_run_imports_nothing_ahead(start, write_site):
    write_site("import msgspec")
    assert "msgspec" not in ask_reloaded(start(command="run"))["born"]


def test_a_changed_module_of_the_site_is_seen(start, write_site, tmp_path):
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "__init__.py").touch()
    (tmp_path / "shop" / "views.py").write_text("VERSION = 'one'")
    write_site("import msgspec, shop.views", "shop.views.VERSION")
    server = start()
    assert ask(server)["value"] == "one"
    (tmp_path / "shop" / "views.py").write_text("VERSION = 'two'")
    facts = ask_reloaded(server)
    assert facts["value"] == "two"
    assert "msgspec" in facts["born"]


@pytest.mark.slow
def test_another_library_is_imported_by_each_worker(start, write_site, libraries):
    (libraries / "unlisted.py").write_text(
        "import os\nWORD, PID = os.environ.get('WORD'), os.getpid()"
    )
    code = "import msgspec\nos.environ['WORD'] = {!r}\nimport unlisted"
    write_site(code.format("one"), "[unlisted.WORD, unlisted.PID]")
    server = start(libraries=libraries)
    facts = ask(server)
    assert facts["value"] == ["one", facts["pid"]]
    for word in ("two", "three"):
        write_site(code.format(word), "[unlisted.WORD, unlisted.PID]")
        facts = ask_reloaded(server)
        assert facts["value"] == [word, facts["pid"]]
        assert "unlisted" not in facts["born"]


@pytest.mark.slow
@pytest.mark.parametrize("name", ["redis", "statistics"])
@pytest.mark.parametrize("is_on_path", [True, False])
def test_the_site_s_own_module_of_a_library_s_name_is_always_fresh(
    start, write_site, tmp_path, name, is_on_path
):
    (tmp_path / f"{name}.py").write_text("VERSION = 'one'")
    write_site(f"import msgspec, {name}", f"{name}.VERSION")
    path = tmp_path if is_on_path else ""
    server = start(libraries=path)
    assert ask(server)["value"] == "one"
    for version in ("two", "three"):
        (tmp_path / f"{name}.py").write_text(f"VERSION = {version!r}")
        facts = ask_reloaded(server)
        assert facts["value"] == version
        assert not {name, "msgspec"} & set(facts["born"])


@pytest.mark.slow
def test_a_module_that_the_site_names_like_a_library_later_takes_its_place(
    start, write_site, tmp_path, libraries
):
    (libraries / "redis.py").write_text("VERSION = 'the library'")
    write_site("import redis", "redis.VERSION")
    server = start(libraries=libraries)
    facts = ask_reloaded(server)
    assert (facts["value"], "redis" in facts["born"]) == ("the library", True)
    (tmp_path / "redis.py").write_text("VERSION = 'the site'")
    assert ask_reloaded(server)["value"] == "the site"
    server.wait_for_log("the application has its own redis, but libraries are there before it")
    (tmp_path / "redis.py").unlink()
    assert ask_reloaded(server)["value"] == "the library"


@pytest.mark.slow
def test_a_folder_of_a_library_s_name_hides_nothing(start, write_site, tmp_path):
    (tmp_path / "msgspec").mkdir()
    write_site("import msgspec", "msgspec.__file__")
    server = start()
    facts = ask_reloaded(server)
    assert "msgspec" in facts["born"]
    assert facts["value"].endswith("__init__.py")


def test_a_library_that_looks_for_a_module_of_the_site_brings_none_along(
    start, write_site, tmp_path, libraries
):
    (libraries / "redis.py").write_text("try: import shop\nexcept ImportError: pass")
    (tmp_path / "shop.py").write_text("import os\nprint(os.getpid(), file=open('runs', 'a'))")
    write_site("import redis")
    server = start(libraries=f"{tmp_path}:{libraries}")
    facts = ask_reloaded(server)
    assert "redis" in facts["born"]
    assert str(server.process.pid) not in (tmp_path / "runs").read_text().split()


@pytest.mark.slow
@pytest.mark.parametrize("fault", ["1 / 0", "raise SystemExit(1)"])
def test_a_library_that_fails_in_the_supervisor_stops_no_reload(
    start, write_site, libraries, fault
):
    package = libraries / "redis"
    package.mkdir()
    (package / "inner.py").touch()
    # Only the workers have this variable.
    (package / "__init__.py").write_text(f"import os\nif not os.getenv('ENFILADE_DEBUG'): {fault}")
    write_site("import redis.inner, msgspec", "redis.__name__")
    server = start(libraries=libraries)
    facts = ask_reloaded(server)
    assert facts["value"] == "redis"
    assert "redis" not in facts["born"]
    assert "msgspec" in facts["born"]
    assert ask_reloaded(server)["value"] == "redis"


@pytest.mark.slow
@pytest.mark.parametrize("name", ["gevent", "eventlet"])
def test_nothing_is_imported_ahead_of_what_patches_python(start, write_site, libraries, name):
    (libraries / f"{name}.py").touch()
    write_site(f"import {name}, msgspec")
    server = start(libraries=libraries)
    assert "msgspec" not in ask_reloaded(server)["born"]


@pytest.mark.slow
def test_who_begins_to_patch_python_is_told_to_start_again(start, write_site, libraries):
    (libraries / "gevent.py").touch()
    write_site("import msgspec")
    server = start(libraries=libraries)
    ask_reloaded(server)
    write_site("import gevent, msgspec")
    ask_reloaded(server)
    ask_reloaded(server)
    told = "the application uses gevent, but libraries are there before it: restart enfilade dev"
    server.wait_for_log(told)
    assert server.log.count(told) == 1


@pytest.mark.slow
def test_nothing_is_imported_ahead_of_a_variable_that_a_library_reads_then(start, write_site):
    write_site("os.environ['PSYCOPG_IMPL'] = 'python'\nimport msgspec")
    assert "msgspec" not in ask_reloaded(start())["born"]
    write_site("os.environ['SHOP_COLOUR'] = 'red'\nimport msgspec")
    assert "msgspec" in ask_reloaded(start())["born"]


@pytest.mark.slow
def test_nothing_is_imported_ahead_while_enfilade_itself_is_watched(start, write_site):
    write_site("import msgspec")
    source = Path(enfilade.__file__).parents[1]
    server = start(f"--reload-dir={source}")
    assert "msgspec" not in ask_reloaded(server)["born"]


def test_an_environment_inside_the_watched_folder_is_no_part_of_the_site(
    start, write_site, tmp_path
):
    libraries = tmp_path / "environment" / "lib" / "site-packages"
    libraries.mkdir(parents=True)
    (libraries / "redis.py").touch()
    write_site("import redis", "redis.__file__")
    facts = ask_reloaded(start(libraries=libraries))
    assert facts["value"] == str(libraries / "redis.py")
    assert "redis" in facts["born"]


def _open_files(process: Path) -> list[str]:
    """What stays open: a pipe may close while one looks."""
    found = []
    for file in (process / "fd").iterdir():
        with contextlib.suppress(FileNotFoundError):
            found.append(os.readlink(file))
    return found


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="looks through /proc")
def test_importing_all_of_enfilade_and_its_libraries_starts_and_opens_nothing(start, write_site):
    write_site("")
    server = start("--no-reload")
    process = Path(f"/proc/{server.process.pid}")
    before = _open_files(process)
    write_site(
        "import enfilade, importlib, pkgutil\n"
        f"NAMES = {PACKAGES!r} + tuple(\n"
        "    each.name for each in pkgutil.walk_packages(enfilade.__path__, 'enfilade.')\n"
        "    if not each.name.endswith(('.env', '.__main__', '.uvicorn_server'))\n"
        ")\n"
        "for name in NAMES: importlib.import_module(name)\n"
        "from enfilade.conf import settings",
        "[settings.configured, set(NAMES) <= BORN]",
    )
    assert ask_reloaded(server)["value"] == [False, False]
    assert ask_reloaded(server)["value"] == [False, True]
    server.until(lambda: len(server.workers()) == 1, "the old worker has gone")
    server.until(lambda: len(_open_files(process)) == len(before), "nothing more is open")
    assert sum("socket" in file for file in _open_files(process)) == 1  # the listening one
    assert len(list((process / "task").iterdir())) == 1


NOT_AHEAD = ("uvloop", "opentelemetry-sdk", "opentelemetry-exporter-otlp-proto-http")
"""What does more than define things when it is imported: handlers for forks, the environment's
choice of propagators."""


def test_every_declared_library_of_a_site_is_among_the_packages():
    project = tomllib.loads(Path(__file__).parents[3].joinpath("pyproject.toml").read_text())
    extras = project["project"]["optional-dependencies"]
    of_sites = set(extras) - {"dev", "shell", "test"}
    declared = [
        *project["project"]["dependencies"],
        *(each for x in of_sites for each in extras[x]),
    ]
    wanted = {re.split(r"[\[>=]", each)[0].lower() for each in declared}
    wanted -= {"enfilade", *NOT_AHEAD}
    known = {
        distribution.lower()
        for package, distributions in packages_distributions().items()
        if package in PACKAGES
        for distribution in distributions
    }
    assert wanted <= known

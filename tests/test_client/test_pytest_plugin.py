"""The pytest plugin, as pytest finds it: each test runs a pytest of its own in a folder."""

import subprocess
import sys

import pytest

from running import surroundings

pytestmark = pytest.mark.slow

SITE = """
from enfilade import HttpResponse, path
from enfilade.conf import settings

def front(request):
    return HttpResponse(f"{request.get_host()} {settings.APPEND_SLASH} {settings.DEBUG}")

urlpatterns = [path("front/", front, name="front")]
"""

TESTS = """
import urllib.request

def test_client(client):
    assert client.get("/front/").text == "testserver True False"

async def test_async_client(async_client):
    assert (await async_client.get("/front/")).status_code == 200

def test_factories(rf, async_rf):
    assert rf.get("/front/").scheme == async_rf.get("/front/").scheme == "http"

def test_live_server(live_server):
    with urllib.request.urlopen(live_server.url + "/front/") as answer:
        assert answer.read().startswith(b"127.0.0.1:")

def test_settings_change(settings, client):
    settings.APPEND_SLASH = False
    settings.APPEND_SLASH = None
    settings.MINE = 1
    del settings.SECRET_KEY
    assert client.get("/front").status_code == 404
    assert settings.MINE == 1

def test_settings_are_as_before(settings):
    assert settings.APPEND_SLASH is True
    assert not hasattr(settings, "MINE")
    assert settings.SECRET_KEY == "key"
"""

SETTINGS = """
ROOT_URLCONF = "urls"
ALLOWED_HOSTS = ["www.example.org"]
SECRET_KEY = "key"
DEBUG = True
MIDDLEWARE = ["enfilade.middleware.common.CommonMiddleware"]
"""

INI = "[pytest]\npythonpath = .\nasyncio_mode = auto\n"


@pytest.fixture
def project(tmp_path):
    """Writes files and runs pytest there; returns its outcome and what it printed."""

    def run(*arguments, env=None, **files):
        for name, text in files.items():
            (tmp_path / f"{name}.py").write_text(text)
        if not (tmp_path / "pytest.ini").exists():
            (tmp_path / "pytest.ini").write_text(INI)
        inherited = surroundings()
        argv = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-p", "no:xdist"]
        done = subprocess.run(
            [*argv, *arguments],
            cwd=tmp_path,
            env={**inherited, **(env or {})},
            capture_output=True,
            text=True,
            timeout=50,
        )
        return done.returncode, done.stdout + done.stderr

    run.folder = tmp_path
    return run


def test_settings_are_named_in_the_configuration_file(project):
    (project.folder / "pytest.ini").write_text(INI + "ENFILADE_SETTINGS_MODULE = mine\n")
    status, said = project(mine=SETTINGS, urls=SITE, test_site=TESTS)
    assert "6 passed" in said, said
    assert status == 0


def test_settings_are_named_in_the_environment_or_by_an_option(project):
    files = {"mine": SETTINGS, "urls": SITE, "test_site": TESTS}
    assert "6 passed" in project(env={"ENFILADE_SETTINGS_MODULE": "mine"}, **files)[1]
    option = ("--enfilade-settings", "mine")
    assert "6 passed" in project(*option, env={"ENFILADE_SETTINGS_MODULE": "none"}, **files)[1]


def test_a_site_in_one_file_is_imported(project):
    application = SITE + "from enfilade import Application\n"
    application += "application = Application(urlpatterns, ALLOWED_HOSTS=['example.org'])\n"
    test = "import app\ndef test(client):\n    assert client.get('/front/').status_code == 200\n"
    assert "1 passed" in project(app=application, test_site=test)[1]


def test_says_what_to_do_without_settings(project):
    status, said = project(test_site="def test(client): pass\ndef test_other(): pass\n")
    assert status == 1
    assert "1 passed, 1 error" in said
    assert "There is no site to test: Enfilade has no settings." in said
    assert "--enfilade-settings" in said


def test_imports_nothing_of_the_framework_before_a_fixture_is_used(project):
    test = (
        "import sys\n"
        "def test():\n"
        "    loaded = {name for name in sys.modules if name.partition('.')[0] == 'enfilade'}\n"
        "    assert loaded == {'enfilade', 'enfilade.test', 'enfilade.test.pytest_plugin',\n"
        "        'enfilade.test.fixtures', 'enfilade.version'}\n"
    )
    status, said = project(test_site=test)
    assert status == 0, said


def test_fixtures_of_the_project_stand_before_ours(project):
    conftest = "import pytest\n@pytest.fixture\ndef client():\n    return 'mine'\n"
    test = "def test(client):\n    assert client == 'mine'\n"
    assert project(conftest=conftest, test_site=test)[0] == 0


OTHER_PLUGIN = "import pytest\n@pytest.fixture\ndef client():\n    return 'theirs'\n"


@pytest.mark.parametrize("name", ["django", "flask"])
def test_leaves_the_fixtures_of_another_framework_alone(project, name):
    # A distribution with an entry point, as an installed plugin is one.
    metadata = project.folder / "theirs-1.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: theirs\nVersion: 1\n")
    (metadata / "entry_points.txt").write_text(f"[pytest11]\n{name} = theirs\n")
    path = {"PYTHONPATH": str(project.folder)}
    test = "def test(client):\n    assert client == 'theirs'\n"
    status, said = project(theirs=OTHER_PLUGIN, test_site=test, env=path)
    assert status == 0, said


def test_does_not_take_an_option_that_others_may_want(project):
    conftest = "def pytest_addoption(parser):\n    parser.addoption('--settings')\n"
    test = "def test(request):\n    assert request.config.getoption('--settings') == 'x'\n"
    status, said = project("--settings", "x", conftest=conftest, test_site=test)
    assert status == 0, said


CASES = """
from enfilade.test import SimpleTestCase, override_settings

@override_settings(APPEND_SLASH=False)
class FrontTests(SimpleTestCase):
    def test_front(self):
        self.assertContains(self.client.get("/front/"), "testserver False False")

    async def test_front_async(self):
        self.assertContains(await self.async_client.get("/front/"), "testserver False False")

    async def test_fails(self):
        self.assertContains(await self.async_client.get("/front/"), "no such text")
"""


def test_runs_test_cases_coroutines_among_them(project):
    files = {"mine": SETTINGS, "urls": SITE, "test_site": CASES}
    status, said = project(env={"ENFILADE_SETTINGS_MODULE": "mine"}, **files)
    assert status == 1
    assert "1 failed, 2 passed" in said, said


def test_a_misspelt_settings_module_is_told_without_a_traceback(project):
    files = {"mine": SETTINGS, "urls": SITE, "test_site": TESTS}
    status, said = project("-k", "factories", env={"ENFILADE_SETTINGS_MODULE": "mien"}, **files)
    assert status == 1
    assert "ENFILADE_SETTINGS_MODULE is 'mien',\nand there is no module 'mien'." in said
    assert "importlib" not in said


def test_what_a_settings_module_cannot_import_has_its_traceback(project):
    files = {"mine": "import no_such_library", "urls": SITE, "test_site": TESTS}
    status, said = project("-k", "factories", env={"ENFILADE_SETTINGS_MODULE": "mine"}, **files)
    assert status == 1
    assert "import no_such_library" in said

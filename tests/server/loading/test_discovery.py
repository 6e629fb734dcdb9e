import re

import pytest

from enfilade.server.loading.discovery import DiscoveryError, find_application


@pytest.fixture
def folder(tmp_path):
    def write(**files):
        for name, content in files.items():
            path = tmp_path / f"{name}.py"
            path.parent.mkdir(exist_ok=True)
            path.write_text(content)
        return tmp_path

    return write


@pytest.mark.parametrize(
    ("files", "found"),
    [
        ({"app": "app = 1"}, "app:app"),
        ({"main": "app: object = FastAPI()"}, "main:app"),
        ({"wsgi": "from shop import application"}, "wsgi:application"),
        ({"app": "def app(environ, start_response): ..."}, "app:app"),
        ({"app": "async def app(scope, receive, send): ..."}, "app:app"),
        ({"app": "class app: ..."}, "app:app"),
        ({"app": "import shop as application"}, "app:application"),
        ({"app": "app = 1\napplication = 2"}, "app:application"),
        ({"app": "try:\n    app = 1\nexcept E:\n    pass"}, "app:app"),
        ({"app": "if X:\n    pass\nelse:\n    app = 1"}, "app:app"),
        ({"app": "def create_app(): ..."}, "app:create_app()"),
        ({"shop/wsgi": "application = 1"}, "shop.wsgi:application"),
        (
            {"shop/wsgi": "application = 1", "shop/asgi": "application = 1"},
            "shop.wsgi:application",
        ),
        ({"shop/main": "app = 1", "shop/__init__": ""}, "shop.main:app"),
        ({"asgi": "application = 1"}, "asgi:application"),
        ({"wsgi": "application = 1", "app": "app = 1"}, "wsgi:application"),
        ({"app": "app = 1", "main": "print()"}, "app:app"),
        ({"app": "1 / 0\napp = 1"}, "app:app"),
    ],
)
def test_finds_the_one_application(folder, files, found):
    assert find_application(folder(**files)) == found


def test_names_a_file_by_its_path_where_python_has_a_module_of_that_name(folder):
    directory = folder(site="application = 1")
    assert find_application(directory) == f"{directory}/site.py:application"


def test_prefers_the_asgi_door_when_asked_for_asgi(folder):
    files = folder(**{"shop/wsgi": "application = 1", "shop/asgi": "application = 1"})
    assert find_application(files, "asgi") == "shop.asgi:application"


def test_lists_the_candidates_when_there_are_several(folder):
    files = folder(app="app = 1", main="application = 1")
    with pytest.raises(DiscoveryError, match=r"more than one.*app:app, main:application") as caught:
        find_application(files)
    assert caught.value.hint == "Name the one you mean: enfilade run app:app"


@pytest.mark.parametrize(
    "files",
    [
        {},
        {"app": "x = 1"},
        {"app": "def f():\n    app = 1"},
        {"examples/app": "app = 1"},
        {"not-a-name/wsgi": "app = 1"},
    ],
)
def test_says_where_it_looked_when_there_is_none(folder, files):
    directory = folder(**files)
    with pytest.raises(DiscoveryError, match=re.escape(str(directory))) as caught:
        find_application(directory)
    assert "MODULE:NAME" in caught.value.hint


def test_says_which_file_cannot_be_read(folder):
    with pytest.raises(DiscoveryError, match=r"app\.py.*line 1"):
        find_application(folder(app="def ("))


def test_an_unfinished_file_counts_where_it_is_welcome(folder):
    assert find_application(folder(app="def ("), unfinished=True) == "app"


def test_hints_tell_the_command_that_was_typed(folder):
    with pytest.raises(DiscoveryError) as caught:
        find_application(folder(), command="enfilade dev")
    assert "enfilade dev MODULE:NAME" in caught.value.hint
    assert "enfilade new" in caught.value.hint

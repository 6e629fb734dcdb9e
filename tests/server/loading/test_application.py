import functools
import sys

import pytest

from enfilade.server.loading.application import (
    ApplicationError,
    choose_interface,
    detect_interface,
    load_application,
)


@pytest.fixture
def module(tmp_path, monkeypatch):
    """Write modules into a folder that is first on the import path."""
    monkeypatch.syspath_prepend(tmp_path)
    before = set(sys.modules)

    def write(name, content):
        (tmp_path / f"{name}.py").write_text(content)
        return tmp_path / f"{name}.py"

    yield write
    for name in set(sys.modules) - before:
        del sys.modules[name]


def test_loads_what_is_named(module):
    module("loaded_a", "class N:\n    app = print\nmake = lambda: print\napplication = len\n")
    assert load_application("loaded_a:N.app") is print
    assert load_application("loaded_a:make()") is print
    assert load_application("loaded_a") is len


def test_loads_a_file_whose_name_python_has_taken(module):
    path = module("site", "application = print")
    assert load_application(f"{path}:application") is print


def test_a_file_finds_its_neighbours(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "path", sys.path[:])
    (tmp_path / "loaded_neighbour.py").write_text("app = print")
    (tmp_path / "01-first.py").write_text("from loaded_neighbour import app")
    assert load_application(f"{tmp_path}/01-first.py") is print


@pytest.mark.parametrize(
    ("reference", "complaint", "hint"),
    [
        ("", "not an import string", "MODULE:NAME"),
        ("a:b:c", "not an import string", "MODULE:NAME"),
        ("a:b(1)", "not an import string", "MODULE:FACTORY"),
        ("loaded_c:app", "no module 'loaded_c'", "Did you mean loaded_b?"),
        ("loaded_b.sub:app", r"no module 'loaded_b\.sub'", None),
        ("loaded_b:applicaton", "has no 'applicaton'", "Did you mean loaded_b:application?"),
        ("loaded_b:zzz", "has no 'zzz'", "Did you mean loaded_b:application?"),
        ("loaded_b:number.zzz", "has no 'number.zzz'", "Bind number.zzz"),
        ("site:application", "has no 'application'", "Python's own"),
        ("loaded_b:number", "is 3, which cannot be called", "callable"),
        ("nothing.py:app", "There is no file", None),
    ],
)
def test_says_what_is_wrong_with_a_name(module, reference, complaint, hint):
    module("loaded_b", "application = print\nnumber = 3\n")
    with pytest.raises(ApplicationError, match=complaint) as caught:
        load_application(reference)
    assert hint is None or hint in caught.value.hint


@pytest.mark.parametrize("reference", ["loaded_site.wsgy", "loaded_sit.wsgi"])
def test_a_slip_in_a_dotted_path_is_answered_with_the_whole_path(module, tmp_path, reference):
    (tmp_path / "loaded_site").mkdir()
    module("loaded_site/__init__", "")
    module("loaded_site/wsgi", "application = print\n")
    with pytest.raises(ApplicationError, match="no module 'loaded_sit") as caught:
        load_application(f"{reference}:application")
    assert caught.value.hint == "Did you mean loaded_site.wsgi?"


def test_a_file_that_pythons_own_module_hides_is_named(module, tmp_path):
    module("string", "app = print\n")
    with pytest.raises(ApplicationError, match=r"Module string .*has no 'app'") as caught:
        load_application("string:app")
    assert f"it hides {tmp_path / 'string.py'}" in caught.value.hint
    assert caught.value.hint.endswith("string.py:app")


@pytest.mark.parametrize(
    ("content", "error"),
    [
        ("import not_to_be_found", ModuleNotFoundError),
        ("1 / 0", ZeroDivisionError),
        ("def (", SyntaxError),
        ("from os import not_to_be_found", ImportError),
    ],
)
def test_an_error_inside_the_module_passes_through(module, content, error):
    module("loaded_d", content)
    with pytest.raises(error):
        load_application("loaded_d:app")


class WSGI:
    def __call__(self, environ, start_response): ...


class ASGI:
    async def __call__(self, scope, receive, send): ...


class WSGIClass:
    def __init__(self, environ, start_response): ...


async def asgi(scope, receive, send): ...


def asgi_without_async(scope, receive, send): ...


def wsgi_with_more(environ, start_response, extra=None): ...


@pytest.mark.parametrize(
    ("application", "interface"),
    [
        (WSGI(), "wsgi"),
        (WSGIClass, "wsgi"),
        (wsgi_with_more, "wsgi"),
        (lambda *arguments: [], "wsgi"),
        (ASGI(), "asgi"),
        (asgi, "asgi"),
        (asgi_without_async, "asgi"),
        (functools.partial(asgi), "asgi"),
    ],
)
def test_tells_wsgi_from_asgi(application, interface):
    assert detect_interface(application) == interface


def test_tells_the_frameworks_apart():
    import falcon
    import falcon.asgi
    import flask
    from django.core.asgi import get_asgi_application
    from django.core.wsgi import get_wsgi_application

    assert detect_interface(flask.Flask("x")) == detect_interface(falcon.App()) == "wsgi"
    assert detect_interface(get_wsgi_application()) == "wsgi"
    assert detect_interface(falcon.asgi.App()) == "asgi"
    assert detect_interface(get_asgi_application()) == "asgi"


def test_an_application_with_two_doors_shows_the_one_that_is_asked_for():
    both = WSGI()
    both.asgi = asgi
    assert choose_interface(both, "auto") == ("wsgi", both)
    assert choose_interface(both, "asgi") == ("asgi", asgi)


def test_a_factory_that_was_not_called_is_recognised():
    with pytest.raises(ApplicationError, match="takes neither") as caught:
        detect_interface(lambda: None)
    assert "MODULE:NAME()" in caught.value.hint

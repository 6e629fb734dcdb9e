import functools
from pathlib import Path

from enfilade.explain.source import Source, locate, shorten
from enfilade.views import View
from enfilade.views.decorators.http import require_GET


def function(request):
    return None


@require_GET
def decorated(request):
    return None


class Page(View):
    def get(self, request):
        return None


def line_of(text):
    lines = Path(__file__).read_text().splitlines()
    return next(number for number, line in enumerate(lines, start=1) if line.startswith(text))


def test_finds_a_function():
    assert locate(function) == Source(f"{__name__}.function", __file__, line_of("def function"))


def test_looks_through_decorators_and_partials():
    assert locate(functools.partial(decorated)) == Source(
        f"{__name__}.decorated", __file__, line_of("@require_GET")
    )


def test_finds_the_class_behind_as_view():
    assert locate(Page.as_view()) == Source(f"{__name__}.Page", __file__, line_of("class Page"))


def test_finds_a_method_of_a_class():
    found = locate(Page.as_view(), "get")
    assert (found.name, found.line) == (f"{__name__}.Page.get", line_of("class Page") + 1)


def test_finds_the_class_of_an_instance():
    assert locate(Page()).short == "Page"


def test_a_built_in_has_no_place():
    assert locate(len) == Source("builtins.len")
    assert locate(len).place == ""


def test_a_file_is_shown_from_the_working_directory(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert shorten(str(tmp_path / "shop" / "views.py")) == str(Path("shop/views.py"))


def test_a_file_elsewhere_is_shown_from_the_import_path(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)
    assert shorten(str(tmp_path / "shop" / "views.py")) == str(Path("shop/views.py"))

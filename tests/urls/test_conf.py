import sys
from types import ModuleType

import pytest

from enfilade.exceptions import ImproperlyConfigured
from enfilade.urls import include, path, re_path, resolve


def view(request, **kwargs): ...


class PageView:
    @classmethod
    def as_view(cls):
        return view


@pytest.fixture
def module(monkeypatch):
    def make(name, **contents):
        made = ModuleType(name)
        vars(made).update(contents)
        monkeypatch.setitem(sys.modules, name, made)
        return made

    return make


@pytest.mark.parametrize("make", [path, re_path])
def test_a_view_named_by_a_string_is_refused(make):
    with pytest.raises(
        TypeError, match=r"'x/' is the string 'blog\.views\.index'.*import the view"
    ):
        make("x/", "blog.views.index")


def test_a_view_class_without_as_view_is_refused():
    with pytest.raises(TypeError, match=r"'x/' must be PageView\.as_view\(\)"):
        path("x/", PageView)
    with pytest.raises(TypeError, match=r"'x/' must be PageView\.as_view\(\)"):
        path("x/", PageView())


@pytest.mark.parametrize("no_view", [None, 3, object()])
def test_a_view_that_is_not_callable_is_refused(no_view):
    with pytest.raises(TypeError, match="'x/' is not callable"):
        path("x/", no_view)


def test_patterns_without_include_are_refused():
    with pytest.raises(TypeError, match="write include"):
        path("x/", [path("", view)])


def test_extra_arguments_must_be_a_dict():
    with pytest.raises(TypeError, match="kwargs of the route 'x/' must be a dict"):
        path("x/", view, ["a"])


def test_a_route_must_be_text():
    with pytest.raises(TypeError, match="must be a str, not int"):
        path(3, view)


def test_includes_a_module_by_name_and_takes_its_app_name(module):
    included = module("shop_urls", urlpatterns=[path("a/", view)], app_name="shop")
    assert include("shop_urls") == (included, "shop", "shop")
    assert include("shop_urls", namespace="second") == (included, "shop", "second")
    assert include(included) == (included, "shop", "shop")


def test_includes_a_list_or_a_pair():
    patterns = [path("a/", view)]
    assert include(patterns) == (patterns, None, None)
    assert include((patterns, "shop")) == (patterns, "shop", "shop")
    assert include((patterns, "shop"), "second") == (patterns, "shop", "second")


def test_a_triple_stands_for_an_include(site):
    patterns = [path("a/", view, name="a")]
    match = resolve("/x/a/", site(path("x/", (patterns, "shop", "main"))))
    assert match.view_name == "main:a"


def test_a_namespace_needs_an_application_name():
    with pytest.raises(ImproperlyConfigured, match="'main'") as caught:
        include([path("a/", view)], namespace="main")
    assert "app_name" in caught.value.hint


@pytest.mark.parametrize("number", [0, 1, 3, 4])
def test_only_pairs_can_be_included(number):
    with pytest.raises(ImproperlyConfigured, match=f"tuple of {number}"):
        include(("x",) * number)


def test_patterns_with_their_own_namespace_take_no_other():
    with pytest.raises(ImproperlyConfigured, match="bring their own"):
        include(([], "shop", "main"), namespace="second")


def test_a_module_that_is_not_there_is_named():
    with pytest.raises(ImproperlyConfigured, match="'no_such_urls' cannot be imported"):
        include("no_such_urls")


def test_an_error_inside_an_included_module_says_which(tmp_path, monkeypatch):
    (tmp_path / "broken_urls.py").write_text("import no_such_dependency\n")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ModuleNotFoundError, match="no_such_dependency") as caught:
        include("broken_urls")
    assert caught.value.__notes__ == ["While the URLconf 'broken_urls' was imported."]

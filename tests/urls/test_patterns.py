import functools

import pytest

from enfilade.exceptions import ImproperlyConfigured
from enfilade.urls import path, re_path
from enfilade.urls.patterns import RegexPattern, RoutePattern, view_path


@pytest.mark.parametrize("route", ["<int: id>/", "<int:id >/", "<in t:id>/", "<\tid>/"])
def test_white_space_in_a_parameter_is_refused(route):
    with pytest.raises(ImproperlyConfigured, match="white space") as caught:
        RoutePattern(route)
    assert caught.value.hint.startswith("Write '<")


@pytest.mark.parametrize("name", ["1", "a-b", "a.b", "int:int"])
def test_a_parameter_name_must_be_an_identifier(name):
    with pytest.raises(ImproperlyConfigured, match="not a valid Python identifier"):
        RoutePattern(f"<int:{name}>/")


def test_an_unknown_converter_is_refused_and_the_known_ones_are_named():
    with pytest.raises(ImproperlyConfigured, match="unknown converter 'integer'") as caught:
        RoutePattern("<integer:pk>/")
    assert all(name in caught.value.hint for name in ("int", "path", "slug", "str", "uuid"))


def test_a_parameter_name_cannot_come_twice():
    with pytest.raises(ImproperlyConfigured, match="'pk' twice"):
        RoutePattern("<int:pk>/<slug:pk>/")


def test_a_parameter_without_converter_is_a_string():
    assert RoutePattern("<pk>/").match("a b/c") == ("c", (), {"pk": "a b"})


def test_special_characters_of_a_route_stand_for_themselves():
    pattern = RoutePattern("a.b(c)$^/", is_endpoint=True)
    assert pattern.match("a.b(c)$^/") == ("", (), {})
    assert pattern.match("axb(c)$^/") is None


def test_an_endpoint_does_not_match_before_a_newline():
    assert RoutePattern("a", is_endpoint=True).match("a\n") is None
    assert RegexPattern("^a$", is_endpoint=True).match("a\n") is None


def test_named_groups_hide_unnamed_ones_and_absent_ones_are_dropped():
    pattern = RegexPattern(r"^(\d)(?P<x>a)?(?P<y>b)?$", is_endpoint=True)
    assert pattern.match("1a") == ("", (), {"x": "a"})


def test_a_regex_searches_and_leaves_the_rest():
    assert RegexPattern(r"(\d)/").match("ab1/c") == ("c", ("1",), {})


def test_an_invalid_regex_is_named():
    with pytest.raises(ImproperlyConfigured, match=r"'\(' is not a valid regular expression"):
        re_path("(", lambda request: None)


def test_a_view_is_marked_as_asynchronous_once():
    async def later(request): ...

    def now(request): ...

    assert path("", later).is_async
    assert path("", functools.partial(later)).is_async
    assert not path("", now).is_async


def view(request): ...


class Callable:
    def __call__(self, request): ...


def test_names_the_view_a_person_wrote():
    assert view_path(view) == f"{__name__}.view"
    assert view_path(functools.partial(view)) == f"{__name__}.view"
    assert view_path(Callable()) == f"{__name__}.Callable"
    assert path("x/", view).lookup_str == f"{__name__}.view"


def test_shows_route_and_name():
    assert repr(path("a/", view, name="a")) == "<URLPattern 'a/' [name='a']>"

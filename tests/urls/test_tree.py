import pytest

from enfilade.urls import Resolver404, include, path, re_path, register_converter, resolve
from enfilade.urls.converters import StringConverter


def view(request, **kwargs): ...


def winner(urlconf, path):
    return resolve(path, urlconf).url_name


@pytest.mark.parametrize("first", ["literal", "slug", "str", "path", "regex"])
def test_the_first_route_that_matches_wins_whatever_its_kind(site, first):
    routes = {
        "literal": path("a/b/", view, name="literal"),
        "slug": path("a/<slug:x>/", view, name="slug"),
        "str": path("<str:x>/b/", view, name="str"),
        "path": path("<path:x>/", view, name="path"),
        "regex": re_path(r"^.*b/$", view, name="regex"),
    }
    rest = [route for name, route in routes.items() if name != first]
    assert winner(site(routes[first], *rest), "/a/b/") == first


def test_a_later_route_answers_where_the_earlier_one_only_begins_alike(site):
    urlconf = site(
        path("a/<int:x>/edit/", view, name="edit"),
        path("<str:y>/<int:x>/", view, name="show"),
        path("a/<path:rest>", view, name="rest"),
    )
    assert winner(urlconf, "/a/1/edit/") == "edit"
    assert winner(urlconf, "/a/1/") == "show"
    assert winner(urlconf, "/a/b/") == "rest"


def test_a_prefix_may_end_within_a_segment(site):
    urlconf = site(path("api", include([path("-v<int:n>/", view, name="version")])))
    assert resolve("/api-v2/", urlconf).kwargs == {"n": 2}


def test_a_prefix_takes_what_it_can_and_is_not_tried_again(site):
    urlconf = site(
        path("<slug:x>", include([path("edit/", view, name="edit")])),
        path("<slug:x>/", view, name="show"),
    )
    assert winner(urlconf, "/pageedit/") == "show"


def test_a_segment_may_hold_text_and_several_parameters(site):
    urlconf = site(path("<slug:a>.<slug:b>/v<int:n>/", view))
    assert resolve("/x.y-z/v12/", urlconf).kwargs == {"a": "x", "b": "y-z", "n": 12}
    with pytest.raises(Resolver404):
        resolve("/x.y/12/", urlconf)


def test_slashes_count(site):
    urlconf = site(path("a//b", view, name="two"), path("a/b", view, name="one"), path("/", view))
    assert winner(urlconf, "/a//b") == "two"
    assert winner(urlconf, "/a/b") == "one"
    assert resolve("//", urlconf).route == "/"
    for path_ in ("/a/b/", "/a///b", "a/b", "", "/"):
        with pytest.raises(Resolver404):
            resolve(path_, urlconf)


class Counted(StringConverter):
    calls = 0

    def to_python(self, value):
        Counted.calls += 1
        return value


@pytest.mark.slow
def test_among_ten_thousand_routes_only_the_right_one_is_asked(site):
    register_converter(Counted, "test-counted")
    urlconf = site(
        *(path(f"page{n}/<test-counted:x>/", view, name=f"page{n}") for n in range(10_000))
    )
    assert winner(urlconf, "/page9999/x/") == "page9999"
    assert Counted.calls == 1
    with pytest.raises(Resolver404):
        resolve("/nowhere/x/", urlconf)
    assert Counted.calls == 1


def test_a_converter_is_not_asked_behind_the_winner(site):
    register_converter(Counted, "test-counted")
    urlconf = site(path("<str:x>/", view, name="first"), path("<test-counted:x>/", view))
    before = Counted.calls
    assert winner(urlconf, "/a/") == "first"
    assert Counted.calls == before


@pytest.mark.parametrize("inner", ["<int:x>/", r"re"])
def test_arguments_further_in_win_and_extra_arguments_win_over_captured_ones(site, inner):
    endpoint = (
        re_path(r"^(?P<x>\d+)/$", view, {"z": "route"})
        if inner == "re"
        else path(inner, view, {"z": "route"})
    )
    urlconf = site(path("<str:x>/<str:y>/", include([endpoint]), {"y": "include", "z": "include"}))
    match = resolve("/outer/captured/7/", urlconf)
    seven = "7" if inner == "re" else 7
    assert match.kwargs == {"x": seven, "y": "include", "z": "route"}
    assert match.captured_kwargs == {"x": seven}
    assert match.extra_kwargs == {"y": "include", "z": "route"}


def test_positional_arguments_of_an_include_count_only_without_named_ones(site):
    inner = [re_path(r"^(\d+)/$", view, name="plain"), path("<slug:s>/", view, name="named")]
    urlconf = site(re_path(r"^(\w+)/", include(inner)))
    assert resolve("/a/1/", urlconf).args == ("a", "1")
    assert resolve("/a/b/", urlconf)[1:] == ((), {"s": "b"})

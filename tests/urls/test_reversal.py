import pytest

from enfilade.urls import NoReverseMatch, include, path, re_path, reverse


def view(request, **kwargs): ...


def other_view(request, **kwargs): ...


@pytest.mark.parametrize(
    ("name", "arguments", "url"),
    [
        ("home", {}, "/"),
        ("book", {"args": [3]}, "/books/3/"),
        ("chapter", {"kwargs": {"pk": 3, "chapter": "a-b"}}, "/books/3/a-b/"),
        ("file", {"args": ["a b/ç?#%.txt"]}, "/files/a%20b/%C3%A7%3F%23%25.txt"),
        ("file", {"args": ["!$&'()*+,;=~:@"]}, "/files/!$&'()*+,;=~:@"),
        ("archive", {"kwargs": {"year": 2024}}, "/archive/2024/"),
        ("archive", {"kwargs": {"year": 2024, "month": "05"}}, "/archive/2024/05/"),
        ("main:book", {"kwargs": {"lang": "en", "slug": "x", "edition": 1}}, "/en/shelf/x/"),
        ("main:range", {"args": ["en", 1, 2]}, "/en/shelf/1-2/"),
    ],
)
def test_writes_the_path_of_a_name(bookshop, name, arguments, url):
    assert reverse(name, bookshop, **arguments) == url


def test_writes_the_path_of_a_view(site):
    urlconf = site(path("a/", view), path("b/<int:x>/", other_view))
    assert reverse(other_view, urlconf, args=[1]) == "/b/1/"


def test_the_last_of_several_routes_that_takes_the_arguments_wins(site):
    urlconf = site(
        path("a/", view, name="x"),
        path("b/", view, name="x"),
        path("c/<int:n>/", view, name="x"),
    )
    assert reverse("x", urlconf) == "/b/"
    assert reverse("x", urlconf, args=[1]) == "/c/1/"


def test_extra_arguments_must_be_as_the_route_has_them(site):
    urlconf = site(path("a/", view, {"n": 1}, name="x"), path("b/", view, {"n": 2}, name="x"))
    assert reverse("x", urlconf, kwargs={"n": 1}) == "/a/"
    assert reverse("x", urlconf) == "/b/"
    with pytest.raises(NoReverseMatch):
        reverse("x", urlconf, kwargs={"n": 3})


def test_two_leading_slashes_are_never_written(site):
    urlconf = site(path("<path:x>", view, name="x"))
    assert reverse("x", urlconf, args=["/evil.example/"]) == "/%2Fevil.example/"


def test_percent_signs_of_a_route_stand_for_themselves(site):
    urlconf = site(path("50%/<int:n>%s/", view, name="x"))
    assert reverse("x", urlconf, args=[1]) == "/50%25/1%25s/"


def test_the_first_alternative_that_fits_is_written(site):
    urlconf = site(re_path(r"^(?:old|new/(?P<n>\d))/(?:a|b)c/$", view, name="x"))
    assert reverse("x", urlconf) == "/old/ac/"
    assert reverse("x", urlconf, kwargs={"n": 1}) == "/new/1/ac/"


def test_a_parameter_that_an_include_and_its_route_share_is_written_twice(site):
    inner = include([path("<int:x>/", view, name="x")])
    assert reverse("x", site(path("<int:x>/", inner)), args=[1, 1]) == "/1/1/"


def test_the_same_group_name_on_two_levels_is_no_obstacle(site):
    inner = include([re_path(r"^(?P<x>\d)/$", view, name="x")])
    assert reverse("x", site(re_path(r"^(?P<x>\d)/", inner)), kwargs={"x": 1}) == "/1/1/"


def test_positional_and_named_arguments_together_are_refused(bookshop):
    with pytest.raises(ValueError, match="not both"):
        reverse("chapter", bookshop, args=[1], kwargs={"chapter": "x"})


@pytest.mark.parametrize(
    ("name", "current_app", "url"),
    [
        ("shop:a", None, "/default/"),
        ("shop:a", "second", "/second/"),
        ("shop:a", "nowhere", "/default/"),
        ("second:a", "first", "/second/"),
        ("club:a", None, "/evening/"),
        ("club:a", "morning", "/morning/"),
        ("shop:inner:a", "second:deep", "/second/deep/"),
        ("shop:inner:a", "first:deep", "/first/deep/"),
        ("second:inner:a", None, "/second/inner/"),
    ],
)
def test_a_namespace_is_the_current_the_default_or_the_last_instance(site, name, current_app, url):
    def instances():
        leaf = [path("", view, name="a")]
        return [
            path("", view, name="a"),
            path("inner/", include((leaf, "inner"))),
            path("deep/", include((leaf, "inner"), namespace="deep")),
        ]

    urlconf = site(
        path("first/", include((instances(), "shop"), namespace="first")),
        path("default/", include((instances(), "shop"), namespace="shop")),
        path("second/", include((instances(), "shop"), namespace="second")),
        path("morning/", include((instances(), "club"), namespace="morning")),
        path("evening/", include((instances(), "club"), namespace="evening")),
    )
    assert reverse(name, urlconf, current_app=current_app) == url


@pytest.mark.parametrize(
    ("name", "arguments", "message", "hint"),
    [
        ("hom", {}, "'hom' is not the name of a route", "'home'"),
        ("main:boook", {}, "'boook' is not the name", "'book'"),
        ("mian:book", {}, "'mian' is not a registered namespace", "'main'"),
        ("main:x:y", {}, "namespace inside 'main'", "gives a namespace"),
        ("chapter", {}, "needs pk, chapter", None),
        ("book", {"kwargs": {"pk": 1, "x": 2}}, "does not take x", None),
        ("book", {"kwargs": {"pk": "x"}}, "does not accept these values", None),
        ("book", {"args": [1, 2]}, "takes 1 arguments, not 2", None),
        ("book", {"args": ["x"]}, "does not accept these values", None),
    ],
)
def test_a_refusal_says_what_to_change(bookshop, name, arguments, message, hint):
    with pytest.raises(NoReverseMatch, match=message) as caught:
        reverse(name, bookshop, **arguments)
    assert hint is None or hint in caught.value.hint


def test_a_refused_view_is_named(bookshop):
    with pytest.raises(NoReverseMatch, match=r"other_view' not found: no route leads to this"):
        reverse(other_view, bookshop)

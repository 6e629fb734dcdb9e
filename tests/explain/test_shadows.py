import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enfilade.explain.shadows import shadowed
from enfilade.http import HttpResponse
from enfilade.urls import URLResolver, include, path, re_path
from enfilade.urls.patterns import RoutePattern


def view(request, **kwargs):
    return HttpResponse("x")


def tree(*routes):
    patterns = [path(route, view) if isinstance(route, str) else route for route in routes]
    return URLResolver(RoutePattern("/"), patterns).tree


def pairs(*routes):
    return [(winner.number, loser.number) for winner, loser in shadowed(tree(*routes))]


def test_a_regular_expression_is_not_its_beginning():
    assert pairs("articles/", re_path(r"^articles/(\d+)/$", view)) == []
    assert pairs("articles/<path:rest>", re_path(r"^articles/(\d+)/$", view)) == []


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        ("about/", "about/"),
        ("<str:name>/", "about/"),
        ("<slug:name>/", "<int:number>/"),
        ("<str:name>/", "<uuid:key>/"),
        ("<int:a>/", "<int:b>/"),
        ("<int:year>/", "2026/"),
        ("docs/<path:rest>", "docs/install/"),
        ("docs/<path:rest>", "docs/<slug:page>"),
        ("<path:rest>", "<path:other>"),
        ("<path:rest>", "docs/<path:other>"),
        ("a-<str:x>/", "a-b/"),
    ],
)
def test_finds_a_route_that_never_matches(earlier, later):
    assert pairs(earlier, later) == [(1, 2)]


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        ("about/", "<str:name>/"),
        ("<int:number>/", "<slug:name>/"),
        ("<slug:name>/", "<str:name>/"),
        ("<slug:name>/", "hello.txt/"),
        ("about", "about/"),
        ("<str:name>/", "<str:name>/edit/"),
        ("docs/<path:rest>", "docs/"),
        ("docs/<path:rest>", "blog/x/"),
        ("<path:rest>/edit/", "docs/install/"),
        ("<path:a>/<path:b>", "<path:rest>"),
        ("<int:a>/x/", "2026/y/"),
    ],
)
def test_leaves_a_route_alone_that_has_paths_of_its_own(earlier, later):
    assert pairs(earlier, later) == []


def test_looks_through_includes():
    inner = include([path("<int:number>/", view)])
    assert pairs("shop/<str:name>/", path("shop/", inner)) == [(1, 2)]


def test_says_nothing_about_regular_expressions():
    assert pairs(re_path(r"^.*$", view), "about/") == []
    assert pairs("<path:rest>", re_path(r"^about/$", view)) == []


PIECES = ["", "a", "1", "b-c", "<int:{}>", "<str:{}>", "<slug:{}>", "<path:{}>"]
TEXTS = ["", "a", "1", "b-c", "x.y", "a/b", "7/7"]


@st.composite
def routes(draw):
    pieces = draw(st.lists(st.sampled_from(PIECES), min_size=1, max_size=3))
    return "/".join(piece.format(f"p{n}") for n, piece in enumerate(pieces))


@given(st.lists(routes(), min_size=2, max_size=5))
def test_what_is_called_shadowed_wins_no_path(declared):
    made = tree(*declared)
    losers = {loser.number for _, loser in shadowed(made)}
    for count in (1, 2, 3):
        for texts in itertools.product(TEXTS, repeat=count):
            found = made.find("/" + "/".join(texts))
            assert found is None or found[0].number not in losers

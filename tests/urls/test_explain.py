import pytest

from enfilade.urls import Resolver404, get_resolver, include, path, re_path, resolve
from enfilade.urls.explain import Outcome


def view(request, **kwargs): ...


def only(site, route, path_):
    """The one candidate of a site with one route."""
    pattern = route if not isinstance(route, str) else path(route, view)
    (candidate,) = get_resolver(site(pattern)).explain(path_).candidates
    return candidate


@pytest.mark.parametrize(
    ("route", "path_", "reason"),
    [
        ("articles/<int:n>/", "/articles/abc/", "segment 2 'abc' is not an int"),
        ("articles/<slug:s>/", "/articles/ä/", "segment 2 'ä' is not a slug"),
        ("articles/v<int:n>/", "/articles/2/", "segment 2 '2' does not look like 'v<int:n>'"),
        (
            "archive/<int:n>/",
            "/articles/1/",
            "literal 'archive' expected where 'articles' stands (segment 1)",
        ),
        ("a/", "/a/x/", "the route ends after 1 segment, the path goes on with 'x/'"),
        ("a/b", "/a/b/c/d", "the route ends after 2 segments, the path goes on with 'c/d'"),
        ("a/<int:n>/", "/a/", "the path ends after 1 segment, the route goes on with '<int:n>/'"),
        ("a/b/c/", "/a/b", "the path ends after 2 segments, the route goes on with 'c/'"),
        ("a/", "/a", "the path lacks the trailing slash"),
        ("a", "/a/", "the path has a trailing slash, the route has none"),
        ("a/", "a/", "the path does not start with '/'"),
        ("files/<path:p>.txt", "/files/a.pdf", "the route 'files/<path:p>.txt' does not match"),
        (
            re_path(r"^a\d/$", view),
            "/ab/",
            r"the regular expression '^a\\d/$' does not match 'ab/'",
        ),
    ],
)
def test_says_why_a_route_does_not_match(site, route, path_, reason):
    candidate = only(site, route, path_)
    assert candidate.outcome is Outcome.NO_MATCH
    assert candidate.reason.startswith(reason)
    assert 0 <= candidate.nearness < 1


def test_says_which_converter_refused(site):
    candidate = only(site, "a/<int:n>/", f"/a/{'9' * 5000}/")
    assert "is refused by <int:n>" in candidate.reason


@pytest.mark.parametrize(
    ("route", "path_"),
    [
        ("a/<int:n>/", "/a/{}/"),
        ("a/b/", "/a/{}/"),
        ("a/v<int:n>/", "/a/{}/"),
        ("a/", "/a/{}/"),
        ("a/<int:n>", "/a/{}"),
        (re_path(r"^a/\d$", view), "/a/{}"),
    ],
)
def test_repeats_no_more_of_a_path_than_a_person_reads(site, route, path_):
    reason = only(site, route, path_.format("x" * 3000)).reason
    assert "…'" in reason
    assert 50 < reason.count("x") < 70
    whole = only(site, route, path_.format("x" * 40)).reason
    assert f"{'x' * 40}" in whole
    assert "…" not in whole


def test_does_not_show_what_is_left_of_a_secret(site):
    token = "eyJhbGciOiJIUzI1NiJ9." + "eyJzdWIiOiIxMjM0NTY3ODkwIn0." + "dozjgNryP4J3jVmNHl0w5N"
    reason = only(site, "a/b/", f"/a/{token}/").reason
    assert "eyJ" not in reason


def test_names_the_winner_and_what_it_shadows(site):
    explanation = get_resolver(
        site(
            path("<slug:s>/", view, name="page"),
            path("b/", include(([path("", view, name="b")], "app"))),
        )
    ).explain("/b/")
    page, shadowed = explanation.candidates
    assert explanation.winner is page
    assert (page.outcome, page.route, page.name, page.number) == ("wins", "<slug:s>/", "page", 1)
    assert page.view == f"{__name__}.view"
    assert shadowed.outcome is Outcome.SHADOWED
    assert shadowed.name == "app:b"
    assert shadowed.reason == "shadowed: #1 '<slug:s>/' matches first"


def test_ranks_by_nearness(site):
    routes = ["x/", "articles/<int:n>", "articles/<int:n>/", "articles/new/", "artikles/1/"]
    explanation = get_resolver(site(*(path(route, view) for route in routes))).explain(
        "/articles/1"
    )
    assert [c.number for c in explanation.candidates] == [1, 2, 3, 4, 5]
    nearest = [candidate.route for candidate in explanation.nearest(4)]
    assert nearest[:2] == ["articles/<int:n>", "articles/<int:n>/"]
    assert "x/" not in nearest


def test_a_miss_explains_itself(site):
    with pytest.raises(Resolver404) as caught:
        resolve("/artikles/", site(path("x/", view), path("articles/", view, name="articles")))
    explanation = caught.value.explain()
    assert explanation.path == "/artikles/"
    assert explanation.winner is None
    assert explanation.nearest(1)[0].name == "articles"


def test_agrees_with_resolve_about_the_home_page(site):
    explanation = get_resolver(site(path("", view, name="home"))).explain("/")
    assert explanation.winner is not None
    assert explanation.winner.name == "home"

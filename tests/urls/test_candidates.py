"""Each shortcut of a template writes what the long way writes."""

from collections import defaultdict
from uuid import UUID

import pytest

from enfilade.urls import NoReverseMatch, include, path, re_path, register_converter, reverse
from enfilade.urls.candidates import quote_path


def view(request, **kwargs): ...


class Hexadecimal:
    regex = "[0-9a-f]+"

    def to_python(self, value):
        return int(value, 16)

    def to_url(self, value):
        return f"{value:x}"


@pytest.fixture(scope="module", autouse=True)
def hexadecimal():
    register_converter(Hexadecimal, "hexadecimal")


def both_ways(urlconf, **kwargs):
    """The path by position and by name, which must be the same one."""
    by_name = reverse("x", urlconf, kwargs=kwargs)
    assert reverse("x", urlconf, args=list(kwargs.values())) == by_name
    return by_name


@pytest.mark.parametrize(
    ("route", "values", "url"),
    [
        ("<int:a>/<slug:b>/", {"a": 1, "b": "c-d"}, "/1/c-d/"),
        ("<uuid:a>/", {"a": UUID(int=1)}, "/00000000-0000-0000-0000-000000000001/"),
        ("<str:a>/", {"a": "ä b"}, "/%C3%A4%20b/"),
        ("<str:a>/", {"a": ("of", 1)}, "/('of',%201)/"),
        ("100%/%(a)s/<int:a>%%/", {"a": 1}, "/100%25/%25(a)s/1%25%25/"),
        ("ä/<int:a>/", {"a": 1}, "/%C3%A4/1/"),
        ("/evil.example/<int:a>/", {"a": 1}, "/%2Fevil.example/1/"),
        ("<path:a>", {"a": "/evil.example"}, "/%2Fevil.example"),
        ("<hexadecimal:a>/<int:b>/", {"a": 255, "b": 255}, "/ff/255/"),
    ],
)
def test_a_route_is_written_alike_by_position_and_by_name(site, route, values, url):
    assert both_ways(site(path(route, view, name="x")), **values) == url


@pytest.mark.parametrize("value", [-1, 1.5, True, "", "1\n", "٣", "%31", None])
def test_what_a_converter_would_not_read_is_not_written(site, value):
    urlconf = site(path("<int:a>/", view, name="x"))
    for arguments in ({"args": [value]}, {"kwargs": {"a": value}}):
        with pytest.raises(NoReverseMatch):
            reverse("x", urlconf, **arguments)


def test_a_back_reference_repeats_the_value(site):
    assert both_ways(site(re_path(r"^(?P<a>\d)/(?P=a)/$", view, name="x")), a=1) == "/1/1/"


def test_of_positional_values_for_one_shared_name_the_last_is_written(site):
    inner = include([path("<int:a>/", view, name="x")])
    assert reverse("x", site(path("<int:a>/", inner)), args=[1, 2]) == "/2/2/"


def test_a_mapping_that_makes_up_values_is_not_asked_for_any(site):
    made_up = defaultdict(int, b=1)
    with pytest.raises(NoReverseMatch):
        reverse("x", site(path("<int:a>/", view, name="x")), kwargs=made_up)
    assert made_up == {"b": 1}


def test_an_error_of_a_value_that_is_no_value_error_is_not_hidden(site):
    class Broken:
        def __str__(self):
            raise KeyError("a")

    with pytest.raises(KeyError):
        both_ways(site(path("<int:a>/", view, name="x")), a=Broken())


@pytest.mark.parametrize(
    ("path", "url"),
    [("/a-b_c.d~/", "/a-b_c.d~/"), ("/%/", "/%25/"), ("//a", "/%2Fa"), ("/١", "/%D9%A1")],
)
def test_a_path_is_quoted_where_it_must_be(path, url):
    assert quote_path(path) == url

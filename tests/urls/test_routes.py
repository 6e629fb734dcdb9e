import inspect

from enfilade.urls import get_resolver
from enfilade.urls.routes import methods, source


def listed(urlconf):
    return {route.index: route for route in get_resolver(urlconf).routes()}


def test_lists_every_route_in_order(bookshop):
    rows = listed(bookshop)
    assert list(rows) == list(range(len(rows)))
    assert (rows[0].route, rows[0].name) == ("", "home")
    assert (rows[7].route, rows[7].name) == ("<str:lang>/shelf/<slug:slug>/", "main:book")
    assert rows[7].view.endswith(".view")
    assert rows[4].is_async and not rows[3].is_async


def test_knows_the_methods_of_a_class_and_of_a_view_that_tells(bookshop):
    assert listed(bookshop)[2].methods == ("GET", "POST")
    assert listed(bookshop)[0].methods is None

    def view(request): ...

    view.allowed_methods = ["GET", "HEAD"]
    assert methods(view) == ("GET", "HEAD")


class Instance:
    def __call__(self, request): ...


def test_knows_where_a_view_is_written(bookshop):
    function = test_knows_where_a_view_is_written
    line = inspect.getsourcelines(function)[1]
    assert source(function) == f"{__file__}:{line}"
    assert source(Instance()).startswith(f"{__file__}:")
    assert "conftest.py:" in listed(bookshop)[2].source
    assert source(len) is None

import inspect

from enfilade.urls import get_resolver
from enfilade.urls.routes import methods, source


def listed(urlconf):
    return {route.number: route for route in get_resolver(urlconf).routes()}


def test_lists_every_route_in_order(bookshop):
    rows = listed(bookshop)
    assert list(rows) == list(range(1, len(rows) + 1))
    assert (rows[1].route, rows[1].name) == ("", "home")
    assert (rows[8].route, rows[8].name) == ("<str:lang>/shelf/<slug:slug>/", "main:book")
    assert rows[8].view.endswith(".view")
    assert rows[5].is_async and not rows[4].is_async


def test_knows_the_methods_of_a_class_and_of_a_view_that_tells(bookshop):
    assert listed(bookshop)[3].methods == ("GET", "POST")
    assert listed(bookshop)[1].methods is None

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
    assert "conftest.py:" in listed(bookshop)[3].source
    assert source(len) is None

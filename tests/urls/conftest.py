"""A small site to look paths and names up in."""

import pytest

from enfilade.urls import include, path, re_path


class Site:
    """A URLconf that is an object."""

    def __init__(self, *urlpatterns, **handlers):
        self.urlpatterns = list(urlpatterns)
        vars(self).update(handlers)


def view(request, **kwargs):
    return "a response"


async def async_view(request):
    return "a response"


class BookView:
    http_method_names = ["get", "post", "put"]

    def get(self, request):
        return "a response"

    def post(self, request):
        return "a response"

    @classmethod
    def as_view(cls):
        def handle(request):
            return cls().get(request)

        handle.view_class = cls
        return handle


@pytest.fixture
def site():
    return Site


@pytest.fixture
def bookshop():
    """Routes of every kind."""
    shelf = [
        path("", view, name="shelf"),
        path("<slug:slug>/", view, {"edition": 1}, name="book"),
        re_path(r"^(\d+)-(\d+)/$", view, name="range"),
    ]
    return Site(
        path("", view, name="home"),
        path("books/new/", view, name="new"),
        path("books/<int:pk>/", BookView.as_view(), name="book"),
        path("books/<int:pk>/<slug:chapter>/", view, name="chapter"),
        path("live/", async_view, name="live"),
        path("files/<path:where>", view, name="file"),
        path("<str:lang>/shelf/", include((shelf, "shelf"), namespace="main"), {"wide": True}),
        path("other/", include((shelf, "shelf"), namespace="other")),
        re_path(r"^archive/(?P<year>[0-9]{4})(?:/(?P<month>[0-9]+))?/$", view, name="archive"),
    )

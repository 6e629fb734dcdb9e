"""render, redirect, resolve_url, and objects or 404."""

from types import ModuleType

import django.shortcuts
import pytest
from sqlalchemy import create_engine, select
from sqlalchemy.exc import MultipleResultsFound
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

import enfilade.shortcuts
from enfilade.exceptions import DisallowedRedirect, Http404, ObjectDoesNotExist
from enfilade.http import HttpResponse
from enfilade.shortcuts import (
    aget_list_or_404,
    aget_object_or_404,
    get_list_or_404,
    get_object_or_404,
    redirect,
    render,
    resolve_url,
)
from enfilade.test import RequestFactory, override_settings
from enfilade.urls import NoReverseMatch, path, reverse_lazy


class Base(DeclarativeBase):
    pass


def poem(request, **kwargs):
    return HttpResponse("a poem")


@pytest.fixture(autouse=True)
def urlconf():
    module = ModuleType("shortcuts_urls")
    module.urlpatterns = [
        path("poems/<int:pk>/", poem, name="poem"),
        path("all/", poem, name="all"),
    ]
    with override_settings(ROOT_URLCONF=module):
        yield


class Poem:
    def get_absolute_url(self):
        return "/poems/7/"


@pytest.mark.parametrize(
    ("to", "args", "kwargs", "url"),
    [
        ("poem", (7,), {}, "/poems/7/"),
        ("poem", (), {"pk": 7}, "/poems/7/"),
        (Poem(), (), {}, "/poems/7/"),
        (reverse_lazy("all"), (), {}, "/all/"),
        ("/anywhere/", (), {}, "/anywhere/"),
        ("https://example.org/?a=1", (), {}, "https://example.org/?a=1"),
        ("./beside", (), {}, "./beside"),
        ("../above", (), {}, "../above"),
        ("page.html", (), {}, "page.html"),
    ],
)
def test_resolves_whatever_has_a_url(to, args, kwargs, url):
    assert resolve_url(to, *args, **kwargs) == url


@pytest.mark.parametrize("to", ["no-such-name", lambda request: None])
def test_does_not_take_a_lost_name_or_view_for_a_url(to):
    with pytest.raises(NoReverseMatch):
        resolve_url(to)


@pytest.mark.parametrize(
    ("permanent", "preserve_request", "status"),
    [(False, False, 302), (True, False, 301), (False, True, 307), (True, True, 308)],
)
def test_redirects_with_the_right_status(permanent, preserve_request, status):
    response = redirect("poem", pk=7, permanent=permanent, preserve_request=preserve_request)
    assert (response.status_code, response["Location"]) == (status, "/poems/7/")


def test_does_not_redirect_to_another_scheme():
    with pytest.raises(DisallowedRedirect):
        redirect("javascript:alert.x")


def test_renders_a_template_with_status_and_type(tmp_path):
    (tmp_path / "poem.html").write_text("{{ title }} at {{ request.path }}")
    with override_settings(TEMPLATES=[{"DIRS": [tmp_path]}]):
        request = RequestFactory().get("/x/")
        response = render(request, "poem.html", {"title": "Ode"}, "text/plain", 418)
    assert (response.content, response.status_code) == (b"Ode at /x/", 418)
    assert response["Content-Type"] == "text/plain"


def test_renders_the_first_template_there_is(tmp_path):
    (tmp_path / "second.html").write_text("second")
    with override_settings(TEMPLATES=[{"DIRS": [tmp_path]}]):
        assert render(None, ["first.html", "second.html"]).content == b"second"


# Objects, or 404


class Article(Base):
    __tablename__ = "article"

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str]


@pytest.fixture
def session():
    engine = create_engine("sqlite://")
    Base.metadata.create_all(engine)
    with Session(engine) as session:
        session.add_all([Article(id=1, title="ode"), Article(id=2, title="ode")])
        session.flush()
        yield session


def test_finds_an_object_of_a_session(session):
    assert get_object_or_404(session, Article, 1).title == "ode"
    with pytest.raises(Http404, match="No Article matches the given query"):
        get_object_or_404(session, Article, 7)


def test_takes_the_result_of_a_query(session):
    query = select(Article)
    assert get_object_or_404(session.scalars(query.where(Article.id == 2))).id == 2
    assert [each.id for each in get_list_or_404(session.scalars(query))] == [1, 2]
    nothing = query.where(Article.title == "elegy")
    for shortcut in (get_object_or_404, get_list_or_404):
        with pytest.raises(Http404):
            shortcut(session.scalars(nothing))


def test_several_objects_are_the_store_s_own_error(session):
    with pytest.raises(MultipleResultsFound):
        get_object_or_404(session.scalars(select(Article)))


@pytest.mark.parametrize("source", [Article, object(), 7])
def test_says_what_it_can_search(source):
    for shortcut in (get_object_or_404, get_list_or_404):
        with pytest.raises(ValueError, match="must have a method"):
            shortcut(source, id=1)


class Store:
    """A store of the site's own, in both modes."""

    def __init__(self, *rows):
        self.rows = rows

    def get(self, number):
        if number not in self.rows:
            raise ObjectDoesNotExist("none")
        return number

    async def aget(self, number):
        return self.get(number)

    def filter(self, above):
        return (row for row in self.rows if row > above)


class AsyncStore:
    def __init__(self, *rows):
        self.rows = rows

    async def get(self, number):
        return number if number in self.rows else None

    async def filter(self, above):
        for row in self.rows:
            if row > above:
                yield row


def test_a_store_may_say_that_there_is_nothing():
    assert get_object_or_404(Store(1), 1) == 1
    assert get_list_or_404(Store(1, 2, 3), above=1) == [2, 3]
    with pytest.raises(Http404):
        get_object_or_404(Store(1), 2)
    with pytest.raises(Http404):
        get_list_or_404(Store(1), above=1)
    assert get_object_or_404({"key": 0}, "key") == 0


@pytest.mark.parametrize("store", [Store, AsyncStore])
async def test_awaits_an_asynchronous_store(store):
    assert await aget_object_or_404(store(1), 1) == 1
    assert await aget_list_or_404(store(1, 2, 3), above=1) == [2, 3]
    with pytest.raises(Http404):
        await aget_object_or_404(store(1), 2)
    with pytest.raises(Http404):
        await aget_list_or_404(store(1), above=1)


def test_an_asynchronous_store_is_not_taken_for_an_object():
    with pytest.raises(TypeError, match="await aget_object_or_404"):
        get_object_or_404(AsyncStore(1), 1)


class DjangoModel:
    """The part of a Django model that its own shortcuts look at."""

    class DoesNotExist(Exception):
        pass

    class _meta:
        object_name = "DjangoModel"

    class _default_manager:
        @classmethod
        def all(cls):
            return cls

        @staticmethod
        def get(pk):
            if pk != 1:
                raise DjangoModel.DoesNotExist
            return "one"

        @staticmethod
        def filter(pk):
            return ["one"] if pk == 1 else []


DjangoModel._default_manager.model = DjangoModel


@pytest.mark.parametrize("pk", [1, 2])
@pytest.mark.parametrize("name", ["get_object_or_404", "get_list_or_404"])
def test_a_django_model_is_searched_as_there(name, pk):
    outcomes = []
    for shortcuts in (enfilade.shortcuts, django.shortcuts):
        try:
            outcomes.append(getattr(shortcuts, name)(DjangoModel, pk=pk))
        except Exception as exc:
            outcomes.append((type(exc).__name__, str(exc)))
    assert outcomes[0] == outcomes[1]

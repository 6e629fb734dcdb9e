import asyncio
import threading

import pytest

from enfilade.urls import (
    NoReverseMatch,
    clear_script_prefix,
    get_script_prefix,
    get_urlconf,
    is_valid_path,
    path,
    resolve,
    reverse,
    reverse_lazy,
    set_script_prefix,
    set_urlconf,
)


def view(request, **kwargs): ...


@pytest.fixture
def active(bookshop):
    """The book shop as the URLconf of this context."""
    set_urlconf(bookshop)
    yield bookshop
    set_urlconf(None)


@pytest.fixture
def mounted():
    set_script_prefix("/my site")
    yield
    clear_script_prefix()


def test_the_active_urlconf_is_the_default(active, site):
    assert get_urlconf() is active
    assert resolve("/live/").url_name == "live"
    assert reverse("live") == "/live/"
    assert reverse("x", site(path("x/", view, name="x"))) == "/x/"


def test_without_an_active_urlconf_the_default_is_given():
    assert get_urlconf("a default") == "a default"


def test_threads_and_tasks_have_their_own_urlconf(active):
    seen = []
    thread = threading.Thread(target=lambda: seen.append(get_urlconf()))
    thread.start()
    thread.join()
    assert seen == [None]

    async def other_task():
        set_urlconf("another")
        return get_urlconf()

    assert asyncio.run(other_task()) == "another"
    assert get_urlconf() is active


def test_the_script_prefix_stands_before_every_path(active, mounted):
    assert get_script_prefix() == "/my site/"
    assert reverse("live") == "/my%20site/live/"
    assert reverse("book", args=[1]) == "/my%20site/books/1/"
    clear_script_prefix()
    assert reverse("live") == "/live/"


def test_a_valid_path_gives_its_match_another_false(active):
    assert is_valid_path("/live/").url_name == "live"
    assert is_valid_path("/dead/") is False


class Query:
    def urlencode(self):
        return "as=it&pleases"


@pytest.mark.parametrize(
    ("extra", "url"),
    [
        ({"query": {"a": [1, 2], "b": "x y"}}, "/live/?a=1&a=2&b=x+y"),
        ({"query": [("a", 1)], "fragment": "top"}, "/live/?a=1#top"),
        ({"query": {}}, "/live/"),
        ({"query": Query()}, "/live/?as=it&pleases"),
        ({"fragment": "top"}, "/live/#top"),
    ],
)
def test_adds_query_and_fragment(active, extra, url):
    assert reverse("live", **extra) == url


def test_a_lazy_url_waits_for_its_urlconf(bookshop):
    url = reverse_lazy("book", args=[3])
    try:
        set_urlconf(bookshop)
        assert str(url) == "/books/3/"
    finally:
        set_urlconf(None)


def test_a_lazy_url_behaves_like_text(active):
    url = reverse_lazy("book", kwargs={"pk": 3})
    assert url == "/books/3/" == url
    assert url == reverse_lazy("book", args=[3])
    assert hash(url) == hash("/books/3/")
    assert f"{url}?x" == url + "?x" == "/books/3/?x"
    assert "http://x" + url == "http://x/books/3/"
    assert url.startswith("/books") and "3" in url and url[1] == "b" and len(url) == 9
    assert resolve(url).kwargs == {"pk": 3}
    assert url % {"unused": 1} == "/books/3/"
    with pytest.raises(NoReverseMatch):
        str(reverse_lazy("nothing"))

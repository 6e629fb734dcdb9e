import pickle
import sys
from types import ModuleType

import pytest

from enfilade.conf import settings
from enfilade.exceptions import ImproperlyConfigured, ViewDoesNotExist
from enfilade.urls import (
    Resolver404,
    clear_url_caches,
    get_resolver,
    include,
    path,
    re_path,
    resolve,
)


def view(request, **kwargs): ...


def test_a_match_knows_its_view_arguments_and_names(bookshop):
    match = resolve("/en/shelf/emma/", bookshop)
    assert match.kwargs == {"lang": "en", "wide": True, "slug": "emma", "edition": 1}
    assert match.args == ()
    assert match.captured_kwargs == {"slug": "emma"}
    assert match.extra_kwargs == {"wide": True, "edition": 1}
    assert (match.url_name, match.view_name) == ("book", "main:book")
    assert (match.namespace, match.namespaces) == ("main", ["main"])
    assert (match.app_name, match.app_names) == ("shelf", ["shelf"])
    assert match.route == "<str:lang>/shelf/<slug:slug>/"
    assert not match.is_async
    assert resolve("/live/", bookshop).is_async


def test_a_match_unpacks_like_a_triple(bookshop):
    match = resolve("/books/3/", bookshop)
    func, args, kwargs = match
    assert (func, args, kwargs) == (match[0], match[1], match[2]) == tuple(match[:3])
    assert kwargs == {"pk": 3}


def test_each_match_has_its_own_arguments(bookshop):
    first = resolve("/books/3/", bookshop)
    first.kwargs["pk"] = 4
    assert first.captured_kwargs == {"pk": 3}
    assert resolve("/books/3/", bookshop).kwargs == {"pk": 3}
    resolve("/", bookshop).kwargs["x"] = 1
    assert resolve("/", bookshop).kwargs == {}


def test_without_a_name_the_view_is_the_name(site):
    match = resolve("/a/", site(path("a/", view)))
    assert (match.url_name, match.view_name) == (None, f"{__name__}.view")


def test_a_match_cannot_be_pickled(bookshop):
    with pytest.raises(pickle.PicklingError, match="cannot be pickled"):
        pickle.dumps(resolve("/", bookshop))


def test_a_match_shows_what_it_is(bookshop):
    text = repr(resolve("/books/3/emma/", bookshop))
    assert text.startswith("ResolverMatch(func=")
    assert "route='books/<int:pk>/<slug:chapter>/'" in text


def test_a_miss_tells_the_path_and_what_was_tried(bookshop):
    with pytest.raises(Resolver404) as caught:
        resolve("/other/no/way/", bookshop)
    told = caught.value.args[0]
    assert told["path"] == "other/no/way/"
    assert caught.value.path == "/other/no/way/"
    assert caught.value.tried == told["tried"] == told.get("tried")
    routes = ["/".join(str(pattern.pattern) for pattern in step) for step in caught.value.tried]
    assert routes[:3] == ["", "books/new/", "books/<int:pk>/"]
    assert "other//<slug:slug>/" in routes
    assert sorted(told) == ["path", "tried"]
    assert caught.value.status == 404
    assert "/other/no/way/" in str(caught.value)


def test_a_match_tells_what_was_tried_before_it(bookshop):
    tried = resolve("/books/new/", bookshop).tried
    assert [str(step[-1].pattern) for step in tried] == ["", "books/new/"]


def test_there_must_be_a_root_urlconf():
    with pytest.raises(ImproperlyConfigured, match="ROOT_URLCONF is not set"):
        get_resolver("")


def test_the_settings_name_the_root_urlconf(site, monkeypatch):
    urlconf = site(path("only/", view))
    monkeypatch.setitem(vars(settings), "ROOT_URLCONF", urlconf)
    assert get_resolver() is get_resolver(urlconf)


def module(monkeypatch, **contents):
    made = ModuleType("test_root_urls")
    vars(made).update(contents)
    monkeypatch.setitem(sys.modules, made.__name__, made)
    clear_url_caches()
    return made.__name__


@pytest.mark.parametrize("contents", [{}, {"urlpatterns": None}, {"urlpatterns": "a/"}])
def test_a_urlconf_without_a_list_of_patterns_is_named(monkeypatch, contents):
    with pytest.raises(ImproperlyConfigured, match="'test_root_urls' has no list") as caught:
        get_resolver(module(monkeypatch, **contents)).compile()
    assert "urlpatterns" in caught.value.hint


def test_a_site_without_routes_resolves_nothing(site):
    with pytest.raises(Resolver404) as caught:
        resolve("/", site())
    assert caught.value.tried == []
    assert caught.value.explain().candidates == ()


def test_an_include_may_be_empty(site):
    with pytest.raises(Resolver404):
        resolve("/a/", site(path("a/", include([]))))


@pytest.mark.parametrize(
    ("entry", "hint"), [("a/", "path()"), ((r"^a/$", view), "include"), ([], "*")]
)
def test_an_entry_that_is_no_pattern_is_named(site, entry, hint):
    with pytest.raises(ImproperlyConfigured, match="no URL pattern") as caught:
        get_resolver(site(path("", view), entry)).compile()
    assert repr(entry) in str(caught.value)
    assert hint in caught.value.hint


def test_a_urlconf_that_is_missing_is_named():
    with pytest.raises(ImproperlyConfigured, match=r"'enfilade\.nowhere' cannot be imported"):
        get_resolver("enfilade.nowhere")


def test_a_list_cannot_be_the_root():
    with pytest.raises(ImproperlyConfigured, match="cannot be hashed"):
        get_resolver([path("", view)])


def test_a_urlconf_that_includes_itself_is_refused(site):
    urlconf = site(path("", view))
    urlconf.urlpatterns.append(path("deeper/", include(urlconf)))
    with pytest.raises(ImproperlyConfigured, match="includes itself at 'deeper/'"):
        get_resolver(urlconf).compile()


def test_changes_are_seen_after_the_caches_are_cleared(site):
    urlconf = site(path("a/", view))
    resolve("/a/", urlconf)
    urlconf.urlpatterns.append(path("b/", view))
    clear_url_caches()
    assert resolve("/b/", urlconf).route == "b/"


def test_finds_error_handlers_by_value_and_by_name(site):
    resolver = get_resolver(site(path("", view), handler404=view, handler500=f"{__name__}.view"))
    sys.modules.setdefault(__name__, sys.modules[view.__module__])
    assert resolver.error_handler(404) is view
    assert resolver.error_handler(500) is view
    assert resolver.error_handler(403) is None


@pytest.mark.parametrize("handler", ["view", "enfilade.nowhere.view", "enfilade.urls.nothing", 3])
def test_an_error_handler_that_cannot_be_had_is_named(site, handler):
    resolver = get_resolver(site(path("", view), handler400=handler))
    with pytest.raises(ViewDoesNotExist, match="handler400"):
        resolver.error_handler(400)


def test_shows_what_it_is(site):
    resolver = path("a/", include(([path("", view)], "app"), namespace="one"))
    assert repr(resolver) == "<URLResolver 'a/' at 'a/' (a list) (app:one)>"
    assert "Site" in repr(get_resolver(site(re_path("^$", view))))

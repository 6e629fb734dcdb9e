"""URLs in several languages, and the editions of a URLconf."""

from pathlib import Path
from typing import Any

import pytest

from enfilade.exceptions import ImproperlyConfigured
from enfilade.test import override_settings
from enfilade.translation import activate, deactivate, gettext_lazy, override
from enfilade.urls import (
    LocalePrefixPattern,
    Resolver404,
    get_resolver,
    i18n_patterns,
    include,
    path,
    re_path,
    resolve,
    reverse,
    translate_url,
)
from enfilade.urls.i18n import is_language_prefix_patterns_used
from enfilade.urls.resolvers import compile_urlconf
from written import write_compiled

GERMAN = r"""
msgid "about/"
msgstr "ueber/"

msgid "shop/"
msgstr "laden/"

msgid "^old-(?P<n>\\d+)/$"
msgstr "^alt-(?P<n>\\d+)/$"
"""


def view(request: Any, **kwargs: Any) -> None: ...


@pytest.fixture(autouse=True)
def german(tmp_path: Path):
    write_compiled(tmp_path, "de", GERMAN)
    deactivate()
    with override_settings(LOCALE_PATHS=[tmp_path], LANGUAGE_CODE="en"):
        yield
    deactivate()


def conf(*patterns: Any) -> Any:
    return type("conf", (), {"urlpatterns": list(patterns)})


@pytest.fixture
def site(german: None):
    shop = [path("<int:n>/", view, name="item"), path("", view, name="shop")]
    urlconf = conf(
        path(gettext_lazy("about/"), view, name="about"),
        re_path(gettext_lazy(r"^old-(?P<n>\d+)/$"), view, name="old"),
        path(gettext_lazy("shop/"), include((shop, "shop"), "shop")),
        path("plain/", view, name="plain"),
        *i18n_patterns(path("", view, name="home"), path("p/<int:n>/", view, name="page")),
    )
    with override_settings(ROOT_URLCONF=urlconf):
        yield urlconf


def test_a_path_leads_where_it_does_in_the_active_language(site: Any) -> None:
    for language, paths in (
        ("en", ["/about/", "/old-3/", "/shop/7/", "/en/p/1/", "/plain/"]),
        ("de", ["/ueber/", "/alt-3/", "/laden/7/", "/de/p/1/", "/plain/"]),
    ):
        with override(language):
            names = [resolve(each).view_name for each in paths]
        assert names == ["about", "old", "shop:item", "page", "plain"]


def test_a_path_of_another_language_leads_nowhere(site: Any) -> None:
    for language, there in (("en", "/ueber/"), ("de", "/about/"), ("de", "/en/p/1/")):
        with override(language), pytest.raises(Resolver404):
            resolve(there)


def test_a_name_has_a_path_in_each_language(site: Any) -> None:
    for language, paths in (
        ("en", ["/about/", "/old-3/", "/shop/7/", "/en/"]),
        ("de", ["/ueber/", "/alt-3/", "/laden/7/", "/de/"]),
        ("de-at", ["/ueber/", "/alt-3/", "/laden/7/", "/de-at/"]),
        (None, ["/about/", "/old-3/", "/shop/7/", "/en/"]),
    ):
        with override(language):
            assert paths == [
                reverse("about"),
                reverse("old", kwargs={"n": 3}),
                reverse("shop:item", args=[7]),
                reverse("home"),
            ]


def test_the_default_language_may_go_without_a_prefix() -> None:
    urlconf = conf(*i18n_patterns(path("p/", view, name="p"), prefix_default_language=False))
    with override_settings(ROOT_URLCONF=urlconf):
        assert reverse("p") == "/p/"
        with override("de"):
            assert reverse("p") == "/de/p/"
    assert is_language_prefix_patterns_used(urlconf) == (True, False)


def test_without_translation_there_is_no_prefix() -> None:
    urlconf = conf(*i18n_patterns(path("p/", view, name="p")))
    with override_settings(USE_I18N=False, ROOT_URLCONF=urlconf):
        assert is_language_prefix_patterns_used(urlconf) == (False, False)
        assert reverse("p") == "/p/"
    assert is_language_prefix_patterns_used(urlconf) == (True, True)


def test_an_included_urlconf_has_no_prefix() -> None:
    with pytest.raises(ImproperlyConfigured, match="stands in an included URLconf"):
        include(i18n_patterns(path("", view)))


@pytest.mark.parametrize("language", ["<int:x>", "a/b", "x" * 600, "%2e"])
def test_what_is_no_language_is_no_prefix(site: Any, language: str) -> None:
    activate(language)
    assert reverse("home") == "/en/"


@pytest.mark.parametrize(
    ("url", "translated"),
    [
        ("/about/?a=b#c", "/ueber/?a=b#c"),
        ("https://testserver/shop/7/", "https://testserver/laden/7/"),
        ("/plain/", "/plain/"),
        ("/nowhere/", "/nowhere/"),
        ("/ueber/", "/ueber/"),
        ("", ""),
    ],
)
def test_a_page_is_found_in_another_language(site: Any, url: str, translated: str) -> None:
    assert translate_url(url, "de") == translated


def test_a_page_without_a_name_stays_where_it_is() -> None:
    with override_settings(ROOT_URLCONF=conf(path("x/", view), path("y/", view, name="None"))):
        assert translate_url("/x/", "de") == "/x/"


def test_a_urlconf_without_translated_routes_is_compiled_once() -> None:
    with override_settings(ROOT_URLCONF=conf(path("a/", view), path("b/", include([])))):
        resolver = get_resolver()
        with override("de"):
            assert get_resolver() is resolver


def test_editions_are_made_once_and_not_without_end(site: Any) -> None:
    with override("de"):
        edition = get_resolver()
        assert get_resolver() is edition
        assert get_resolver().reverser is edition.reverser
    for number in range(300):
        with override(f"de-x{number}"):
            get_resolver()
    from enfilade.urls.resolvers import root_resolver

    made = root_resolver(site).editions
    assert made is not None
    assert made.cache_info().currsize <= 100  # type: ignore[attr-defined]


def test_a_route_that_is_wrong_in_one_language_is_told_at_start(tmp_path: Path) -> None:
    write_compiled(tmp_path, "de", 'msgid "a/<int:n>/"\nmsgstr "a/<integer:n>/"\n')
    urlconf = conf(path(gettext_lazy("a/<int:n>/"), view))
    with override_settings(ROOT_URLCONF=urlconf, LOCALE_PATHS=[tmp_path]):
        get_resolver().compile()
        with pytest.raises(ImproperlyConfigured, match="unknown converter 'integer'"):
            compile_urlconf()


def test_an_include_within_itself_is_told() -> None:
    urlconf = conf(path(gettext_lazy("about/"), view))
    urlconf.urlpatterns.append(path("a/", include(urlconf)))
    urlconf.urlpatterns[1].url_patterns = tuple(urlconf.urlpatterns)
    with (
        override_settings(ROOT_URLCONF=urlconf),
        pytest.raises(ImproperlyConfigured, match="includes itself"),
    ):
        resolve("/about/")


def test_a_pattern_reads_as_it_does_in_the_active_language(site: Any) -> None:
    about = site.urlpatterns[0].pattern
    with override("de"):
        assert (str(about), about.route, about.match("ueber/")) == (
            "ueber/",
            "ueber/",
            ("", (), {}),
        )
    assert str(LocalePrefixPattern()) == "en/"
    assert resolve("/about/").route == "about/"


def test_the_routes_are_listed_in_the_active_language(site: Any) -> None:
    with override("de"):
        routes = [each.route for each in get_resolver().routes()]
    assert routes[0] == "ueber/"
    assert "de/p/<int:n>/" in routes

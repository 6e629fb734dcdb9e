"""Under which key a page is kept."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enfilade.cache import cache, caches
from enfilade.http import HttpResponse
from enfilade.middleware.cache_keys import get_cache_key, learn_cache_key
from enfilade.test import RequestFactory, override_settings

factory = RequestFactory()


@pytest.fixture(autouse=True)
def empty():
    cache.clear()
    yield
    cache.clear()


def page(vary=None):
    return HttpResponse("page", headers={"Vary": vary} if vary else {})


def test_what_was_never_seen_has_no_key():
    assert get_cache_key(factory.get("/")) is None


@pytest.mark.parametrize("vary", [None, "Cookie", "Accept, Cookie", ", Cookie,,"])
def test_what_is_learnt_is_found_again(vary):
    request = factory.get("/?page=2", headers={"Cookie": "id=a", "Accept": "text/plain"})
    key = learn_cache_key(request, page(vary))
    assert get_cache_key(request) == key
    assert key.startswith("views.decorators.cache.cache_page..GET.")
    assert len(key) < 200


def test_the_method_the_prefix_and_the_cache_count():
    request = factory.get("/")
    key = learn_cache_key(request, page(), key_prefix="a")
    assert ".a.GET." in key
    assert get_cache_key(request) is None
    assert ".a.HEAD." in get_cache_key(request, "a", "HEAD")
    with override_settings(
        CACHES={"default": {"BACKEND": "enfilade.cache.backends.locmem.LocMemCache",
                            "LOCATION": "another"}},
        CACHE_MIDDLEWARE_KEY_PREFIX="b",
    ):  # fmt: skip
        assert get_cache_key(request, "a") is None
        assert ".b.GET." in learn_cache_key(request, page())
        caches["default"].clear()


@pytest.mark.parametrize(
    "other",
    [
        factory.get("/other/"),
        factory.get("/?q=1"),
        factory.get("/", secure=True),
        factory.get("/", headers={"Host": "localhost"}),
    ],
    ids=["path", "query", "scheme", "host"],
)
def test_another_address_has_another_key(other):
    assert learn_cache_key(factory.get("/"), page()) != learn_cache_key(other, page())


def test_a_field_that_is_missing_is_not_an_empty_one():
    missing, empty = factory.get("/"), factory.get("/", headers={"X-Mood": ""})
    learn_cache_key(missing, page("X-Mood"))
    assert get_cache_key(missing) != get_cache_key(empty)


values = st.tuples(*[st.none() | st.text(alphabet="1:,-a", max_size=4)] * 3)


@given(values, values)
def test_no_two_requests_with_other_fields_share_a_key(one, other):
    keys = [
        learn_cache_key(
            factory.get("/", headers={f"X-{n}": v for n, v in enumerate(each) if v is not None}),
            page("X-0, X-1, X-2"),
        )
        for each in (one, other)
    ]
    assert (keys[0] == keys[1]) == (one == other)


def test_fields_that_cgi_calls_otherwise_are_found():
    text, json = (
        factory.generic("GET", "/", content_type=kind) for kind in ("text/plain", "text/json")
    )
    text.META["CONTENT_TYPE"], json.META["CONTENT_TYPE"] = "text/plain", "application/json"
    learn_cache_key(text, page("Content-Type"))
    assert get_cache_key(text) != get_cache_key(json)


def test_a_page_in_another_language_has_another_key():
    german, french = factory.get("/"), factory.get("/")
    german.LANGUAGE_CODE, french.LANGUAGE_CODE = "de", "fr"
    assert learn_cache_key(german, page()) != learn_cache_key(french, page())


def test_of_a_language_that_was_found_it_does_not_count_how():
    one, other = (
        factory.get("/", headers={"Accept-Language": asked}) for asked in ("de", "de-AT, de;q=0.5")
    )
    assert learn_cache_key(one, page("Accept-Language")) != get_cache_key(other)
    for request in (one, other):
        request.LANGUAGE_CODE = "de"
    assert learn_cache_key(one, page("Accept-Language")) == get_cache_key(other)

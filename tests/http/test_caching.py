"""Cache-Control, Expires and Vary, compared with what Django's functions write."""

import time

import django.http
import django.utils.cache
import pytest
from hypothesis import given
from hypothesis import strategies as st

import enfilade.http.caching
from enfilade.http import HttpResponse
from enfilade.test import override_settings

SIDES = [(enfilade.http.caching, HttpResponse), (django.utils.cache, django.http.HttpResponse)]
NAMES = [
    "private",
    "public",
    "max_age",
    "s_maxage",
    "no_cache",
    "must_revalidate",
    "stale-if-error",
]
FIELDS = ["Accept", "cookie", "Cookie", "Accept-Language", "*", "accept"]

spaces = st.sampled_from(["", " ", "  "])
present_directives = st.lists(
    st.sampled_from(
        ["private", "Public", "max-age=20", "Max-Age=90", "no-store", "no-cache", "x=y=z"]
    ),
    max_size=4,
)
new_directives = st.dictionaries(
    st.sampled_from(NAMES), st.one_of(st.just(True), st.integers(0, 100)), max_size=4
)
field_names = st.lists(st.sampled_from(FIELDS), max_size=4)


def written(ask, **headers):
    """The outcome on both sides, and what the header fields are then."""
    outcomes = []
    for functions, response_class in SIDES:
        response = response_class(headers=headers)
        try:
            value = ask(functions, response)
        except Exception as exc:
            value = type(exc).__name__
        outcomes.append((value, sorted(response.items())))
    ours, theirs = outcomes
    assert ours == theirs
    return ours


@given(present_directives, spaces, new_directives)
def test_patches_cache_control_as_django_does(present, space, directives):
    # Django keeps the fields of no-cache in a set, so their order is anybody's guess.
    if "no_cache" in directives and "no-cache" not in present:
        directives["no_cache"] = True
    field = f"{space},{space}".join(present)
    headers = {"Cache-Control": field} if present else {}
    written(
        lambda functions, response: functions.patch_cache_control(response, **directives), **headers
    )


def test_the_fields_of_no_cache_add_up():
    response = HttpResponse(headers={"Cache-Control": "no-cache=Set-Cookie"})
    enfilade.http.caching.patch_cache_control(response, no_cache="Link")
    assert response["Cache-Control"] == "no-cache=Set-Cookie, no-cache=Link"


def patched(patch, **headers):
    response = HttpResponse(headers=headers)
    patch(response)
    return response


@pytest.mark.parametrize(
    ("field", "directives", "then"),
    [
        ('no-cache="Set-Cookie, Link"', {"no_cache": True}, "no-cache"),
        ('private="A, B", max-age=3', {"public": True}, "max-age=3, public"),
        ('x="a\\", b", y', {"z": 1}, 'x="a\\", b", y, z=1'),
        ('x="a, b', {"z": 1}, 'x="a, b, z=1'),
    ],
)
def test_a_comma_in_a_quoted_string_separates_nothing(field, directives, then):
    response = patched(
        lambda r: enfilade.http.caching.patch_cache_control(r, **directives),
        **{"Cache-Control": field},
    )
    assert response["Cache-Control"] == then


@pytest.mark.parametrize("field", ["", ",", "private,", " , private"])
def test_empty_elements_go(field):
    response = patched(
        lambda r: enfilade.http.caching.patch_cache_control(r, no_store=True),
        **{"Cache-Control": field},
    )
    kept = "private, " if "private" in field else ""
    assert response["Cache-Control"] == f"{kept}no-store"


@pytest.mark.parametrize(
    ("field", "then"), [("", "Cookie"), (" ", "Cookie"), (",A,,", "A, Cookie"), ("*,", "*")]
)
def test_a_vary_without_names_is_none(field, then):
    response = patched(
        lambda r: enfilade.http.caching.patch_vary_headers(r, ["Cookie"]), Vary=field
    )
    assert response["Vary"] == then
    assert not enfilade.http.caching.has_vary_header(HttpResponse(headers={"Vary": field}), "")


@pytest.mark.parametrize("field", ["max-age", "max-age=", "max-age=x", "private, max-age"])
def test_a_max_age_without_a_number_is_none(field):
    response = HttpResponse(headers={"Cache-Control": field})
    assert enfilade.http.caching.get_max_age(response) is None
    with pytest.raises(ValueError, match="max-age that is no number"):
        enfilade.http.caching.patch_cache_control(response, max_age=60)


def test_times_to_keep_are_whole_seconds():
    response = patched(lambda r: enfilade.http.caching.patch_response_headers(r, 1.5))
    assert response["Cache-Control"] == "max-age=1"


@pytest.mark.parametrize("field", ["", "max-age=x", "max-age=7, private", "private"])
def test_reads_max_age_as_django_does(field):
    written(lambda functions, response: functions.get_max_age(response), **{"Cache-Control": field})


@given(field_names, field_names, spaces)
def test_patches_vary_as_django_does(present, new, space):
    headers = {"Vary": f"{space},{space}".join(present)} if present else {}
    written(lambda functions, response: functions.patch_vary_headers(response, new), **headers)


@given(field_names, st.sampled_from(FIELDS), spaces)
def test_finds_a_field_in_vary_as_django_does(present, name, space):
    headers = {"Vary": space + f"{space},{space}".join(present) + space} if present else {}
    written(lambda functions, response: functions.has_vary_header(response, name), **headers)


@pytest.mark.parametrize("timeout", [-5, 0, 1, 3600, None])
@pytest.mark.parametrize("headers", [{}, {"Expires": "0"}, {"Cache-Control": "max-age=60, public"}])
def test_lets_a_response_be_kept_as_django_does(timeout, headers, monkeypatch):
    monkeypatch.setattr(time, "time", lambda: 1_000_000_000.5)
    written(
        lambda functions, response: functions.patch_response_headers(response, timeout), **headers
    )


@pytest.mark.parametrize(
    "headers", [{}, {"Cache-Control": "public"}, {"Cache-Control": "max-age=1"}]
)
def test_forbids_keeping_as_django_does(headers, monkeypatch):
    monkeypatch.setattr(time, "time", lambda: 1_000_000_000.5)
    written(lambda functions, response: functions.add_never_cache_headers(response), **headers)


def test_the_time_to_keep_is_a_setting():
    with override_settings(CACHE_MIDDLEWARE_SECONDS=42):
        response = HttpResponse()
        enfilade.http.caching.patch_response_headers(response)
    assert response["Cache-Control"] == "max-age=42"

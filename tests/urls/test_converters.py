import uuid

import pytest

from enfilade.exceptions import ImproperlyConfigured
from enfilade.urls import (
    NoReverseMatch,
    Resolver404,
    get_converters,
    path,
    register_converter,
    resolve,
    reverse,
)


def view(request, **kwargs): ...


class HexConverter:
    regex = "[0-9a-f]+"

    def to_python(self, value):
        if value == "dead":
            raise ValueError("dead numbers do not resolve")
        if value == "bad":
            raise ZeroDivisionError
        return int(value, 16)

    def to_url(self, value):
        if value < 0:
            raise ValueError("no negative numbers")
        return f"{value:x}"


@pytest.fixture(autouse=True)
def hexadecimal():
    register_converter(HexConverter, "test-hex")


ID = "0c2a4b1e-7d6e-4b8f-9a51-3f6f0c9d2e77"


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("int", "0042", 42),
        ("str", "a b.c", "a b.c"),
        ("slug", "a-b_9", "a-b_9"),
        ("uuid", ID, uuid.UUID(ID)),
        ("path", "a/b//c/", "a/b//c/"),
        ("test-hex", "ff", 255),
    ],
)
def test_converts_what_it_accepts(site, kind, text, value):
    urlconf = site(path(f"x/<{kind}:value>", view, name="x"))
    assert resolve(f"/x/{text}", urlconf).kwargs == {"value": value}


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("int", "-1"),
        ("int", "١"),
        ("int", "1\n"),
        ("str", ""),
        ("str", "a/b"),
        ("slug", "ä"),
        ("uuid", ID.upper()),
        ("path", ""),
        ("test-hex", "fg"),
    ],
)
def test_does_not_match_what_it_refuses(site, kind, text):
    with pytest.raises(Resolver404):
        resolve(f"/x/{text}", site(path(f"x/<{kind}:value>", view)))


def test_a_value_error_means_no_match_and_the_next_route_is_asked(site):
    urlconf = site(path("<test-hex:n>/", view, name="hex"), path("<str:s>/", view, name="str"))
    assert resolve("/beef/", urlconf).url_name == "hex"
    assert resolve("/dead/", urlconf).url_name == "str"


def test_other_errors_of_a_converter_pass_through(site):
    with pytest.raises(ZeroDivisionError):
        resolve("/bad/", site(path("<test-hex:n>/", view)))


def test_a_number_too_long_for_python_does_not_match(site):
    with pytest.raises(Resolver404):
        resolve(f"/{'9' * 5000}/", site(path("<int:n>/", view)))


def test_a_value_error_in_to_url_means_no_candidate(site):
    urlconf = site(path("<test-hex:n>/", view, name="x"))
    assert reverse("x", urlconf, args=[255]) == "/ff/"
    with pytest.raises(NoReverseMatch):
        reverse("x", urlconf, args=[-1])


def test_a_name_that_is_taken_is_refused():
    class Other(HexConverter):
        pass

    for name in ("int", "test-hex"):
        with pytest.raises(ImproperlyConfigured, match=f"{name!r} is already taken"):
            register_converter(Other, name)
    assert type(get_converters()["test-hex"]) is HexConverter


def test_a_class_that_is_no_converter_is_refused():
    class Half:
        regex = "x"

    with pytest.raises(ImproperlyConfigured, match="lacks to_python and to_url"):
        register_converter(Half, "half")


@pytest.mark.parametrize("regex", ["(", "(?i)x"])
def test_an_invalid_regex_is_refused(regex):
    broken = type("Broken", (HexConverter,), {"regex": regex})
    with pytest.raises(ImproperlyConfigured, match="is invalid"):
        register_converter(broken, "broken")

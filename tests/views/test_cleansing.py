"""What is hidden on a page about an error."""

import json
import string
from collections import deque
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enfilade.http import HttpHeaders, QueryDict
from enfilade.secrecy import HIDDEN, is_secret
from enfilade.test import override_settings
from enfilade.views.cleansing import LONGEST, cleanse, safe_settings, shown

SECRET_NAMES = [
    "password", "PASSWD", "api_key", "API_TOKEN", "Authorization", "SECRET_KEY", "csrftoken",
    "signature", "HTTP_COOKIE", "Cookie", "sessionid", "PHPSESSID", b"cookie",
]  # fmt: skip


@pytest.mark.parametrize("name", SECRET_NAMES)
def test_hides_what_is_called_like_a_secret(name):
    assert is_secret(name)
    assert shown(name, "s3cret") == HIDDEN


@pytest.mark.parametrize("name", ["user", "author", "cookies_accepted", "page", 7, None])
def test_shows_the_rest(name):
    assert shown(name, "plain") == "'plain'"


@dataclass
class Account:
    owner: str
    api_key: str


@pytest.mark.parametrize(
    "value",
    [
        {"user": {"password": "s3cret"}},
        [{"token": "s3cret"}],
        ({"deep": [{"er": {"secret": "s3cret"}}]},),
        Account("Ada", "s3cret"),
        [Account("Ada", 's3cret with "quotes"')],
        QueryDict("password=s3cret&page=2"),
        HttpHeaders({"HTTP_AUTHORIZATION": "s3cret", "HTTP_COOKIE": "id=s3cret"}),
        [(b"authorization", b"s3cret"), (b"cookie", b"id=s3cret")],
        "/reset/?page=2&token=s3cret#top",
        "token=s3cret&page=2",
        "postgres://ada:s3cret@db.example/site",
        {"CACHE": ["redis://:s3cret@localhost:6379/0"]},
        Account("Ada", ["s3cret"]),
        [Account("Ada", b"s3cret"), {"er": ({"secret": "s3cret"},)}],
        "host=db user=ada password=s3cret",
        {"password": "s3cret"}.items(),
        deque([("password", "s3cret")]),
        [["password", "s3cret"]],
        json.dumps({"form": json.dumps({"password": "s3cret"})}),
        b'--x\r\nContent-Disposition: form-data; name="password"\r\n\r\ns3cret\r\n--x--',
        "Authorization: Bearer s3cret-s3cret-s3cret",
        "https://example.org/callback#access_token=s3cret",
        {"sid": "s3cret", "db_pwd": "s3cret", "CSRF_COOKIE": "s3cret"},
    ],
)
def test_hides_secrets_inside_of_other_values(value):
    text = shown("value", value)
    assert "s3cret" not in text
    assert HIDDEN in text


@given(
    st.recursive(
        st.just("s3cret"),
        lambda inner: st.one_of(
            st.lists(inner, max_size=3),
            st.dictionaries(st.sampled_from(["a", "b"]), inner, max_size=3),
        ),
        max_leaves=5,
    )
)
def test_a_secret_is_hidden_whatever_it_is_made_of(value):
    assert cleanse("password", value) == HIDDEN


@given(st.dictionaries(st.text(string.ascii_lowercase), st.integers() | st.text("xyz")))
def test_leaves_values_without_secrets_as_they_are(value):
    public = {name: each for name, each in value.items() if not is_secret(name)}
    assert cleanse("value", public) == public


def test_never_raises():
    class Broken:
        def __repr__(self):
            raise RuntimeError("no")

        def __len__(self):
            raise RuntimeError("no")

    assert "Broken" in shown("value", Broken())
    assert "Broken" in shown("value", [Broken()])


def test_survives_a_mapping_that_cannot_be_read():
    class Lazy(dict):
        def items(self):
            raise RuntimeError("the database is down")

    assert shown("value", Lazy()) == "<Lazy: its repr() raised RuntimeError>"


def test_survives_a_value_that_contains_itself():
    value = {}
    value["self"] = [value]
    assert "self" in shown("value", value)


def test_numbers_are_secrets_too():
    assert "1234" not in shown("value", [Account("Ada", 1234), b'{"pin_token": 1234}'])


@pytest.mark.parametrize(
    "text", ["'x', primary_key=True", "a == b, key == 3", "Token(type='x')", "['a_key', 'b', 'c']"]
)
def test_what_only_looks_like_a_secret_is_shown(text):
    assert text in shown("value", _Repr(text))


class _Repr:
    def __init__(self, text):
        self.text = text

    def __repr__(self):
        return self.text


def test_values_that_hold_each_other_are_no_labour():
    # Followed to the end, these are 60 to the power of 6 steps.
    value = "x"
    for _ in range(6):
        value = [value] * 60
    assert len(shown("value", {"graph": value})) < LONGEST + 50


@pytest.mark.parametrize(
    "text",
    [
        "key" * 50_000, "key=" * 50_000, "key='" * 50_000, "=" * 50_000, '\\"key\\": ' * 9_000,
        "('key', " * 9_000, 'name="key"' * 9_000, "Basic " * 9_000, "\\" * 50_000, "key=(" * 9_000,
    ],
)  # fmt: skip
def test_a_long_text_is_no_labour(text):
    # With a pattern that backtracks each of these takes minutes, and the test its time limit.
    assert len(shown("value", {"x": [text] * 20})) < LONGEST + 50


def test_hides_json_inside_of_a_text():
    assert "s3cret" not in shown("body", '{"user": "ada", "password": "s3cret"}')


def test_cuts_what_is_long():
    assert len(shown("value", "x" * 1_000_000)) < LONGEST + 50
    assert len(shown("value", list(range(1_000_000)))) < LONGEST + 50


def test_settings_are_shown_without_their_secrets():
    with override_settings(SECRET_KEY="s3cret", DATABASES={"main": {"PASSWORD": "s3cret"}}):
        shown_settings = dict(safe_settings())
    assert shown_settings["SECRET_KEY"] == HIDDEN
    assert "s3cret" not in shown_settings["DATABASES"]
    assert shown_settings["APPEND_SLASH"] == "True"

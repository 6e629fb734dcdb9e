"""What is hidden in text that people and programs have written."""

import json
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enfilade.secrecy import (
    HIDDEN,
    hide_fields,
    hide_query,
    hide_target,
    hide_text,
    is_token,
)


@pytest.mark.parametrize(
    "text",
    [
        "password: s3cret",
        "Login of ada failed (password: s3cret, from 192.0.2.1)",
        "password=s3cret",
        "ValueError: no such token: s3cret",
        "{'token': 's3cret'}",
        '{"session": {"sessionid": "s3cret"}}',
        '{"credentials": {"user": "s3cret"}}',
        json.dumps({"form": json.dumps({"password": "s3cret"})}),
        "password='s3cret and a text that was cut",
        "password = 'it''s s3cret'",
        "Authorization: Basic s3cret",
        "Authorization: Bearer s3cret-s3cret-s3cret",
        "Cookie: theme=dark; id=s3cret",
        "GET /x?next=%2Fa%3Ftoken%3Ds3cret HTTP/1.1",
        "GET /x?next=%252Fa%253Ftoken%253Ds3cret&page=2",
        quote('{"password": "s3cret"}'),
        "postgres://ada:s3cret@db.example/site",
        "postgres://ada:an/s3cret@db.example/site",
        "postgres://ada:an@s3cret@db.example/site",
        "user[password]=s3cret",
        'Content-Disposition: form-data; name="password"\r\n\r\ns3cret\r\n--x--',
        "INSERT INTO users (name, password) VALUES ('ada', 's3cret')",
        'INSERT INTO users (password, name) VALUES ("s3cret", "ada")',
        "INSERT INTO pins (token, n) VALUES (5, 's3cret'), (6, $$s3cret$$)",
        "UPDATE users SET password = 'it''s s3cret' WHERE id = 7",
        "SELECT id FROM keys WHERE api_key IN ('a', 's3cret')",
        "SELECT id FROM sessions WHERE sessionid LIKE 's3cret%'",
        "ALTER USER ada PASSWORD 's3cret'",
        "(IntegrityError) [SQL: INSERT INTO a VALUES (?)]\n[parameters: ('ada', 's3cret')]",
        "DETAIL:  Key (token, owner)=(s3cret, ada) already exists.",
        "DETAIL:  Failing row contains (1, ada, s3cret).",
        "(0.001) INSERT INTO a VALUES (%s); args=('s3cret',); alias=default",
        "-----BEGIN RSA PRIVATE KEY-----\ns3cret\n-----END RSA PRIVATE KEY-----",
    ],
)
def test_hides_a_secret_in(text):
    hidden = hide_text(text)
    assert "s3cret" not in hidden
    assert HIDDEN in hidden


@pytest.mark.parametrize(
    "text",
    [
        "KeyError: 'page'",
        "TokenError: the third one",
        "GET /articles/2/?page=2 was answered with 200",
        "HttpResponsePermanentRedirect of a very_long_function_name_in_2_parts",
        "/usr/lib/python3.11/site-packages/enfilade/server/loop.py:12",
        "order 550e8400-e29b-41d4-a716-446655440000 was paid",
        'SELECT "users"."id" FROM users WHERE state = \'open\'',
        "http://127.0.0.1:8000/users/@ada",
        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko)",
        "",
    ],
)
def test_shows_what_is_no_secret(text):
    assert hide_text(text) == text


@pytest.mark.parametrize(
    "token",
    [
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhZGEifQ.c2lnbmF0dXJl",
        "ghp_abcdefghijklmnop1234",
        "AKIAIOSFODNN7EXAMPLE",
        "9f86d081884c7d659a2feaa0c55ad015",
        "q3ZkX0dIaWJ2N2xNc1RzUQ",
        "J0mKx2Vd8/qZ+u1Yb7Rt5Wc3Ef9Gh4Ik6LnPoQsA",
        "k3j9x0qpl2m4n6b8v1c5z7a9s0d2f4g6",
    ],
)
def test_hides_what_looks_like_a_token_wherever_it_is(token):
    assert is_token(token)
    for shown in (
        hide_text(f"given was {token}."), hide_target(f"/reset/{token}/?page={token}"),
        hide_query(token), str(hide_fields([("X-Odd", token)])),
    ):  # fmt: skip
        assert token not in shown
        assert HIDDEN in shown


secret_names = st.sampled_from(["password", "api_key", "Access-Token", "sessionid"])
words = st.text("abcxyz019_-.", min_size=6, max_size=40).map(lambda word: f"s3cr{word}")


@given(
    secret_names, words, st.sampled_from(["{}={}", "{}: {}", "'{}': '{}'", '"{}":"{}"', "{}={!r}"])
)
def test_hides_whatever_a_secret_s_value_is(name, value, form):
    assert value not in hide_text(f"so it was: {form.format(name, value)}")


@given(secret_names, words, st.integers(0, 3))
def test_hides_a_value_in_a_query_however_often_it_is_encoded(name, value, times):
    inner = f"/back?{name}={value}"
    for _ in range(times):
        inner = "/x?next=" + quote(inner, safe="")
    assert value not in hide_target(inner)


hostile = st.text() | st.lists(
    st.sampled_from(
        ["key", "=", ":", "'", '"', "\\", "(", "[", "{", ")", "%3D", "%22", "://", "@", "?", "&",
         ";", "\r\n", "eyJ", "Basic ", "select ", "values", "--", "a", "1", "<", ">", " "]
    ),
    max_size=60,
).map("".join)  # fmt: skip


@given(hostile, hostile)
def test_no_text_is_too_odd(name, text):
    hide_text(text)
    hide_target(text)
    hide_query(text)
    assert [pair[0] for pair in hide_fields([(name, text)])] == [name]
    for field in ("Cookie", "Set-Cookie", "Authorization", "Link", "Refresh", "Location"):
        hide_fields([(field, text)])


PIECES = [
    "key", "key=", "key='", "=", '\\"key\\": ', "('key', ", 'name="key"', "Basic ", "\\", "key=(",
    "://a:", "a%3D", "key: ", "select key ", "'", "password%3D", "a-", "A1", "eyJaaaaaaaaa.",
    "key (", "-----BEGIN PRIVATE KEY-----", "update x ", "cookie=", ";", "<", "a", "%",
    "[parameters: ",
]  # fmt: skip


@pytest.mark.timeout(60)
@pytest.mark.parametrize("piece", PIECES)
def test_a_long_text_is_no_labour(piece):
    # With a pattern that backtracks each of these takes minutes, and the test its time limit.
    text = piece * (200_000 // len(piece))
    hide_text(text)
    hide_target(text)
    hide_query(text)
    hide_fields([(name, text) for name in ("Cookie", "Set-Cookie", "Link", "Refresh", "X-Odd")])

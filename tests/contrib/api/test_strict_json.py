"""What is JSON for two programs, and what only Python takes for it."""

import json
import math
import sys
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from enfilade.contrib.api.strict_json import MAX_DEPTH, JSONError, parse_json

TEXT = st.text(st.characters(codec="utf-8"))
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXT,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(TEXT, inner, max_size=5),
    max_leaves=12,
)
PIECES = [
    *('{"a":', "}", "[", "]", ",", ":", '"a"', '"', "\\", "\\u", "d800", "dc00", "\\ud800", "1"),
    *("-", "0", ".5", "e400", "e-400", "NaN", "Infinity", "-Infinity", "null", "true", " ", "\n"),
    *("\ufeff", "\0", "é", "9" * 5000, '{"a":1,"a":2}', "[" * 2000, "]" * 50, "//", "'a'"),
]


def depth(value: Any) -> int:
    inner = (
        value.values() if isinstance(value, dict) else value if isinstance(value, list) else None
    )
    return 0 if inner is None else 1 + max(map(depth, inner), default=0)


@settings(deadline=None)
@given(VALUES, st.booleans())
def test_gives_back_what_was_written(value: Any, escaped: bool) -> None:
    assert parse_json(json.dumps(value, ensure_ascii=escaped).encode()) == value


@settings(deadline=None)
@given(
    st.binary(max_size=60)
    | st.lists(st.sampled_from(PIECES), max_size=12).map("".join).map(str.encode)
)
@example(b'"\\ud83d\\ude00"')
@example(b'["\\ud83d", "\\ude00"]')
def test_any_body_is_a_value_or_an_error_that_says_why(body: bytes) -> None:
    try:
        value = parse_json(body)
    except JSONError as error:
        assert str(error)
        return
    # Whoever reads it again reads the same: nothing in it is not JSON, nor beyond UTF-8.
    assert depth(value) <= MAX_DEPTH
    again = json.dumps(value, allow_nan=False, ensure_ascii=False).encode()
    assert parse_json(again) == value


@pytest.mark.parametrize(
    ("body", "line", "column"),
    [
        (b"", 1, 1),
        (b'{"a":1,}', 1, 7 if sys.version_info >= (3, 13) else 8),  # 3.13 points at the comma
        (b'{"a": 1\n "b": 2}', 2, 2),
        (b"[1] 2", 1, 5),
        (b"{'a': 1}", 1, 2),
        (b'"a\nb"', 1, 3),
    ],
)
def test_says_where_the_grammar_is_broken(body: bytes, line: int, column: int) -> None:
    with pytest.raises(JSONError) as caught:
        parse_json(body)
    assert caught.value.place == {"line": line, "column": column}


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b'{"admin": false, "admin": true}', "'admin' stands twice"),
        (b'[{"a": {"b": 1, "c": 2, "b": 3}}]', "'b' stands twice"),
        (b"NaN", "NaN"),
        (b"[-Infinity]", "-Infinity"),
        (b"1e999", "too large"),
        (b"-1e999", "too large"),
        (b"9" * 5000, "too many digits"),
        (b'"\xff"', "not UTF-8"),
        ('"é"'.encode("utf-16"), "not UTF-8"),
        (b'"\\ud800"', "surrogate"),
        (b'{"\\udc00": 1}', "surrogate"),
    ],
)
def test_refuses_what_programs_read_differently(body: bytes, said: str) -> None:
    with pytest.raises(JSONError, match=said):
        parse_json(body)


@pytest.mark.parametrize("number", [b"1e308", b"1e-999", b"-0", b"1E5", b"0.1"])
def test_takes_numbers_that_a_double_can_hold(number: bytes) -> None:
    assert math.isfinite(parse_json(number))


def test_a_whole_surrogate_pair_is_one_character() -> None:
    assert parse_json(b'"\\ud83d\\ude00"') == "\U0001f600"


def test_a_mark_of_the_byte_order_is_ignored() -> None:
    assert parse_json(b'\xef\xbb\xbf{"a": 1}') == {"a": 1}


@pytest.mark.parametrize(("opening", "closing"), [(b"[", b"]"), (b'{"a":', b"}")])
def test_depth_has_a_limit(opening: bytes, closing: bytes) -> None:
    def nested(levels: int) -> bytes:
        return opening * levels + b"1" + closing * levels

    assert depth(parse_json(nested(MAX_DEPTH))) == MAX_DEPTH
    for levels in (MAX_DEPTH + 1, 900, 100_000):
        with pytest.raises(JSONError, match="more than 100 arrays and objects"):
            parse_json(nested(levels))


def test_many_brackets_side_by_side_are_not_deep() -> None:
    assert parse_json(json.dumps([[i] for i in range(5000)] + ["[" * 500]).encode())[4999] == [4999]

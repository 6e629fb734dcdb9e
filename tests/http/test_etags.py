"""Entity tags: RFC 9110, 8.8.3."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enfilade.http.etags import matches_strongly, matches_weakly, parse_etags, quote_etag

CONTENT = st.text(st.characters(exclude_characters='"'))
TAGS = st.builds('{}"{}"'.format, st.sampled_from(["", "W/"]), CONTENT)


@given(st.lists(TAGS), st.sampled_from([",", ", ", " ,\t"]))
def test_a_list_of_tags_is_read_whatever_is_in_them(tags, comma):
    assert parse_etags(comma.join(tags)) == tags


@pytest.mark.slow
@given(st.text())
def test_any_text_has_nothing_but_tags_in_it(text):
    assert all(tag == "*" or quote_etag(tag) == tag for tag in parse_etags(text))


@pytest.mark.parametrize(
    ("field", "tags"),
    [
        ("*", ["*"]),
        (" * ", ["*"]),
        ("", []),
        ('"a", *', ['"a"']),
        ("a", []),
        ('"a', []),
        ('"a"b', []),
        ('w/"a"', []),
        ('"a b", "c"', ['"a b"', '"c"']),
        (',,"a",,', ['"a"']),
    ],
)
def test_what_is_no_tag_is_left_out(field, tags):
    assert parse_etags(field) == tags


def test_a_long_field_of_nonsense_is_read_in_one_go():
    assert parse_etags(',"' * 200_000 + "\t" * 200_000) == ['","'] * 100_000


def test_plain_text_becomes_a_strong_tag():
    assert [quote_etag(text) for text in ("a", '"a"', 'W/"a"', "")] == [
        '"a"', '"a"', 'W/"a"', '""',
    ]  # fmt: skip


@pytest.mark.parametrize("text", ['a"b', '"', '"a"b'])
def test_text_that_would_end_the_tag_early_is_refused(text):
    with pytest.raises(ValueError, match="entity tag"):
        quote_etag(text)


# The table of RFC 9110, 8.8.3.2.
@pytest.mark.parametrize(
    ("one", "other", "strong", "weak"),
    [
        ('W/"1"', 'W/"1"', False, True),
        ('W/"1"', 'W/"2"', False, False),
        ('W/"1"', '"1"', False, True),
        ('"1"', '"1"', True, True),
    ],
)
def test_tags_are_compared_as_the_table_says(one, other, strong, weak):
    assert matches_strongly(one, other) is matches_strongly(other, one) is strong
    assert matches_weakly(one, other) is matches_weakly(other, one) is weak

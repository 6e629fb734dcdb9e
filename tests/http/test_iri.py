"""IRIs and URIs, compared with Django's conversions."""

import django.utils.encoding as theirs
from django.utils.http import parse_http_date_safe as their_date
from hypothesis import given
from hypothesis import strategies as st

from enfilade.http import iri as ours
from enfilade.http.dates import parse_http_date_safe

texts = st.text(st.characters(codec="utf-8"))
encoded = st.lists(
    st.sampled_from(
        ["%", "%2", "%e2%99%A5", "%41", "%7e", "%7F", "%25", "%2F", "%FF", "%c3", "ä", "a", "/"]
    )
).map("".join)


@given(encoded | texts)
def test_decodes_what_a_person_can_read(uri):
    assert ours.uri_to_iri(uri) == theirs.uri_to_iri(uri)
    assert ours.uri_to_iri(uri.encode()) == theirs.uri_to_iri(uri.encode())


@given(encoded | texts)
def test_encodes_what_a_uri_may_not_hold(iri):
    assert ours.iri_to_uri(iri) == theirs.iri_to_uri(iri)
    assert ours.iri_to_uri(ours.uri_to_iri(iri)) == theirs.iri_to_uri(theirs.uri_to_iri(iri))


@given(texts)
def test_makes_a_path_of_a_file_s(path):
    assert ours.filepath_to_uri(path) == theirs.filepath_to_uri(path)
    assert ours.escape_uri_path(path) == theirs.escape_uri_path(path)


@given(st.text() | st.sampled_from(["Sun, 06 Nov 1994 08:49:37 GMT", "Sun Nov  6 08:49:37 1994"]))
def test_a_date_that_is_none_is_none(date):
    assert parse_http_date_safe(date) == their_date(date)

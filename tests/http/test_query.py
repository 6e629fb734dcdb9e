import copy
import pickle

import pytest

from enfilade.exceptions import TooManyFieldsSent
from enfilade.http.query import MultiValueDict, MultiValueDictKeyError, QueryDict, parse_query


def test_a_look_up_gives_the_last_value():
    assert QueryDict("a=1&a=2")["a"] == "2"


def test_a_missing_name_is_a_key_error_that_names_it():
    with pytest.raises(MultiValueDictKeyError, match="'b'"):
        QueryDict("a=1")["b"]


@pytest.mark.parametrize("make", [copy.deepcopy, QueryDict.copy, copy.copy])
def test_copies_are_mutable_and_leave_the_original_alone(make):
    original = QueryDict("a=1&a=2", encoding="latin-1")
    twin = make(original)
    twin.appendlist("a", "3")
    assert original.getlist("a") == ["1", "2"]
    assert twin.getlist("a") == ["1", "2", "3"]
    assert twin.encoding == "latin-1"


@pytest.mark.parametrize("original", [QueryDict("a=1&a=2"), MultiValueDict({"a": [1, 2]})])
def test_survives_pickling(original):
    twin = pickle.loads(pickle.dumps(original))
    assert (twin, type(twin)) == (original, type(original))
    assert twin.getlist("a") == original.getlist("a")


def test_a_pickled_query_is_still_immutable():
    twin = pickle.loads(pickle.dumps(QueryDict("a=1")))
    with pytest.raises(AttributeError, match="immutable"):
        twin["a"] = "2"


def test_an_immutable_query_cannot_be_changed_in_place_by_an_operator():
    query = QueryDict("a=1")
    with pytest.raises(AttributeError, match="immutable"):
        query |= {"b": "2"}


def test_copies_of_a_multi_value_dict_have_their_own_lists():
    original = MultiValueDict({"a": [1]})
    for twin in (original.copy(), copy.deepcopy(original)):
        twin.appendlist("a", 2)
    assert original.getlist("a") == [1]


@pytest.mark.parametrize("encoding", ["latin-1", "ascii", "big5", "hz"])
def test_what_the_encoding_does_not_have_is_written_as_in_html(encoding):
    query = QueryDict("a=1&b=\ufffd\U0001f600", encoding=encoding)
    assert query.urlencode() == "a=1&b=%26%2365533%3B%26%23128512%3B"


def test_from_keys_repeats_the_value():
    query = QueryDict.fromkeys(["a", "a", "b"], value="x")
    assert query.urlencode() == "a=x&a=x&b=x"
    with pytest.raises(AttributeError):
        query["c"] = "y"


def test_limit_counts_pairs_before_decoding_any():
    assert len(list(parse_query("a&b", max_fields=2))) == 2
    with pytest.raises(TooManyFieldsSent, match="DATA_UPLOAD_MAX_NUMBER_FIELDS"):
        next(parse_query("a&b&c", max_fields=2))


def test_an_empty_query_is_within_any_limit():
    assert list(parse_query("", max_fields=0)) == []


def test_update_takes_one_source_only():
    with pytest.raises(TypeError, match="at most 1"):
        MultiValueDict().update({}, {})

"""From values to bytes and back."""

import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enfilade.cache import InvalidCacheBackendError
from enfilade.cache.serializers import JSONSerializer, PickleSerializer, get_serializer

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@pytest.mark.slow
@given(json_values, st.sampled_from([PickleSerializer(), JSONSerializer()]))
def test_gives_back_what_it_was_given(value, serializer):
    data = serializer.dumps(value)
    assert isinstance(data, bytes)
    assert serializer.loads(data) == value


@pytest.mark.parametrize("protocol", range(2, pickle.HIGHEST_PROTOCOL + 1))
def test_any_protocol_can_be_read(protocol):
    assert PickleSerializer().loads(PickleSerializer(protocol).dumps("text")) == "text"


@pytest.mark.parametrize("serializer", [PickleSerializer(), JSONSerializer()])
def test_a_whole_number_is_written_in_digits(serializer):
    assert serializer.dumps(-12) == b"-12"
    assert serializer.loads(b"-12") == -12


def test_json_loads_no_pickle():
    with pytest.raises(ValueError, match=r".*"):
        JSONSerializer().loads(pickle.dumps({"a": 1}))


@pytest.mark.parametrize(
    "choice",
    ["enfilade.cache.serializers.JSONSerializer", JSONSerializer, JSONSerializer()],
    ids=["path", "class", "object"],
)
def test_a_serializer_is_named_or_given(choice):
    assert isinstance(get_serializer(choice), JSONSerializer)


def test_pickle_is_the_default():
    assert isinstance(get_serializer(None), PickleSerializer)


def test_a_serializer_that_does_not_exist_is_said():
    with pytest.raises(InvalidCacheBackendError, match="serializer"):
        get_serializer("no.such.Serializer")

"""Bodies and queries, compared with those of Django's test client."""

import io

import django.test.client
import pytest
from hypothesis import given
from hypothesis import strategies as st

from enfilade.test import RequestFactory
from enfilade.test.encoding import (
    BOUNDARY,
    MULTIPART_CONTENT,
    encode_file,
    encode_multipart,
    encode_query,
)


def _file(content, **attributes):
    file = io.BytesIO(content)
    for name, value in attributes.items():
        setattr(file, name, value)
    return file


@pytest.mark.parametrize(
    "make",
    [
        dict,
        lambda: {"a": "1", "b": 2, "c": "ä"},
        lambda: {"a": ["1", 2], "b": (3,), "c": set()},
        lambda: {"a": b"bytes"},
        lambda: {"a": _file(b"x")},
        lambda: {"a": _file(b"x", name="/tmp/poem.txt")},
        lambda: {"a": _file(b"x", name="poem.unknown")},
        lambda: {"a": _file(b"x", name="poem.txt", content_type="a/b")},
        lambda: {"a": [_file(b"x", name="1.png"), _file(b"y"), "text"]},
        lambda: {"a": _file(b"x", name=3)},
    ],
)
def test_encodes_forms_as_django_does(make):
    data = make()
    if data == {"a": b"bytes"}:  # Django takes bytes for a list of numbers
        assert b"\r\n\r\nbytes\r\n" in encode_multipart(BOUNDARY, data)
        return
    assert encode_multipart(BOUNDARY, data) == django.test.client.encode_multipart(BOUNDARY, make())


@pytest.mark.parametrize("data", [{"a": None}, {"a": ["x", None]}])
def test_refuses_none_in_a_form(data):
    with pytest.raises(TypeError, match="'a'"):
        encode_multipart(BOUNDARY, data)


def test_refuses_none_in_a_query():
    with pytest.raises(TypeError, match="'a'"):
        encode_query({"a": None})


def test_a_file_name_cannot_break_out_of_its_header():
    lines = encode_file(BOUNDARY, 'a"b', _file(b"", name='x"\r\nEvil: 1.txt'))
    assert lines[1] == (
        b'Content-Disposition: form-data; name="a%22b"; filename="x%22%0D%0AEvil: 1.txt"'
    )


names = st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=10)
values = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)


@given(st.dictionaries(names, st.lists(values, min_size=1, max_size=3), max_size=5))
def test_what_is_sent_is_what_arrives(fields):
    request = RequestFactory().post("/", fields, MULTIPART_CONTENT)
    assert dict(request.POST.lists()) == fields


@given(st.dictionaries(names, st.lists(values, min_size=1, max_size=3), max_size=5))
def test_a_query_that_is_sent_is_what_arrives(fields):
    assert dict(RequestFactory().get("/", fields).GET.lists()) == fields

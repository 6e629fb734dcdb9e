import json

import pytest

from enfilade.http import JsonResponse


def test_a_dict_is_sent_as_json():
    response = JsonResponse({"a": [1, None, "é"]})
    assert json.loads(response.content) == {"a": [1, None, "é"]}
    assert response["Content-Type"] == "application/json"


def test_anything_but_a_dict_must_be_asked_for():
    with pytest.raises(TypeError, match="safe"):
        JsonResponse([1])
    assert JsonResponse([1], safe=False).content == b"[1]"


def test_what_has_no_notation_is_a_type_error():
    with pytest.raises(TypeError, match="not JSON serializable"):
        JsonResponse({"a": object()})


def test_an_encoder_may_be_given():
    class Anything(json.JSONEncoder):
        def default(self, o):
            return "anything"

    assert JsonResponse({"a": object()}, encoder=Anything).content == b'{"a": "anything"}'


def test_a_circle_is_named_as_json_names_it():
    circle = {}
    circle["itself"] = circle
    with pytest.raises(ValueError, match="Circular reference"):
        JsonResponse(circle)


def test_all_is_written_as_json_dumps_writes_it():
    data = {"text": 'é"\n', 1: 2.5, None: True, "list": [[], {}, (1, "x")], "big": 10**30}
    assert JsonResponse(data).content.decode() == json.dumps(data)
    assert JsonResponse(float("nan"), safe=False).content == b"NaN"

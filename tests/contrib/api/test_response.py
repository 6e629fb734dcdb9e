"""What a view may return, and how it is written."""

import dataclasses
import datetime
import decimal
import json
import pickle
import threading
import uuid

import msgspec
import pydantic
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from enfilade.contrib.api import JSONRenderer, Response, api_view
from enfilade.contrib.api.renderers import is_data
from enfilade.exceptions import DeveloperError
from enfilade.test import Client

NOON = datetime.datetime(2024, 2, 29, 12, 0, tzinfo=datetime.UTC)


@dataclasses.dataclass
class Plain:
    name: str
    at: datetime.datetime = NOON


@dataclasses.dataclass(slots=True)
class Slotted:
    inner: Plain


class Struct(msgspec.Struct, rename="camel"):
    room_name: str
    inner: Plain | None = None


class Model(pydantic.BaseModel):
    room_name: str = pydantic.Field(alias="roomName")
    at: datetime.datetime = NOON
    price: decimal.Decimal = decimal.Decimal("1.10")


@pytest.mark.parametrize(
    ("data", "written"),
    [
        ({"a": 1}, {"a": 1}),
        ([1, "é"], [1, "é"]),
        (Plain("hall"), {"name": "hall", "at": "2024-02-29T12:00:00Z"}),
        (Slotted(Plain("é")), {"inner": {"name": "é", "at": "2024-02-29T12:00:00Z"}}),
        (Struct("hall"), {"roomName": "hall", "inner": None}),
        (
            [Struct("hall", Plain("x"))],
            [{"roomName": "hall", "inner": {"name": "x", "at": "2024-02-29T12:00:00Z"}}],
        ),
        (
            {"rooms": [Model(roomName="hall")]},
            {"rooms": [{"roomName": "hall", "at": "2024-02-29T12:00:00Z", "price": "1.10"}]},
        ),
        (
            {"id": uuid.UUID(int=7), "for": datetime.timedelta(hours=1)},
            {"id": str(uuid.UUID(int=7)), "for": "P0DT01H00M00S"},
        ),
    ],
)
def test_a_view_may_return_data_as_it_is(ask, install, data, written):
    @api_view(["GET"])
    async def view(request):
        return data

    install(view)
    answer = ask("GET")
    assert answer["Content-Type"] == "application/json"
    assert answer.json() == written


def test_json_is_compact_and_readable():
    assert JSONRenderer().render({"방": [1, 2]}) == '{"방":[1,2]}'.encode()


@pytest.mark.slow
@settings(deadline=None)
@given(st.recursive(st.text() | st.integers() | st.none(), st.lists))
def test_any_text_can_be_written_even_half_of_a_surrogate_pair(data):
    assert json.loads(JSONRenderer().render(data)) == data


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
def test_a_number_that_json_lacks_is_an_error(number):
    with pytest.raises(ValueError, match="not JSON compliant"):
        JSONRenderer().render([number])


@pytest.mark.parametrize("kind", [Plain, Model, Struct])
def test_a_class_is_no_data(kind):
    assert not is_data(kind)


def test_a_response_has_status_fields_and_cookies(ask, install):
    @api_view(["POST"])
    def view(request):
        response = Response({"id": 7}, 201, {"Location": "/rooms/7/"})
        response.set_cookie("seen", "yes")
        return response

    install(view)
    answer = ask("POST")
    assert (answer.status_code, answer.json()) == (201, {"id": 7})
    assert answer["Location"] == "/rooms/7/"
    assert answer.cookies["seen"].value == "yes"
    assert answer.data == {"id": 7}


def test_a_response_without_data_has_no_content(ask, install):
    @api_view(["DELETE"])
    def view(request):
        return Response(status=204)

    install(view)
    answer = ask("DELETE")
    assert (answer.status_code, answer.content) == (204, b"")
    assert "Content-Type" not in answer


def test_a_response_may_have_a_type_of_its_own(ask, install):
    @api_view(["GET"])
    def view(request):
        return Response(
            {"type": "FeatureCollection"}, headers={"content-type": "application/geo+json"}
        )

    install(view)
    answer = ask("GET")
    assert answer["Content-Type"] == "application/geo+json"
    assert answer.json()["type"] == "FeatureCollection"


def test_a_rendered_response_can_be_kept_in_a_cache():
    response = Response({"a": 1})
    response.render_with(JSONRenderer())
    response.data["lock"] = threading.Lock()  # which cannot be pickled
    kept = pickle.loads(pickle.dumps(response))
    assert (kept.content, kept["Content-Type"]) == (b'{"a":1}', "application/json")


def test_a_plain_view_cannot_return_it(install):
    def view(request):
        return Response({"a": 1})

    install(view)
    with pytest.raises(DeveloperError, match="not been rendered") as caught:
        Client().get("/")
    assert "@api_view()" in caught.value.hint

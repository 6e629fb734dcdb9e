"""From a body to an object, by pydantic and by msgspec; what is wrong with it, and where."""

import dataclasses
import datetime
import decimal
from typing import Annotated, Literal

import msgspec
import pydantic
import pytest

from enfilade.contrib.api import api_view
from enfilade.contrib.api.validation import MOST_ERRORS, pointer, validator_for
from enfilade.contrib.api.with_msgspec import MsgspecValidator
from enfilade.contrib.api.with_pydantic import PydanticValidator

FORM = "application/x-www-form-urlencoded"


class Window(pydantic.BaseModel):
    wide: float


class Room(pydantic.BaseModel):
    name: str
    beds: int = 1
    tags: list[str] = []
    windows: dict[str, Window] = {}


class StructWindow(msgspec.Struct):
    wide: float


class StructRoom(msgspec.Struct):
    name: str
    beds: int = 1
    tags: list[str] = []
    windows: dict[str, StructWindow] = {}


@dataclasses.dataclass
class PlainRoom:
    name: str
    beds: int = 1
    tags: list[str] = dataclasses.field(default_factory=list)
    windows: dict[str, Window] = dataclasses.field(default_factory=dict)


MODELS = pytest.mark.parametrize("model", [Room, StructRoom, PlainRoom])


@pytest.fixture
def install_for(install):
    def make(model, parsed=None):
        @api_view(["POST", "PUT"])
        def validate(request):
            made = request.validated(model)
            if parsed is not None:
                parsed.append(made)
            return {"kind": type(made).__name__, "made": made}

        install(validate)

    return make


@MODELS
@pytest.mark.parametrize("method", ["POST", "PUT"])
def test_a_body_becomes_an_instance(ask, install_for, model, method):
    install_for(model)
    sent = {"name": "hall", "beds": 2, "tags": ["a"], "windows": {"n": {"wide": 1.5}}}
    answer = ask(method, "/", sent)
    assert answer.json() == {"kind": model.__name__, "made": sent}


@MODELS
@pytest.mark.parametrize("body", [b"name=hall&beds=2&tags=a", b"beds=9&name=hall&tags=a&beds=2"])
def test_a_form_becomes_an_instance_of_the_same(ask, install_for, model, body):
    install_for(model)
    made = ask("PUT", "/", body, FORM).json()["made"]
    assert made == {"name": "hall", "beds": 2, "tags": ["a"], "windows": {}}


@MODELS
@pytest.mark.parametrize(
    ("sent", "where"),
    [
        ({}, "#/name"),
        ({"name": 1}, "#/name"),
        ({"name": "x", "beds": "many"}, "#/beds"),
        ({"name": "x", "tags": ["a", 2]}, "#/tags/1"),
        ({"name": "x", "tags": "a"}, "#/tags"),
        ([], "#"),
        (None, "#"),
    ],
)
def test_an_error_says_what_and_where(ask, install_for, model, sent, where):
    install_for(model)
    answer = ask("POST", "/", sent)
    problem = answer.json()
    assert answer.status_code == problem["status"] == 422
    assert answer["Content-Type"] == "application/problem+json"
    assert problem["title"] == "Unprocessable Content"
    assert [error["pointer"] for error in problem["errors"]] == [where]
    assert problem["errors"][0]["detail"]


def test_pydantic_tells_of_all_errors_at_once(ask, install_for):
    install_for(Room)
    problem = ask("POST", "/", {"beds": "x", "windows": {"a/b": {}, "~": {"wide": "y"}}}).json()
    assert problem["detail"] == "There are 4 errors in the request."
    assert [error["pointer"] for error in problem["errors"]] == [
        "#/name", "#/beds", "#/windows/a~1b/wide", "#/windows/~0/wide"
    ]  # fmt: skip


@pytest.mark.parametrize(("count", "told"), [(100, 100), (1000, MOST_ERRORS), (5000, 0)])
def test_of_very_many_errors_not_all_are_told(ask, install_for, count, told):
    install_for(list[int])
    problem = ask("POST", "/", ["x"] * count).json()
    assert problem["detail"] == f"There are {count} errors in the request."
    assert len(problem["errors"]) == told


def test_what_was_sent_is_not_repeated(ask, install_for):
    install_for(Room)
    assert b"hunter2" not in ask("POST", "/", {"name": "x", "beds": "hunter2"}).content


def test_the_branches_of_a_union_are_no_part_of_the_pointer(ask, install_for):
    class Cat(pydantic.BaseModel):
        kind: Literal["cat"]
        lives: int

    class Dog(pydantic.BaseModel):
        kind: Literal["dog"]

    class Home(pydantic.BaseModel):
        pets: list[Annotated[Cat | Dog, pydantic.Field(discriminator="kind")]]
        number: int | list[int]

    install_for(Home)
    problem = ask("POST", "/", {"pets": [{"kind": "cat"}], "number": ["x"]}).json()
    pointers = {error["pointer"] for error in problem["errors"]}
    assert pointers == {"#/pets/0/lives", "#/number", "#/number/0"}


def test_msgspec_points_at_what_is_missing_and_what_is_not_known(ask, install_for):
    class Strict(msgspec.Struct, forbid_unknown_fields=True, rename="camel"):
        room_name: str

    install_for(list[Strict])
    (missing,) = ask("POST", "/", [{"roomName": "x"}, {}]).json()["errors"]
    assert missing == {
        "detail": "Object missing required field `roomName`", "pointer": "#/1/roomName"
    }  # fmt: skip
    (unknown,) = ask("POST", "/", [{"roomName": "x", "no": 1}]).json()["errors"]
    assert unknown["pointer"] == "#/0/no"


def test_where_msgspec_does_not_say_which_value_the_pointer_is_that_of_all(ask, install_for):
    install_for(StructRoom)
    sent = {"name": "x", "windows": {"n": {"wide": 1}, "s": {"wide": "no"}}}
    assert [error["pointer"] for error in ask("POST", "/", sent).json()["errors"]] == ["#/windows"]


def test_a_strict_model_of_pydantic_takes_from_json_what_json_can_say(ask, install_for):
    class Event(pydantic.BaseModel, strict=True):
        day: datetime.date
        price: decimal.Decimal
        seats: tuple[int, ...]

    parsed = []
    install_for(Event, parsed)
    body = b'\xef\xbb\xbf{"day": "2024-02-29", "price": "1.10", "seats": [1]}'
    assert ask("POST", "/", body).status_code == 200
    (event,) = parsed
    assert (event.day, event.seats) == (datetime.date(2024, 2, 29), (1,))
    assert str(event.price) == "1.10"


@pytest.mark.parametrize("body", [b'{"name": "a", "name": "b"}', b'{"name": NaN}'])
def test_json_that_is_none_never_reaches_a_model(ask, install_for, body):
    install_for(Room)
    assert ask("POST", "/", body).status_code == 400


@pytest.mark.parametrize("model", [Room, StructRoom])
def test_what_another_parser_gave_is_validated_too(ask, install, model):
    class LineParser:
        media_type = "text/plain"

        def parse(self, request):
            name, _, beds = request.body.decode().partition(" ")
            return {"name": name, "beds": beds and int(beds)}

    @api_view(["POST"], parsers=[LineParser()])
    def view(request):
        return request.validated(model)

    install(view)
    assert ask("POST", "/", b"hall 3", "text/plain").json()["beds"] == 3
    answer = ask("POST", "/", b"hall", "text/plain")
    assert [error["pointer"] for error in answer.json()["errors"]] == ["#/beds"]


def test_a_parser_of_json_that_changes_it_has_its_say(ask, install):
    from enfilade.contrib.api import JSONParser

    class Unwrapping(JSONParser):
        def parse(self, request):
            return super().parse(request)["room"]

    @api_view(["POST"], parsers=[Unwrapping()])
    def view(request):
        return request.validated(Room)

    install(view)
    assert ask("POST", "/", {"room": {"name": "hall"}}).json()["name"] == "hall"


@pytest.mark.parametrize(
    ("model", "kind"),
    [
        (Room, PydanticValidator),
        (list[Room], PydanticValidator),
        (StructRoom, MsgspecValidator),
        (dict[str, list[StructRoom]], MsgspecValidator),
        (StructRoom | None, MsgspecValidator),
        (PlainRoom, PydanticValidator),
        (list[int], PydanticValidator),
    ],
)
def test_the_library_of_the_model_validates_it(model, kind):
    assert type(validator_for(model)) is kind
    assert validator_for(model) is validator_for(model)


class Page(pydantic.BaseModel):
    page: int = 1
    tag: set[str] | None = None


class StructPage(msgspec.Struct):
    page: int = 1
    tag: set[str] | None = None


@pytest.mark.parametrize("model", [Page, StructPage])
def test_a_query_is_validated_and_errors_name_the_parameter(ask, install, model):
    @api_view(["GET"])
    def view(request):
        return request.validated_query(model)

    install(view)
    assert ask("GET", "/?page=3&tag=x").json() == {"page": 3, "tag": ["x"]}
    assert ask("GET").json() == {"page": 1, "tag": None}
    answer = ask("GET", "/?page=last")
    assert answer.status_code == 400
    assert [error["parameter"] for error in answer.json()["errors"]] == ["page"]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ((), "#"),
        (("a", 0, "b"), "#/a/0/b"),
        (("a/b", "m~n", ""), "#/a~1b/m~0n/"),
        (("c%d", "e^f", 'k"l', " ", "é"), "#/c%25d/e%5Ef/k%22l/%20/%C3%A9"),
    ],
)
def test_pointers_are_those_of_rfc_6901_as_fragments(path, expected):
    assert pointer(path) == expected

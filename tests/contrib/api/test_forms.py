"""A form as the libraries of models want it: a list where the model has a collection."""

import dataclasses
from typing import Annotated, Any

import pytest

from enfilade.contrib.api.forms import plain_form
from enfilade.http import QueryDict


@dataclasses.dataclass
class Form:
    one: str
    some: list[int]
    perhaps: set[str] | None
    noted: Annotated[tuple[str, ...], "with a note"]
    bare: list  # type: ignore[type-arg]
    either: int | str
    mapping: dict[str, int]


@dataclasses.dataclass
class Unresolvable:
    some: "list[Nowhere]"  # type: ignore[name-defined]  # noqa: F821


@pytest.mark.parametrize("name", ["some", "perhaps", "noted", "bare"])
def test_a_collection_gets_all_values_and_be_it_one(name: str) -> None:
    assert plain_form(QueryDict(f"{name}=1"), Form) == {name: ["1"]}
    assert plain_form(QueryDict(f"{name}=1&{name}=2"), Form) == {name: ["1", "2"]}


@pytest.mark.parametrize("name", ["one", "either", "mapping", "unknown"])
def test_anything_else_gets_the_last_value(name: str) -> None:
    assert plain_form(QueryDict(f"{name}=1&{name}=2"), Form) == {name: "2"}


@pytest.mark.parametrize("model", [Unresolvable, list[int], int])
def test_without_known_fields_each_is_taken_for_one_value(model: Any) -> None:
    assert plain_form(QueryDict("some=1&some=2"), model) == {"some": "2"}

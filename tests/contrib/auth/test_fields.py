"""Small forms."""

from typing import Any

import pytest

from enfilade.contrib.auth.fields import Field, Form
from enfilade.exceptions import ValidationError
from enfilade.http import QueryDict


class Letter(Form):
    fields = (
        Field("to", "To", kind="email", max_length=20),
        Field("code", "Code", kind="password", strip=False),
    )

    def clean(self) -> None:
        if self.cleaned_data.get("to") == "nobody@x":
            raise ValidationError("Nobody is there.", "empty")


def codes(**typed: str) -> dict[str, list[str | None]]:
    form = Letter(typed)
    return {name: [each.code for each in reasons] for name, reasons in form.reasons.items()}


def test_what_is_right_is_cleaned() -> None:
    form = Letter(QueryDict("to=+ann@x+&code=+1+"))
    assert form.is_valid()
    assert form.cleaned_data == {"to": "ann@x", "code": " 1 "}


def test_without_data_nothing_is_wrong_and_nothing_valid() -> None:
    form = Letter()
    assert (form.is_bound, form.is_valid(), form.errors) == (False, False, {})
    assert [(field.name, field.value) for field in form] == [("to", ""), ("code", "")]


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ({}, {"to": ["required"], "code": ["required"]}),
        ({"to": "  ", "code": " "}, {"to": ["required"]}),
        ({"to": "a\0@x", "code": "1"}, {"to": ["null_characters_not_allowed"]}),
        ({"to": "a@" + "x" * 19, "code": "1"}, {"to": ["max_length"]}),
        ({"to": "a", "code": "1"}, {"to": ["invalid"]}),
        ({"to": "nobody@x", "code": "1"}, {"__all__": ["empty"]}),
    ],
)
def test_what_is_wrong_is_told(typed: dict[str, str], expected: dict[str, Any]) -> None:
    assert codes(**typed) == expected


def test_a_field_in_error_is_not_clean() -> None:
    form = Letter({"to": "ann@x", "code": "1"})
    assert form.is_valid()
    form.add_error("code", ValidationError(["one", "two"]))
    assert not form.is_valid()
    assert form.cleaned_data == {"to": "ann@x"}
    assert form["code"].errors == ["one", "two"]
    assert form.non_field_errors() == []


def test_a_password_is_not_shown_again() -> None:
    form = Letter({"to": "<ann", "code": "1"})
    assert (form["to"].value, form["code"].value) == ("<ann", "")


def test_errors_may_be_made_of_errors() -> None:
    error = ValidationError(
        ["a", ValidationError("%(n)d b", "b", {"n": 2}), ValidationError(["c"])]
    )
    assert error.messages == ["a", "2 b", "c"]
    again = ValidationError(ValidationError("d", "code", {"x": 1}))
    assert (again.messages, again.code) == (["d"], "code")

"""Small forms: fields that are a line of text each, what was typed, and what is wrong with it.

There is no library of forms here; this is what the pages of accounts need. The names are those of
Django's forms, so a template that goes over a form reads the same.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

from enfilade.exceptions import ValidationError
from enfilade.translation import gettext, ngettext
from enfilade.views.decorators.debug import sensitive_variables

__all__ = ["BoundField", "Field", "Form"]

WHOLE_FORM = "__all__"
"""Under this name are the errors that belong to no field."""

_is_address = re.compile(r"[^@\s]+@[^@\s]+").fullmatch


@dataclass(frozen=True, slots=True)
class Field:
    """A line of text that must not be empty.

    ``kind`` is the type of the ``<input>``, ``autocomplete`` tells browsers and password
    managers what belongs there, ``strip`` cuts blanks off, ``help_texts`` says what to type.
    """

    name: str
    label: object
    kind: str = "text"
    autocomplete: str = ""
    strip: bool = True
    max_length: int | None = None
    help_texts: Callable[[], Iterable[str]] = tuple

    @sensitive_variables()
    def clean(self, given: str) -> str:
        """The value; raises :exc:`~enfilade.exceptions.ValidationError` with Django's codes."""
        value = given.strip() if self.strip else given
        if not value:
            raise ValidationError(gettext("Please fill this in."), "required")
        if "\0" in value:
            text = gettext("This has a character that cannot be typed.")
            raise ValidationError(text, "null_characters_not_allowed")
        if self.max_length is not None and len(value) > self.max_length:
            raise ValidationError(_too_long(self.max_length), "max_length")
        if self.kind == "email" and not _is_address(value):
            raise ValidationError(gettext("This is not an email address."), "invalid")
        return value


def _too_long(most: int) -> str:
    text = "This has more than %(most)d character."
    return ngettext(text, "This has more than %(most)d characters.", most) % {"most": most}


class BoundField:
    """A field of one form, for templates."""

    def __init__(self, form: "Form", field: Field) -> None:
        self.field = field
        self.name = field.name
        self.label = field.label
        self.id = f"id_{field.name}"
        self.errors = form.errors.get(field.name, [])
        self.value = "" if field.kind == "password" else form.data.get(field.name, "")
        """What was typed; a password is never sent back."""

    @property
    def help_texts(self) -> list[str]:
        """What to type."""
        return list(self.field.help_texts())


class Form:
    """What was typed into ``fields``; without *data* nothing was yet.

    A subclass says ``fields``, and in ``clean()`` what else has to be true.
    """

    fields: ClassVar[tuple[Field, ...]] = ()

    def __init__(self, data: Mapping[str, str] | None = None) -> None:
        self.is_bound = data is not None
        self.data: Mapping[str, str] = data or {}
        self.cleaned_data: dict[str, str] = {}
        self._reasons: dict[str, list[ValidationError]] = {}

    def is_valid(self) -> bool:
        """Whether everything was typed, and is right."""
        return self.is_bound and not self.errors

    @cached_property
    def reasons(self) -> dict[str, list[ValidationError]]:
        """What is wrong, by the name of the field, with codes for programs."""
        if self.is_bound:
            for field in self.fields:
                self._try(field.name, self._keep, field)
            self._try(None, self.clean)
        return self._reasons

    @property
    def errors(self) -> dict[str, list[str]]:
        """The same for people."""
        return {
            name: [message for reason in reasons for message in reason.messages]
            for name, reasons in self.reasons.items()
        }

    def non_field_errors(self) -> list[str]:
        """What is wrong with the form as a whole."""
        return self.errors.get(WHOLE_FORM, [])

    def add_error(self, field: str | None, error: ValidationError) -> None:
        """Say that *field*, or the whole form, is not accepted; it is not clean then."""
        self._reasons.setdefault(field or WHOLE_FORM, []).extend(error.error_list)
        if field:
            self.cleaned_data.pop(field, None)

    def clean(self) -> None:
        """Raise :exc:`~enfilade.exceptions.ValidationError`, or ``add_error()``, for what single
        fields cannot tell; ``cleaned_data`` has the fields that are right."""

    def _keep(self, field: Field) -> None:
        self.cleaned_data[field.name] = field.clean(self.data.get(field.name, ""))

    def _try(self, name: str | None, check: Callable[..., None], *args: Any) -> None:
        try:
            check(*args)
        except ValidationError as error:
            self.add_error(name, error)

    def __iter__(self) -> Iterator[BoundField]:
        return (BoundField(self, field) for field in self.fields)

    def __getitem__(self, name: str) -> BoundField:
        return next(bound for bound in self if bound.name == name)

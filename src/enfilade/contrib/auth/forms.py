"""The forms of the pages of accounts, with the names and fields of Django's."""

import unicodedata
from collections.abc import Callable, Iterator, Mapping
from typing import Any, ClassVar

from enfilade.contrib.auth.authentication import authenticate
from enfilade.contrib.auth.base_user import LONGEST_NAME, normalize_username
from enfilade.contrib.auth.fields import Field, Form
from enfilade.contrib.auth.password_validation import (
    password_changed,
    password_validators_help_texts,
    validate_password,
)
from enfilade.contrib.auth.store import get_user_model, get_user_store
from enfilade.exceptions import ValidationError
from enfilade.translation import gettext, gettext_lazy
from enfilade.views.decorators.debug import sensitive_variables

__all__ = ["AuthenticationForm", "PasswordChangeForm", "PasswordResetForm", "SetPasswordForm"]


class AuthenticationForm(Form):
    """A name and a password, of somebody who may sign in."""

    def __init__(self, request: Any = None, data: Mapping[str, str] | None = None) -> None:
        super().__init__(data)
        self.request = request
        self._user: Any = None

    @property
    def fields(self) -> tuple[Field, ...]:  # type: ignore[override]
        """The field of the name is called as users of the site are known."""
        known_by = get_user_model().USERNAME_FIELD
        label = gettext(known_by.replace("_", " ").capitalize())
        return (
            Field("username", label, autocomplete="username", max_length=LONGEST_NAME),
            Field(
                "password",
                gettext_lazy("Password"),
                kind="password",
                autocomplete="current-password",
                strip=False,
            ),
        )

    @sensitive_variables()
    def clean(self) -> None:
        """Who that is; one answer for an unknown name and for a wrong password."""
        if self.cleaned_data.keys() != {"username", "password"}:
            return
        username = normalize_username(self.cleaned_data["username"])
        password = self.cleaned_data["password"]
        self._user = authenticate(self.request, username=username, password=password)
        if self._user is None:
            raise self.get_invalid_login_error()
        self.confirm_login_allowed(self._user)

    def confirm_login_allowed(self, user: Any) -> None:
        """Raise :exc:`~enfilade.exceptions.ValidationError` for a user who is known, and is not
        to come in: here one who is not active."""
        if not getattr(user, "is_active", True):
            raise ValidationError(gettext("This account is closed."), "inactive")

    def get_user(self) -> Any:
        """Who it is, once the form is valid."""
        return self._user

    def get_invalid_login_error(self) -> ValidationError:
        """What is said to whom nobody knows."""
        text = gettext("There is no such name with this password. Capitals may matter.")
        return ValidationError(text, "invalid_login")


class SetPasswordForm(Form):
    """A new password for *user*, twice."""

    fields: ClassVar[tuple[Field, ...]] = (
        Field(
            "new_password1",
            gettext_lazy("New password"),
            kind="password",
            autocomplete="new-password",
            strip=False,
            help_texts=password_validators_help_texts,
        ),
        Field(
            "new_password2",
            gettext_lazy("New password again"),
            kind="password",
            autocomplete="new-password",
            strip=False,
        ),
    )

    def __init__(self, user: Any, data: Mapping[str, str] | None = None) -> None:
        super().__init__(data)
        self.user = user

    @sensitive_variables()
    def clean(self) -> None:
        """Whether it is twice the same, and one that validators accept."""
        first = self.cleaned_data.get("new_password1")
        second = self.cleaned_data.get("new_password2")
        if first and second and first != second:
            text = gettext("These are two different passwords.")
            self.add_error("new_password2", ValidationError(text, "password_mismatch"))
        elif second:
            self._try("new_password2", validate_password, second, self.user)

    @sensitive_variables()
    def save(self) -> Any:
        """Give the user the password; returns the user."""
        password = self.cleaned_data["new_password1"]
        self.user.set_password(password)
        self.user.save(update_fields=["password"])
        password_changed(password, self.user)
        return self.user


class PasswordChangeForm(SetPasswordForm):
    """The same, and the old password first."""

    fields = (
        Field(
            "old_password",
            gettext_lazy("Old password"),
            kind="password",
            autocomplete="current-password",
            strip=False,
        ),
        *SetPasswordForm.fields,
    )

    @sensitive_variables()
    def clean(self) -> None:
        """Whether it is the old password, too."""
        old = self.cleaned_data.get("old_password")
        if old and not self.user.check_password(old):
            text = gettext("This is not your password.")
            self.add_error("old_password", ValidationError(text, "password_incorrect"))
        super().clean()


class PasswordResetForm(Form):
    """The address of somebody who has forgotten their password."""

    fields = (
        Field(
            "email",
            gettext_lazy("Email address"),
            kind="email",
            autocomplete="email",
            max_length=LONGEST_NAME,
        ),
    )

    def get_users(self, email: str) -> Iterator[Any]:
        """The active users with this address, unless no password signs them in anyway."""
        field = get_user_model().get_email_field_name()
        for user in get_user_store().filter(**{f"{field}__iexact": email, "is_active": True}):
            # A database may take for equal what is not: é and e, dotless ı and i.
            if user.has_usable_password() and _folded(getattr(user, field)) == _folded(email):
                yield user

    def save(self, deliver: Callable[[Any], object]) -> None:
        """Call *deliver* with every user who is to get a link."""
        for user in self.get_users(self.cleaned_data["email"]):
            deliver(user)


def _folded(email: str) -> str:
    return unicodedata.normalize("NFKC", email).casefold()

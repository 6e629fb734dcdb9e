"""What a new password must be like: the validators of ``AUTH_PASSWORD_VALIDATORS``.

A validator is an object with ``validate(password, user=None)``, which raises
:exc:`~enfilade.exceptions.ValidationError`, and ``get_help_text()``; it may have
``password_changed(password, user=None)``. Names and codes are Django's. The forms and commands
here ask them; code that calls ``user.set_password()`` by itself asks :func:`validate_password`.
"""

import gzip
import re
from collections.abc import Callable, Mapping, Sequence
from difflib import SequenceMatcher
from functools import cache
from pathlib import Path
from typing import Any

from enfilade.conf import settings
from enfilade.conf.importing import import_string
from enfilade.contrib.auth.common_passwords import is_common
from enfilade.dispatch import setting_changed
from enfilade.exceptions import ImproperlyConfigured, ValidationError
from enfilade.translation import gettext, ngettext

__all__ = [
    "CommonPasswordValidator",
    "MinimumLengthValidator",
    "NumericPasswordValidator",
    "UserAttributeSimilarityValidator",
    "get_default_password_validators",
    "get_password_validators",
    "password_changed",
    "password_validators_help_texts",
    "validate_password",
]


@cache
def get_default_password_validators() -> tuple[Any, ...]:
    """The site's validators; raises as :func:`get_password_validators` does."""
    return tuple(get_password_validators(settings.AUTH_PASSWORD_VALIDATORS))


def _forget(setting: str, **_: object) -> None:
    if setting == "AUTH_PASSWORD_VALIDATORS":
        get_default_password_validators.cache_clear()


setting_changed.connect(_forget, dispatch_uid="enfilade.contrib.auth.password_validation")


def get_password_validators(validator_config: Sequence[Mapping[str, Any]]) -> list[Any]:
    """Validators made as *validator_config* says, which is as ``AUTH_PASSWORD_VALIDATORS``.

    Raises :exc:`~enfilade.exceptions.ImproperlyConfigured` for an entry that none can be made of.
    """
    return [_validator(entry) for entry in validator_config]


def _validator(entry: Mapping[str, Any]) -> Any:
    try:
        return import_string(entry["NAME"])(**entry.get("OPTIONS", {}))
    except (ImportError, AttributeError, LookupError, TypeError, ValueError, OSError) as error:
        raise ImproperlyConfigured(
            f"No password validator can be made of {entry!r} in AUTH_PASSWORD_VALIDATORS: {error}",
            hint='An entry is {"NAME": "dotted.path.of.a.Class", "OPTIONS": {…}}.',
        ) from error


def validate_password(
    password: str, user: Any = None, password_validators: Sequence[Any] | None = None
) -> None:
    """Raise :exc:`~enfilade.exceptions.ValidationError` with all that is wrong with *password*."""
    errors = []
    for validator in _or_default(password_validators):
        try:
            validator.validate(password, user)
        except ValidationError as error:
            errors.append(error)
    if errors:
        raise ValidationError(errors)


def password_changed(
    password: str, user: Any = None, password_validators: Sequence[Any] | None = None
) -> None:
    """Tell validators that want to know it that *user* has this password from now on."""
    for validator in _or_default(password_validators):
        tell: Callable[..., object] | None = getattr(validator, "password_changed", None)
        if tell:
            tell(password, user)


def password_validators_help_texts(
    password_validators: Sequence[Any] | None = None,
) -> list[str]:
    """What to tell somebody who has to think of a password."""
    return [validator.get_help_text() for validator in _or_default(password_validators)]


def _or_default(validators: Sequence[Any] | None) -> Sequence[Any]:
    return get_default_password_validators() if validators is None else validators


# The validators ------------------------------------------------------------------------------


class MinimumLengthValidator:
    """Refuses passwords of less than *min_length* characters."""

    def __init__(self, min_length: int = 8) -> None:
        self.min_length = min_length

    def validate(self, password: str, user: Any = None) -> None:
        """Raises ``password_too_short``."""
        if len(password) < self.min_length:
            params = {"min_length": self.min_length}
            raise ValidationError(self.get_error_message(), "password_too_short", params)

    def get_error_message(self) -> str:
        """What is said of a password that is too short."""
        return ngettext(
            "This password has less than %(min_length)d character.",
            "This password has less than %(min_length)d characters.",
            self.min_length,
        )

    def get_help_text(self) -> str:
        """What to keep in mind."""
        return ngettext(
            "Take at least %(min_length)d character.",
            "Take at least %(min_length)d characters.",
            self.min_length,
        ) % {"min_length": self.min_length}


NAMES = {"email": "email address"}
"""What an attribute is called where its own name will not do."""


class UserAttributeSimilarityValidator:
    """Refuses passwords that are like what is known of the user.

    *user_attributes* are compared, and the words in them. *max_similarity* is the share of
    characters that may agree, in whatever order: from 0.1 on; 1 refuses the same characters only.
    """

    DEFAULT_USER_ATTRIBUTES = ("username", "first_name", "last_name", "email")

    def __init__(
        self,
        user_attributes: Sequence[str] = DEFAULT_USER_ATTRIBUTES,
        max_similarity: float = 0.7,
    ) -> None:
        if max_similarity < 0.1:
            raise ValueError("max_similarity must be at least 0.1")
        self.user_attributes = user_attributes
        self.max_similarity = max_similarity

    def validate(self, password: str, user: Any = None) -> None:
        """Raises ``password_too_similar``."""
        if not user:
            return
        text = password.lower()
        for attribute in self.user_attributes:
            value = getattr(user, attribute, None)
            if value and isinstance(value, str) and self._is_like(text, value.lower()):
                name = NAMES.get(attribute, attribute.replace("_", " "))
                params = {"verbose_name": gettext(name)}
                raise ValidationError(self.get_error_message(), "password_too_similar", params)

    def _is_like(self, text: str, value: str) -> bool:
        return any(self._agree(text, part) for part in (*re.split(r"\W+", value), value))

    def _agree(self, text: str, part: str) -> bool:
        # Texts of lengths n and m agree in 2·min(n, m)/(n + m) of their characters at most. So
        # nobody makes us compare a very long password, which would take long.
        if len(text) >= 10 * len(part) and 2 * len(part) < self.max_similarity * len(text):
            return False
        return SequenceMatcher(a=text, b=part).quick_ratio() >= self.max_similarity

    def get_error_message(self) -> str:
        """What is said of a password that is alike."""
        return gettext("This password is too much like the %(verbose_name)s.")

    def get_help_text(self) -> str:
        """What to keep in mind."""
        return gettext("Take nothing like your name or address.")


class CommonPasswordValidator:
    """Refuses passwords that are tried first: by the rules of ``common_passwords.py``, or those
    in the file *password_list_path*, one in small letters on each line, which may be gzipped."""

    def __init__(self, password_list_path: str | Path | None = None) -> None:
        self._is_common: Callable[[str], bool] = is_common
        if password_list_path is not None:
            self.passwords = _lines(Path(password_list_path))
            self._is_common = self._is_listed

    def _is_listed(self, password: str) -> bool:
        return password.lower().strip() in self.passwords

    def validate(self, password: str, user: Any = None) -> None:
        """Raises ``password_too_common``."""
        if self._is_common(password):
            raise ValidationError(self.get_error_message(), "password_too_common")

    def get_error_message(self) -> str:
        """What is said of a password that many have."""
        return gettext("This password is one of those that are guessed first.")

    def get_help_text(self) -> str:
        """What to keep in mind."""
        return gettext("Take none that many people have.")


def _lines(path: Path) -> frozenset[str]:
    data = path.read_bytes()
    text = (gzip.decompress(data) if data.startswith(b"\x1f\x8b") else data).decode()
    return frozenset(line.strip() for line in text.splitlines())


class NumericPasswordValidator:
    """Refuses passwords that are a number."""

    def validate(self, password: str, user: Any = None) -> None:
        """Raises ``password_entirely_numeric``."""
        if password.isdigit():
            raise ValidationError(self.get_error_message(), "password_entirely_numeric")

    def get_error_message(self) -> str:
        """What is said of a number."""
        return gettext("This password has nothing but digits.")

    def get_help_text(self) -> str:
        """What to keep in mind."""
        return gettext("Take more than digits.")

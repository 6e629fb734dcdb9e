"""The half of a user that concerns the password; where it is kept is a store's business.

A site with a user class of its own makes it from this one (and from
:class:`~enfilade.contrib.auth.permissions.PermissionsMixin`) and names its store in
``AUTH_USER_STORE``. Names and behaviour are those of Django's ``AbstractBaseUser``.
"""

import unicodedata
from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Any, ClassVar

from enfilade.bridge import in_thread
from enfilade.conf import settings
from enfilade.contrib.auth.errors import SeveralUsers, UserDoesNotExist
from enfilade.contrib.auth.hashers import (
    is_password_usable,
    make_password,
    verify_password,
)
from enfilade.contrib.auth.store import get_user_store
from enfilade.signing import salted_hmac

__all__ = ["AbstractBaseUser", "normalize_email", "normalize_username"]

SALT = "enfilade.contrib.auth.get_session_auth_hash"

LONGEST_NAME = 254
"""Characters; to bring a longer one into a normal form may take long, and none is in the store."""


class AbstractBaseUser:
    """Somebody who can sign in.

    ``USERNAME_FIELD`` names the attribute by which they are known, ``EMAIL_FIELD`` that of their
    address, ``REQUIRED_FIELDS`` what ``createuser`` asks for besides.
    """

    USERNAME_FIELD: ClassVar[str] = "username"
    EMAIL_FIELD: ClassVar[str] = "email"
    REQUIRED_FIELDS: ClassVar[Collection[str]] = ()

    DoesNotExist = UserDoesNotExist
    MultipleObjectsReturned = SeveralUsers

    id: Any = None
    password: str = ""
    last_login: datetime | None = None
    is_active = True
    backend: str
    """The import path of the backend that knew this user, set by ``authenticate()``."""

    @property
    def pk(self) -> Any:
        """What identifies the user, ``None`` until they are saved; its text is in sessions."""
        return self.id

    def __str__(self) -> str:
        return str(self.get_username())

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {self}>"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, AbstractBaseUser) or type(other) is not type(self):
            return NotImplemented
        return self is other or (self.pk is not None and self.pk == other.pk)

    def __hash__(self) -> int:
        if self.pk is None:
            raise TypeError("A user without a primary key value is unhashable: save it first.")
        return hash(self.pk)

    # Names

    def get_username(self) -> str:
        """The name by which they are known."""
        name: str = getattr(self, self.USERNAME_FIELD)
        return name

    def natural_key(self) -> tuple[str]:
        """What identifies them in any database."""
        return (self.get_username(),)

    def clean(self) -> None:
        """Bring the user's name into its normal form, as the store does before it saves."""
        setattr(self, self.USERNAME_FIELD, normalize_username(self.get_username()))

    @classmethod
    def normalize_username(cls, username: str) -> str:
        """*username* in Unicode's form NFKC: one that only looks alike is the same."""
        return normalize_username(username)

    @classmethod
    def get_email_field_name(cls) -> str:
        """The name of the attribute with the address."""
        return cls.EMAIL_FIELD

    @property
    def is_anonymous(self) -> bool:
        """``False``; of an ``AnonymousUser`` it is true."""
        return False

    @property
    def is_authenticated(self) -> bool:
        """``True``; of an ``AnonymousUser`` it is false."""
        return True

    # The password

    def set_password(self, raw_password: str | None) -> None:
        """Keep a hash of *raw_password*; save the user afterwards. ``None`` is unusable."""
        self.password = make_password(raw_password)

    def check_password(self, raw_password: str | None) -> bool:
        """Whether this is the password. A hash of an older kind is replaced then, and saved."""
        correct, outdated = verify_password(raw_password, self.password)
        return correct and (not outdated or self._upgrade(raw_password))

    async def acheck_password(self, raw_password: str | None) -> bool:
        """Twin of ``check_password``; the work is done in a thread."""
        return await in_thread(self.check_password)(raw_password)

    def _upgrade(self, raw_password: str | None) -> bool:
        """Have the hash made anew; whether this is still the password.

        Another request may replace the hash in the same moment: by one of the same password, or
        because the user has chosen another, which must not be undone.
        """
        encoded = make_password(raw_password)
        if self.pk is None:
            self.password = encoded
        elif not get_user_store().replace_password(self, encoded):
            return self._is_still(raw_password)
        return True

    def _is_still(self, raw_password: str | None) -> bool:
        try:
            kept: str = get_user_store().get(pk=self.pk).password
        except UserDoesNotExist:
            return False
        correct, _ = verify_password(raw_password, kept)
        if correct:
            self.password = kept  # the session has a digest of it
        return correct

    def set_unusable_password(self) -> None:
        """Let no password sign this user in; save the user afterwards."""
        self.password = make_password(None)

    def has_usable_password(self) -> bool:
        """Whether there may be a password that signs them in."""
        return is_password_usable(self.password)

    def get_session_auth_hash(self) -> str:
        """A digest of the password's hash: another password ends the sessions of the old one."""
        return self._digest(None)

    def get_session_auth_fallback_hash(self) -> Iterator[str]:
        """The same made with each of ``SECRET_KEY_FALLBACKS``."""
        for secret in settings.SECRET_KEY_FALLBACKS:
            yield self._digest(secret)

    def _digest(self, secret: str | None) -> str:
        return salted_hmac(SALT, self.password, secret, algorithm="sha256").hexdigest()

    # The store

    def save(self, update_fields: Collection[str] | None = None) -> None:
        """Have the store keep this user, or only these fields of one that it has.

        Raises :exc:`~enfilade.contrib.auth.errors.UserExists` if the name is taken.
        """
        get_user_store().save(self, update_fields)

    async def asave(self, update_fields: Collection[str] | None = None) -> None:
        """Twin of ``save``."""
        await in_thread(self.save)(update_fields)

    def delete(self) -> None:
        """Have the store forget this user."""
        get_user_store().delete(self)

    async def adelete(self) -> None:
        """Twin of ``delete``."""
        await in_thread(self.delete)()


def normalize_username(username: str) -> str:
    """*username* in Unicode's form NFKC, unless it is too long for any store."""
    if not isinstance(username, str) or len(username) > LONGEST_NAME:
        return username
    return unicodedata.normalize("NFKC", username)


def normalize_email(email: str | None) -> str:
    """*email* with its host in small letters; the part before may know capitals (RFC 5321, 2.4)."""
    name, at, host = (email or "").strip().rpartition("@")
    return f"{name}@{host.lower()}" if at else host

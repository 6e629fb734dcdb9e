"""What keeps users: the interface, and which store the site has named.

``AUTH_USER_STORE`` names a subclass of :class:`UserStore`. A site with users of its own writes
``get``, ``filter``, ``save`` and ``delete`` for them, and gets everything else: the functions of
Django's ``UserManager``, and a twin for coroutines of each, which runs it in a thread.
"""

import functools
from abc import ABC, abstractmethod
from collections.abc import Collection
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from enfilade.bridge import in_thread
from enfilade.conf import settings
from enfilade.conf.importing import import_string
from enfilade.contrib.auth.errors import UserDoesNotExist, UserExists
from enfilade.exceptions import ImproperlyConfigured

if TYPE_CHECKING:
    from enfilade.contrib.auth.base_user import AbstractBaseUser

__all__ = ["UserStore", "get_user_model", "get_user_store"]

U = TypeVar("U", bound="AbstractBaseUser")


class UserStore(ABC, Generic[U]):
    """Keeps users of one class, ``model``."""

    model: type[U]

    # What a store has to say

    @abstractmethod
    def get(self, **fields: Any) -> U:
        """The one user with these values; ``pk`` may be the text that a session has of it.

        Raises :exc:`~enfilade.contrib.auth.errors.UserDoesNotExist`, and
        :exc:`~enfilade.contrib.auth.errors.SeveralUsers`.
        """

    @abstractmethod
    def filter(self, **fields: Any) -> list[U]:
        """All users with these values, oldest first; ``email__iexact`` minds no capitals."""

    @abstractmethod
    def save(self, user: U, update_fields: Collection[str] | None = None) -> None:
        """Keep *user*: as a new one if it has no ``pk``, which it gets then; else in place of
        the one that is there, or only these fields of it.

        Raises :exc:`~enfilade.contrib.auth.errors.UserExists` if the name is taken, and
        :exc:`~enfilade.contrib.auth.errors.UserDoesNotExist` if the user was deleted.
        """

    @abstractmethod
    def delete(self, user: U) -> None:
        """Forget *user*, who has no ``pk`` afterwards."""

    def replace_password(self, user: U, encoded: str) -> bool:
        """Keep the hash *encoded* in place of ``user.password``, unless the store has another one
        by now; whether it was kept.

        A store that can compare and replace in one step does so in a method of its own.
        """
        try:
            kept: str = self.get(pk=user.pk).password
        except UserDoesNotExist:
            return False
        if kept != user.password:
            return False
        user.password = encoded
        self.save(user, ["password"])
        return True

    def user_permissions(self, user: U) -> set[str]:
        """What *user* may do by themselves; of a superuser all permissions that are known."""
        return set()

    def group_permissions(self, user: U) -> set[str]:
        """What *user* may do by their groups; likewise."""
        return set()

    # Made of these

    def get_by_natural_key(self, username: str) -> U:
        """The user who is known by *username*, in whatever form of Unicode."""
        name = self.model.normalize_username(username)
        return self.get(**{self.model.USERNAME_FIELD: name})

    def get_or_create(self, username: str) -> tuple[U, bool]:
        """The user of this name, and whether they are new; they have no password then."""
        try:
            return self.get_by_natural_key(username), False
        except UserDoesNotExist:
            try:
                return self.create_user(username), True
            except UserExists:  # at the same moment, by another request
                return self.get_by_natural_key(username), False

    def create_user(
        self,
        username: str,
        email: str | None = None,
        password: str | None = None,
        **extra_fields: Any,
    ) -> U:
        """A new user, saved. Without *password* no password signs them in.

        Raises :exc:`ValueError` for an empty name,
        :exc:`~enfilade.contrib.auth.errors.UserExists` for one that is taken.
        """
        if not username:
            raise ValueError("The given username must be set")
        if email is not None:
            extra_fields = {self.model.EMAIL_FIELD: email, **extra_fields}
        user = self.model(**{**extra_fields, self.model.USERNAME_FIELD: username})
        user.set_password(password)
        user.clean()
        self.save(user)
        return user

    def create_superuser(
        self,
        username: str,
        email: str | None = None,
        password: str | None = None,
        **extra_fields: Any,
    ) -> U:
        """A new user who may do everything, saved; raises as :meth:`create_user` does."""
        flags = {"is_staff": True, "is_superuser": True, **extra_fields}
        for name in ("is_staff", "is_superuser"):
            if flags[name] is not True:
                raise ValueError(f"Superuser must have {name}=True.")
        return self.create_user(username, email, password, **flags)

    # Twins

    async def aget(self, **fields: Any) -> U:
        """Twin of ``get``."""
        return await in_thread(self.get)(**fields)

    async def afilter(self, **fields: Any) -> list[U]:
        """Twin of ``filter``."""
        return await in_thread(self.filter)(**fields)

    async def asave(self, user: U, update_fields: Collection[str] | None = None) -> None:
        """Twin of ``save``."""
        await in_thread(self.save)(user, update_fields)

    async def adelete(self, user: U) -> None:
        """Twin of ``delete``."""
        await in_thread(self.delete)(user)

    async def aget_by_natural_key(self, username: str) -> U:
        """Twin of ``get_by_natural_key``."""
        return await in_thread(self.get_by_natural_key)(username)

    async def aget_or_create(self, username: str) -> tuple[U, bool]:
        """Twin of ``get_or_create``."""
        return await in_thread(self.get_or_create)(username)

    async def acreate_user(
        self,
        username: str,
        email: str | None = None,
        password: str | None = None,
        **extra_fields: Any,
    ) -> U:
        """Twin of ``create_user``."""
        return await in_thread(self.create_user)(username, email, password, **extra_fields)

    async def acreate_superuser(
        self,
        username: str,
        email: str | None = None,
        password: str | None = None,
        **extra_fields: Any,
    ) -> U:
        """Twin of ``create_superuser``."""
        return await in_thread(self.create_superuser)(username, email, password, **extra_fields)


def get_user_store() -> UserStore[Any]:
    """The store of ``AUTH_USER_STORE``.

    Raises :exc:`~enfilade.exceptions.ImproperlyConfigured` if it cannot be made.
    """
    return _store_of(settings.AUTH_USER_STORE)


def get_user_model() -> type[Any]:
    """The class of the site's users."""
    return get_user_store().model


@functools.cache
def _store_of(path: str) -> UserStore[Any]:
    try:
        store: type[UserStore[Any]] = import_string(path)
    except (ImportError, AttributeError, ValueError) as error:
        missing = getattr(error, "name", None) == "sqlalchemy"
        raise ImproperlyConfigured(
            f"AUTH_USER_STORE names {path!r}, which cannot be imported: {error}",
            hint='pip install "enfilade[auth]"'
            if missing
            else "It is the dotted path of a class made from UserStore.",
        ) from error
    return store()

"""The user that the site's database keeps, and the visitor that nobody knows.

``User.objects`` is the store: ``User.objects.create_user("ann", password="…")``.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NoReturn

from enfilade.contrib.auth.base_user import AbstractBaseUser, normalize_email
from enfilade.contrib.auth.permissions import PermissionsMixin
from enfilade.contrib.auth.store import UserStore, get_user_store

if TYPE_CHECKING:
    from enfilade.contrib.auth.linked_names import LinkedNames

__all__ = ["AnonymousUser", "User"]


def _now() -> datetime:
    return datetime.now(UTC)


class _Objects:
    """``User.objects``, on the class only: the store that the setting names."""

    def __get__(self, user: object, owner: type | None = None) -> UserStore[Any]:
        if user is not None:
            raise AttributeError("The store is reached from the class: User.objects.")
        return get_user_store()


@dataclass(eq=False, repr=False)
class User(PermissionsMixin, AbstractBaseUser):
    """A user of the site; the attributes are those of Django's ``User``.

    ``is_active`` false keeps them out without deleting them, ``is_superuser`` lets them do
    everything, ``is_staff`` means what the site makes of it. Times have a time zone.
    """

    username: str = ""
    password: str = ""
    email: str = ""
    first_name: str = ""
    last_name: str = ""
    is_active: bool = True
    is_staff: bool = False
    is_superuser: bool = False
    last_login: datetime | None = None
    date_joined: datetime = field(default_factory=_now)
    id: int | None = None

    REQUIRED_FIELDS = ("email",)
    objects = _Objects()

    def clean(self) -> None:
        """Bring name and address into their normal forms, as the store does before it saves."""
        super().clean()
        self.email = normalize_email(self.email)

    def get_full_name(self) -> str:
        """First and last name."""
        return f"{self.first_name} {self.last_name}".strip()

    def get_short_name(self) -> str:
        """The first name."""
        return self.first_name

    @property
    def groups(self) -> "LinkedNames":
        """The names of the user's groups, to be read and changed: ``user.groups.add("editors")``.

        What has been asked of this object before is remembered; get the user again to see what
        they may do now.
        """
        from enfilade.contrib.auth.linked_names import groups_of

        return groups_of(self.id)

    @property
    def user_permissions(self) -> "LinkedNames":
        """What the user may do by themselves, to be read and changed."""
        from enfilade.contrib.auth.linked_names import permissions_of

        return permissions_of(self.id)


class AnonymousUser(PermissionsMixin):
    """A visitor who has not signed in. It has no password and cannot be saved."""

    id = None
    pk = None
    username = ""
    is_staff = False
    is_active = False
    is_superuser = False
    is_anonymous = True
    is_authenticated = False

    def __str__(self) -> str:
        return "AnonymousUser"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, type(self))

    def __hash__(self) -> int:
        return 1

    def __int__(self) -> NoReturn:
        raise TypeError("An AnonymousUser has no number; is it used in place of a User?")

    def get_username(self) -> str:
        """The empty text."""
        return self.username

    def save(self, update_fields: Collection[str] | None = None) -> NoReturn:
        """Raises :exc:`NotImplementedError`, as do the others: there is nothing to keep."""
        raise NotImplementedError("An AnonymousUser is in no database.")

    def delete(self) -> NoReturn:
        """Raises :exc:`NotImplementedError`."""
        raise NotImplementedError("An AnonymousUser is in no database.")

    def set_password(self, raw_password: str | None) -> NoReturn:
        """Raises :exc:`NotImplementedError`."""
        raise NotImplementedError("An AnonymousUser has no password.")

    def check_password(self, raw_password: str | None) -> NoReturn:
        """Raises :exc:`NotImplementedError`."""
        raise NotImplementedError("An AnonymousUser has no password.")

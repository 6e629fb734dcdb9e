"""Groups: users who may do the same."""

from dataclasses import dataclass
from typing import ClassVar

from enfilade.exceptions import ImproperlyConfigured

try:
    from sqlalchemy import delete, insert, select
    from sqlalchemy.exc import IntegrityError
except ModuleNotFoundError as error:
    raise ImproperlyConfigured(
        "Groups are kept in the database, and SQLAlchemy is not installed.",
        hint='pip install "enfilade[auth]"',
    ) from error

from enfilade.bridge import in_thread
from enfilade.contrib.auth.errors import UnknownGroup
from enfilade.contrib.auth.linked_names import (
    LinkedNames,
    check_code,
    check_group,
    permissions_of_group,
)
from enfilade.contrib.auth.tables import group_permissions, groups
from enfilade.contrib.auth.texts import is_storable
from enfilade.database import connect, transaction

__all__ = ["Group", "GroupStore"]


class GroupStore:
    """``Group.objects``: the groups in the site's database."""

    def create(self, name: str, *, permissions: tuple[str, ...] | list[str] = ()) -> "Group":
        """A new group that may do *permissions*; :exc:`ValueError` if there is one already."""
        check_group(name)
        codes = sorted({check_code(code) for code in permissions})
        try:
            with transaction() as database:
                database.execute(insert(groups).values(name=name))
                if codes:
                    rows = [{"group_name": name, "code": code} for code in codes]
                    database.execute(insert(group_permissions), rows)
        except IntegrityError as error:
            raise ValueError(f"There is a group {name!r} already.") from error
        return Group(name)

    def get(self, name: str) -> "Group":
        """The group of this name; :exc:`~enfilade.contrib.auth.errors.UnknownGroup`."""
        with connect() as database:
            question = select(groups.c.name).where(groups.c.name == name)
            if not is_storable(name) or database.scalar(question) is None:
                raise UnknownGroup(f"There is no group {name!r}.")
        return Group(name)

    def all(self) -> "list[Group]":
        """Every group, by name."""
        with connect() as database:
            return [Group(name) for name in database.scalars(select(groups).order_by("name"))]

    def delete(self, name: str) -> None:
        """Forget the group of this name, if there is one, and who was in it."""
        with transaction() as database:
            database.execute(delete(groups).where(groups.c.name == name))

    async def acreate(self, name: str, *, permissions: tuple[str, ...] | list[str] = ()) -> "Group":
        """Twin of ``create``."""
        return await in_thread(self.create)(name, permissions=permissions)

    async def aget(self, name: str) -> "Group":
        """Twin of ``get``."""
        return await in_thread(self.get)(name)

    async def aall(self) -> "list[Group]":
        """Twin of ``all``."""
        return await in_thread(self.all)()

    async def adelete(self, name: str) -> None:
        """Twin of ``delete``."""
        await in_thread(self.delete)(name)


@dataclass(frozen=True, slots=True)
class Group:
    """A group by its name; its members are found by ``User.objects.filter(groups="editors")``."""

    name: str

    objects: ClassVar[GroupStore] = GroupStore()

    def __str__(self) -> str:
        return self.name

    @property
    def permissions(self) -> LinkedNames:
        """What its members may do, to be read and changed."""
        return permissions_of_group(self.name)

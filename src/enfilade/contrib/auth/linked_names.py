"""The names that belong to a user or a group: groups, permissions.

They are read and changed like those of Django's ``user.groups`` and ``user.user_permissions``,
but what goes in and comes out are texts.
"""

from collections.abc import Callable, Iterable, Iterator

from sqlalchemy import Connection, Table, delete, insert, select
from sqlalchemy.exc import IntegrityError

from enfilade.bridge import in_thread
from enfilade.contrib.auth.errors import UnknownGroup, UserDoesNotExist
from enfilade.contrib.auth.tables import group_permissions, user_groups, user_permissions
from enfilade.contrib.auth.texts import checked_text
from enfilade.database import connect, transaction
from enfilade.exceptions import ObjectDoesNotExist

__all__ = [
    "LinkedNames",
    "check_code",
    "check_group",
    "groups_of",
    "permissions_of",
    "permissions_of_group",
]

Names = set[str]


class LinkedNames:
    """The names in a table of two columns (owner, name) that one owner has.

    ``missing`` makes the error for names that the database refuses.
    """

    def __init__(
        self,
        table: Table,
        owner: object,
        check: Callable[[str], str],
        missing: Callable[[Names], ObjectDoesNotExist],
    ) -> None:
        self._table = table
        self._owner_column, self._name_column = table.columns
        self._owner = owner
        self._check = check
        self._missing = missing

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self.all()))

    def __contains__(self, name: object) -> bool:
        return str(name) in self.all()

    def __repr__(self) -> str:
        return f"<LinkedNames of {self._owner!r} in {self._table.name}>"

    def all(self) -> Names:
        """The names that there are now."""
        with connect() as database:
            return self._read(database)

    def add(self, *names: object) -> None:
        """Add these; one that is there already stays.

        Raises :exc:`ValueError` for what can be no such name, and
        :exc:`~enfilade.exceptions.ObjectDoesNotExist` if owner or group do not exist.
        """
        self._change(set(), self._checked(names))

    def remove(self, *names: object) -> None:
        """Take these away, as far as they are there."""
        self._change({str(name) for name in names}, set())

    def set(self, names: Iterable[object]) -> None:
        """Have these and no others; raises as :meth:`add` does."""
        self._change(None, self._checked(names))

    def clear(self) -> None:
        """Have none."""
        self._change(None, set())

    async def aall(self) -> Names:
        """Twin of ``all``."""
        return await in_thread(self.all)()

    async def aadd(self, *names: object) -> None:
        """Twin of ``add``."""
        await in_thread(self.add)(*names)

    async def aremove(self, *names: object) -> None:
        """Twin of ``remove``."""
        await in_thread(self.remove)(*names)

    async def aset(self, names: Iterable[object]) -> None:
        """Twin of ``set``."""
        await in_thread(self.set)(names)

    async def aclear(self) -> None:
        """Twin of ``clear``."""
        await in_thread(self.clear)()

    def _checked(self, names: Iterable[object]) -> Names:
        return {self._check(str(name)) for name in names}

    def _change(self, unwanted: Names | None, wanted: Names) -> None:
        """Take *unwanted* away (``None``: what is not wanted), and see that *wanted* are there."""
        try:
            self._attempt(unwanted, wanted)
        except IntegrityError:
            try:  # another request may have added some of them at the same moment
                self._attempt(unwanted, wanted)
            except IntegrityError as error:
                raise self._missing(wanted) from error

    def _attempt(self, unwanted: Names | None, wanted: Names) -> None:
        with transaction() as database:
            known = self._read(database)
            gone = known - wanted if unwanted is None else known & unwanted
            if gone:
                self._delete(database, gone)
            if new := sorted(wanted - known):
                columns = self._owner_column.name, self._name_column.name
                rows = [dict(zip(columns, (self._owner, name), strict=True)) for name in new]
                database.execute(insert(self._table), rows)

    def _read(self, database: Connection) -> Names:
        question = select(self._name_column).where(self._owner_column == self._owner)
        return set(database.scalars(question))

    def _delete(self, database: Connection, names: Names) -> None:
        database.execute(
            delete(self._table).where(
                self._owner_column == self._owner, self._name_column.in_(names)
            )
        )


def groups_of(user_id: int | None) -> LinkedNames:
    """The names of a user's groups."""
    return LinkedNames(user_groups, _saved(user_id), check_group, _no_such_group)


def permissions_of(user_id: int | None) -> LinkedNames:
    """The permissions of a user."""
    return LinkedNames(user_permissions, _saved(user_id), check_code, _no_owner)


def permissions_of_group(name: str) -> LinkedNames:
    """The permissions of a group."""
    return LinkedNames(group_permissions, name, check_code, _no_owner)


def check_code(code: str) -> str:
    """*code*; :exc:`ValueError` unless it has a dot with something on either side."""
    part, _, action = checked_text("A permission", code, 255).partition(".")
    if not (part and action):
        raise ValueError(
            f"A permission is a text such as 'gazette.edit_article', and {code!r} is none."
        )
    return code


def check_group(name: str) -> str:
    """*name*; :exc:`ValueError` if no group can have it."""
    if not name:
        raise ValueError("A group needs a name.")
    return checked_text("The name of a group", name, 150)


def _saved(user_id: int | None) -> int:
    if user_id is None:
        raise ValueError("Save the user first: groups and permissions belong to one that is kept.")
    return user_id


def _no_such_group(names: Names) -> ObjectDoesNotExist:
    return UnknownGroup(
        f"The user or one of these groups does not exist: {', '.join(sorted(names))}.",
        hint='Make a group with Group.objects.create("editors").',
    )


def _no_owner(names: Names) -> ObjectDoesNotExist:
    return UserDoesNotExist("The user or group to have these permissions does not exist.")

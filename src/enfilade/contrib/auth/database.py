"""The store that a site has unless it names another: users in tables of its database."""

from collections.abc import Collection
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    Row,
    Select,
    String,
    and_,
    delete,
    false,
    func,
    insert,
    or_,
    select,
    true,
    update,
)
from sqlalchemy.exc import IntegrityError

from enfilade.bridge import in_thread
from enfilade.contrib.auth.errors import SeveralUsers, UserDoesNotExist, UserExists
from enfilade.contrib.auth.linked_names import check_code
from enfilade.contrib.auth.store import UserStore
from enfilade.contrib.auth.tables import (
    group_permissions,
    user_groups,
    user_permissions,
    users,
)
from enfilade.contrib.auth.texts import checked_text, is_storable
from enfilade.contrib.auth.users import User
from enfilade.database import connect, transaction

__all__ = ["DatabaseUserStore"]

IGNORING_CASE = "__iexact"
LARGEST_INTEGER = 2**31 - 1


class DatabaseUserStore(UserStore[User]):
    """Users in the table ``enfilade_user``."""

    model = User

    def get(self, **fields: Any) -> User:
        """The one user with these values, as :meth:`UserStore.get` says."""
        found = self._select(self._where(fields), most=2)
        if not found:
            raise UserDoesNotExist("User matching query does not exist.")
        if len(found) > 1:
            raise SeveralUsers("More than one user matches.", hint="Ask filter() for all of them.")
        return found[0]

    def filter(self, **fields: Any) -> list[User]:
        """All users with these values, as :meth:`UserStore.filter` says; ``groups="editors"``
        are the members of a group. :exc:`TypeError` for a field that users do not have."""
        return self._select(self._where(fields))

    def with_perm(
        self, perm: str, is_active: bool | None = True, include_superusers: bool = True
    ) -> list[User]:
        """Who may do *perm*, by themselves or by a group; ``is_active=None`` minds no activity."""
        holds = or_(
            users.c.id.in_(_holders(check_code(perm))),
            users.c.id.in_(_holders_by_group(perm)),
        )
        if include_superusers:
            holds = or_(holds, users.c.is_superuser)
        return self._select(
            holds if is_active is None else and_(holds, _is("is_active", is_active))
        )

    async def awith_perm(
        self, perm: str, is_active: bool | None = True, include_superusers: bool = True
    ) -> list[User]:
        """Twin of ``with_perm``."""
        return await in_thread(self.with_perm)(perm, is_active, include_superusers)

    def save(self, user: User, update_fields: Collection[str] | None = None) -> None:
        """Keep *user*, as :meth:`UserStore.save` says; :exc:`ValueError` for a text that is too
        long or that no database can hold."""
        user.clean()
        values = _values(user, update_fields)
        try:
            with transaction() as database:
                if user.id is None:
                    made = database.execute(insert(users).values(values)).inserted_primary_key
                    user.id = made[0] if made else None
                    return
                change = update(users).where(users.c.id == user.id).values(values)
                found = not values or database.execute(change).rowcount
        except IntegrityError as error:
            raise UserExists("A user with that username already exists.") from error
        if not found:
            raise UserDoesNotExist(f"The user {user} was deleted meanwhile.")

    def replace_password(self, user: User, encoded: str) -> bool:
        """Replace the hash in one step, as :meth:`UserStore.replace_password` says."""
        unchanged = and_(users.c.id == user.id, users.c.password == user.password)
        with transaction() as database:
            change = update(users).where(unchanged).values(password=encoded)
            replaced = database.execute(change).rowcount == 1
        if replaced:
            user.password = encoded
        return replaced

    def delete(self, user: User) -> None:
        """Forget *user*, and what they may do."""
        with transaction() as database:
            database.execute(delete(users).where(users.c.id == user.id))
        user.id = None

    def user_permissions(self, user: User) -> set[str]:
        """What *user* may do by themselves; of a superuser what anybody may."""
        question = select(user_permissions.c.code)
        if not user.is_superuser:
            question = question.where(user_permissions.c.user_id == user.id)
        return _codes(question)

    def group_permissions(self, user: User) -> set[str]:
        """What *user* may do by their groups; of a superuser what any group may."""
        question = select(group_permissions.c.code)
        if not user.is_superuser:
            question = question.join(
                user_groups, user_groups.c.group_name == group_permissions.c.group_name
            ).where(user_groups.c.user_id == user.id)
        return _codes(question)

    def _where(self, fields: dict[str, Any]) -> ColumnElement[bool]:
        return and_(true(), *(_is(name, value) for name, value in fields.items()))

    def _select(self, where: ColumnElement[bool], most: int | None = None) -> list[User]:
        question = select(users).where(where).order_by(users.c.id).limit(most)
        with connect() as database:
            return [_user(row) for row in database.execute(question)]


# Rows ----------------------------------------------------------------------------------------


def _user(row: "Row[Any]") -> User:
    return User(**{name: _in_utc(value) for name, value in row._mapping.items()})


def _in_utc(value: Any) -> Any:
    """SQLite keeps no time zone; what was written is UTC."""
    if isinstance(value, datetime):
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)
    return value


def _values(user: User, names: Collection[str] | None) -> dict[str, Any]:
    columns = {column.name: column for column in users.c if column.name != "id"}
    chosen = columns if names is None else names
    if unknown := set(chosen) - set(columns):
        raise ValueError(f"Users have no such fields: {', '.join(sorted(unknown))}.")
    return {name: _value(name, getattr(user, name)) for name in chosen}


def _value(name: str, value: Any) -> Any:
    column = users.c[name]
    kind = column.type
    if value is None and not column.nullable:
        raise ValueError(f"The user's {name} must not be None.")
    if isinstance(kind, String):
        return checked_text(f"The user's {name}", value, kind.length)
    if isinstance(value, datetime):
        return value.astimezone(UTC)
    return value


# Questions -----------------------------------------------------------------------------------


def _is(name: str, value: Any) -> ColumnElement[bool]:
    """The condition that the field *name* has *value*; false for what no row can have."""
    if isinstance(value, str) and not is_storable(value):
        return false()
    if name == "groups":
        return users.c.id.in_(_members(str(value)))
    ignoring_case = name.endswith(IGNORING_CASE)
    column = users.c.get("id" if name == "pk" else name.removesuffix(IGNORING_CASE))
    if column is None:
        raise TypeError(f"Users have no field {name!r}.")
    if isinstance(column.type, Integer):
        value = _number(value)
    if value is None and not column.nullable:
        return false()
    return func.lower(column) == func.lower(value) if ignoring_case else column == value


def _number(value: Any) -> int | None:
    """The key that *value* stands for: a number, or the text of one that a session has."""
    try:
        number = int(value)
    except (TypeError, ValueError):
        return None
    return number if 0 < number <= LARGEST_INTEGER else None


def _holders(code: str) -> "Select[tuple[int]]":
    return select(user_permissions.c.user_id).where(user_permissions.c.code == code)


def _members(group: str) -> "Select[tuple[int]]":
    return select(user_groups.c.user_id).where(user_groups.c.group_name == group)


def _holders_by_group(code: str) -> "Select[tuple[int]]":
    return (
        select(user_groups.c.user_id)
        .join(group_permissions, group_permissions.c.group_name == user_groups.c.group_name)
        .where(group_permissions.c.code == code)
    )


def _codes(question: "Select[tuple[str]]") -> set[str]:
    with connect() as database:
        return set(database.scalars(question.distinct()))

"""What ``DATABASE_URL`` says, completed with what a web site needs of its database."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sqlalchemy import URL


def complete_address(address: str) -> "URL":
    """The parsed address, with psycopg 3 as the driver of PostgreSQL unless it names another.

    Raises :exc:`sqlalchemy.exc.ArgumentError` for what is no address.
    """
    from sqlalchemy import make_url

    url = make_url(address)
    if url.drivername in ("postgres", "postgresql"):
        return url.set(drivername="postgresql+psycopg")
    return url


def options_for(url: "URL", seconds: int, wishes: Mapping[str, Any]) -> dict[str, Any]:
    """Arguments for ``create_engine``: nobody waits longer than *seconds* for a connection, and
    one that was lost meanwhile is replaced before it is used. The site's *wishes* count more."""
    options = _deadlines(url, seconds)
    if not _keeps_others_waiting(wishes):
        options.pop("pool_timeout", None)
    arguments = {**options.get("connect_args", {}), **wishes.get("connect_args", {})}
    return {**options, **wishes, "connect_args": arguments}


def _deadlines(url: "URL", seconds: int) -> dict[str, Any]:
    if url.get_backend_name() == "sqlite":
        return {"connect_args": {"timeout": seconds}}
    if is_watched(url):
        # These are for machines that are gone. One that is there and silent is watched for, and
        # so is a connection that was lost.
        deadlines = {"connect_timeout": 2, "tcp_user_timeout": seconds * 1000}
        return {"pool_timeout": seconds, "connect_args": deadlines}
    return {"pool_timeout": seconds, "pool_pre_ping": True}


def _keeps_others_waiting(wishes: Mapping[str, Any]) -> bool:
    """Whether the pool has an end: a ``NullPool``, as a site behind PgBouncer wants it, has none,
    and takes no deadline."""
    from sqlalchemy import QueuePool

    return "pool" not in wishes and issubclass(wishes.get("poolclass", QueuePool), QueuePool)


def is_watched(url: "URL") -> bool:
    """Whether the connections are those of ``database/postgresql.py``."""
    return url.drivername == "postgresql+psycopg"

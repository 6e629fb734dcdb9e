"""Django's users and ours in a database each, for sites on which somebody signs in."""

import importlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from django.db import connections
from django.test import override_settings as django_override_settings

from enfilade.contrib.auth import tables
from enfilade.database import transaction
from enfilade.test import override_settings
from oracle.frameworks import Framework

TABLES = [
    tables.users,
    tables.groups,
    tables.user_groups,
    tables.user_permissions,
    tables.group_permissions,
]
APPS = ["django.contrib.contenttypes", "django.contrib.auth"]


@contextmanager
def people(folder: Path) -> Iterator[None]:
    """Empty tables on both sides, hashes that cost nothing, sessions in a cache."""
    with ExitStack() as stack:
        stack.enter_context(_django(folder / "django.sqlite3"))
        stack.enter_context(_enfilade(folder / "enfilade.sqlite3"))
        yield


def _settings(name: str) -> dict[str, Any]:
    return {
        "PASSWORD_HASHERS": [f"{name}.contrib.auth.hashers.MD5PasswordHasher"],
        "SESSION_ENGINE": f"{name}.contrib.sessions.backends.cache",
    }


@contextmanager
def _enfilade(file: Path) -> Iterator[None]:
    with override_settings(DATABASE_URL=f"sqlite:///{file}", **_settings("enfilade")):
        with transaction() as database:
            for table in TABLES:
                table.create(database)
        yield


@contextmanager
def _django(file: Path) -> Iterator[None]:
    before = connections.settings
    database = {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(file),
        "OPTIONS": {"init_command": "PRAGMA synchronous=OFF"},  # nobody waits for the disk
    }
    connections.settings = connections.configure_settings({"default": database})
    _forget_connection()
    with django_override_settings(INSTALLED_APPS=APPS, **_settings("django")):
        from django.contrib.auth.models import Group, Permission, User
        from django.contrib.contenttypes.models import ContentType

        with connections["default"].schema_editor() as editor:
            for model in (ContentType, Permission, Group, User):
                editor.create_model(model)
        try:
            yield
        finally:
            connections["default"].close()
            connections.settings = before
            _forget_connection()


def _forget_connection() -> None:
    if hasattr(connections._connections, "default"):
        del connections["default"]


def add_user(framework: Framework, name: str, *permissions: str, **fields: Any) -> Any:
    """A new user with the password "secret", who may do *permissions*."""
    auth = importlib.import_module(f"{framework.name}.contrib.auth")
    user = auth.get_user_model().objects.create_user(name, password="secret", **fields)
    for code in permissions:
        user.user_permissions.add(code if framework.name == "enfilade" else _permission(code))
    return user


def _permission(code: str) -> Any:
    from django.contrib.auth.models import Permission
    from django.contrib.contenttypes.models import ContentType

    app_label, _, codename = code.partition(".")
    kind, _ = ContentType.objects.get_or_create(app_label=app_label, model="thing")
    known = {"codename": codename, "content_type": kind}
    return Permission.objects.get_or_create(**known, defaults={"name": codename})[0]

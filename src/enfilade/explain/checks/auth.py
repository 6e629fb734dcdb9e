"""Checks of authentication; nothing is said of a site without ``AuthenticationMiddleware``."""

from collections.abc import Iterator

from enfilade.conf import settings
from enfilade.contrib.auth import get_backends, get_user_store
from enfilade.contrib.auth.hashers import (
    MD5PasswordHasher,
    PBKDF2SHA1PasswordHasher,
    get_hashers,
)
from enfilade.explain.checks.finding import Finding, told
from enfilade.explain.checks.used import names_of

ROOM = "enfilade.contrib.auth."
BACKEND = "An entry is the dotted path of a class: 'enfilade.contrib.auth.backends.ModelBackend'"
HASHER = "Ours are in enfilade.contrib.auth.hashers, such as Argon2PasswordHasher."
STORE = "It is the dotted path of a class made from enfilade.contrib.auth.store.UserStore."


def check_backends() -> Iterator[Finding]:
    """auth.E001: those who know users cannot be asked."""
    if _are_used():
        yield from told("auth.E001", "AUTHENTICATION_BACKENDS", get_backends, BACKEND)


def check_hashers() -> Iterator[Finding]:
    """auth.E002: an algorithm of PASSWORD_HASHERS cannot be used."""
    if _are_used():
        yield from told("auth.E002", "PASSWORD_HASHERS", _load_hashers, HASHER)


def _load_hashers() -> None:
    for hasher in get_hashers():
        hasher.load()


def check_store() -> Iterator[Finding]:
    """auth.E003: what keeps users cannot be used."""
    if _are_used():
        yield from told("auth.E003", "AUTH_USER_STORE", get_user_store, STORE)


def check_weak_hashes() -> Iterator[Finding]:
    """auth.W004: new passwords are kept in a form that is easy to guess."""
    if not _are_used() or any(True for _ in check_hashers()):
        return
    first = get_hashers()[0]
    if isinstance(first, (MD5PasswordHasher, PBKDF2SHA1PasswordHasher)):
        yield Finding(
            "auth.W004",
            f"New passwords are hashed by {type(first).__name__}, the first of PASSWORD_HASHERS.",
            "Put Argon2PasswordHasher before it; what is kept already still verifies.",
            "PASSWORD_HASHERS",
        )


def _are_used() -> bool:
    names = (name for entry in settings.MIDDLEWARE for name in names_of(entry))
    return any(name.startswith(ROOM) for name in names)

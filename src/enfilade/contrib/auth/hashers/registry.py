"""The algorithms that ``PASSWORD_HASHERS`` names, made once."""

import functools

from enfilade.conf import settings
from enfilade.conf.importing import import_named
from enfilade.contrib.auth.hashers.base import BasePasswordHasher
from enfilade.exceptions import ImproperlyConfigured

__all__ = ["get_hasher", "get_hashers", "identify_hasher"]


def get_hashers() -> tuple[BasePasswordHasher, ...]:
    """All of them; the first is the one that makes new hashes.

    Raises :exc:`~enfilade.exceptions.ImproperlyConfigured`.
    """
    return _made(tuple(settings.PASSWORD_HASHERS))


def get_hasher(algorithm: str | BasePasswordHasher = "default") -> BasePasswordHasher:
    """The one of this name; :exc:`ValueError` if ``PASSWORD_HASHERS`` has none such."""
    if isinstance(algorithm, BasePasswordHasher):
        return algorithm
    hashers = get_hashers()
    if algorithm == "default":
        return hashers[0]
    for hasher in hashers:
        if hasher.algorithm == algorithm:
            return hasher
    raise ValueError(
        f"Unknown password hashing algorithm '{algorithm}'. Did you specify it in the "
        "PASSWORD_HASHERS setting?"
    )


def identify_hasher(encoded: str) -> BasePasswordHasher:
    """The one that made a hash; raises as :func:`get_hasher` does."""
    return get_hasher(encoded.partition("$")[0])


@functools.cache
def _made(paths: tuple[str, ...]) -> tuple[BasePasswordHasher, ...]:
    if not paths:
        raise ImproperlyConfigured("PASSWORD_HASHERS is empty: nothing could hash a password.")
    return tuple(_load(path)() for path in paths)


def _load(path: str) -> type[BasePasswordHasher]:
    hint = "The classes are in enfilade.contrib.auth.hashers, and have Django's names."
    hasher: type[BasePasswordHasher] = import_named(path, "PASSWORD_HASHERS", hint)
    if not hasher.algorithm:
        raise ImproperlyConfigured(f"{path} does not say the name of its algorithm.")
    return hasher

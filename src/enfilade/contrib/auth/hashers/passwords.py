"""Make a hash of a password, and check a password against one.

Hashing takes some tenths of a second of work on purpose. A refusal takes as long as a success,
also where there is no hash to compare with, so that nobody learns from the time who exists.
"""

from collections.abc import Awaitable, Callable

from enfilade.bridge import in_thread
from enfilade.contrib.auth.hashers.base import BasePasswordHasher, random_text
from enfilade.contrib.auth.hashers.registry import get_hasher, identify_hasher

__all__ = [
    "UNUSABLE_PASSWORD_PREFIX",
    "UNUSABLE_PASSWORD_SUFFIX_LENGTH",
    "acheck_password",
    "check_password",
    "is_password_usable",
    "make_password",
    "verify_password",
]

UNUSABLE_PASSWORD_PREFIX = "!"  # noqa: S105
"""What begins that which no password fits."""
UNUSABLE_PASSWORD_SUFFIX_LENGTH = 40
"""How many random characters follow, so that no two users have the same."""

Algorithm = str | BasePasswordHasher


def is_password_usable(encoded: str | None) -> bool:
    """Whether a password can fit *encoded*: ``make_password(None)`` makes one that none fits."""
    return encoded is None or not encoded.startswith(UNUSABLE_PASSWORD_PREFIX)


def make_password(
    password: str | bytes | None, salt: str | None = None, hasher: Algorithm = "default"
) -> str:
    """The hash to keep of *password*; of ``None`` one that no password fits.

    Raises :exc:`TypeError` for what is neither text nor bytes, :exc:`ValueError` for an
    algorithm that is not in ``PASSWORD_HASHERS``.
    """
    if password is None:
        return UNUSABLE_PASSWORD_PREFIX + random_text(UNUSABLE_PASSWORD_SUFFIX_LENGTH)
    if not isinstance(password, (bytes, str)):
        kind = type(password).__qualname__
        raise TypeError(f"Password must be a string or bytes, got {kind}.")
    algorithm = get_hasher(hasher)
    return algorithm.encode(password, salt or algorithm.salt())


def verify_password(
    password: str | bytes | None, encoded: str, preferred: Algorithm = "default"
) -> tuple[bool, bool]:
    """Whether *password* is the one of *encoded*, and whether its hash is to be made anew."""
    best = get_hasher(preferred)
    try:
        return _compare(password, encoded, best)
    except (OverflowError, ValueError):
        make_password(random_text(UNUSABLE_PASSWORD_SUFFIX_LENGTH), hasher=best)
        return False, False


def _compare(
    password: str | bytes | None, encoded: str, best: BasePasswordHasher
) -> tuple[bool, bool]:
    """The same; :exc:`ValueError` if no password can fit *encoded*: it is unusable, or broken, or
    of an algorithm that the site does not know any more."""
    if password is None or not is_password_usable(encoded):
        raise ValueError("There is nothing to compare.")
    known = identify_hasher(encoded)
    changed = known.algorithm != best.algorithm
    outdated = changed or best.must_update(encoded)
    correct = known.verify(password, encoded)
    if not correct and not changed and outdated:
        known.harden_runtime(password, encoded)
    return correct, outdated


def check_password(
    password: str | bytes | None,
    encoded: str,
    setter: Callable[[str], object] | None = None,
    preferred: Algorithm = "default",
) -> bool:
    """Whether *password* is the one of *encoded*.

    *setter* is called with the password if it is right and its hash is to be made anew.
    """
    correct, outdated = verify_password(password, encoded, preferred)
    if setter is not None and correct and outdated:
        setter(password)  # type: ignore[arg-type]
    return correct


async def acheck_password(
    password: str | bytes | None,
    encoded: str,
    setter: Callable[[str], Awaitable[object]] | None = None,
    preferred: Algorithm = "default",
) -> bool:
    """Twin of :func:`check_password`, with an awaitable *setter*; the work is done in a thread."""
    correct, outdated = await in_thread(verify_password)(password, encoded, preferred)
    if setter is not None and correct and outdated:
        await setter(password)  # type: ignore[arg-type]
    return correct

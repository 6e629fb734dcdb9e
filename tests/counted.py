"""Hashers for tests: one whose work is counted, since tests cannot rely on time, and one that is
a newer kind than MD5 and costs nothing either."""

from typing import Any

from enfilade.contrib.auth.hashers import MD5PasswordHasher, PBKDF2PasswordHasher


class Counted(MD5PasswordHasher):
    """``done`` is how often it has hashed."""

    done = 0

    def encode(self, password: Any, salt: str) -> str:
        type(self).done += 1
        return super().encode(password, salt)


class Better(PBKDF2PasswordHasher):
    """``pbkdf2_sha256`` with a handful of iterations."""

    iterations = 10

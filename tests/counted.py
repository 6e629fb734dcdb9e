"""A hasher whose work is counted, since tests cannot rely on time."""

from typing import Any

from enfilade.contrib.auth.hashers import MD5PasswordHasher


class Counted(MD5PasswordHasher):
    """``done`` is how often it has hashed."""

    done = 0

    def encode(self, password: Any, salt: str) -> str:
        type(self).done += 1
        return super().encode(password, salt)

"""MD5, which is no protection: for the tests of a site, where hashing shall cost nothing."""

import hashlib
from typing import Any

from enfilade.contrib.auth.hashers.base import BasePasswordHasher, as_bytes, too_little_salt
from enfilade.signing import constant_time_compare

__all__ = ["MD5PasswordHasher"]


class MD5PasswordHasher(BasePasswordHasher):
    """``md5$salt$hash``. Never in production: a thousand million guesses take a second."""

    algorithm = "md5"

    def encode(self, password: str | bytes, salt: str) -> str:
        """The hash."""
        self.check_salt(salt)
        made = hashlib.md5(salt.encode() + as_bytes(password), usedforsecurity=False).hexdigest()
        return f"{self.algorithm}${salt}${made}"

    def decode(self, encoded: str) -> dict[str, Any]:
        """``algorithm``, ``salt``, ``hash``."""
        salt, made = self.parts(encoded, 2)
        return {"algorithm": self.algorithm, "salt": salt, "hash": made}

    def verify(self, password: str | bytes, encoded: str) -> bool:
        """Whether *encoded* is a hash of *password*."""
        return constant_time_compare(encoded, self.encode(password, self.decode(encoded)["salt"]))

    def must_update(self, encoded: str) -> bool:
        """Whether the salt is short."""
        return too_little_salt(self.decode(encoded)["salt"], self.salt_entropy)

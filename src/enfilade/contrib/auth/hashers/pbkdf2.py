"""PBKDF2 (RFC 8018, 5.2): needs no library, and is what Django uses unless told otherwise."""

import hashlib
from base64 import b64encode
from typing import Any, ClassVar

from enfilade.contrib.auth.hashers.base import BasePasswordHasher, as_bytes, too_little_salt
from enfilade.signing import constant_time_compare

__all__ = ["PBKDF2PasswordHasher", "PBKDF2SHA1PasswordHasher"]


class PBKDF2PasswordHasher(BasePasswordHasher):
    """With HMAC and SHA-256: ``pbkdf2_sha256$iterations$salt$hash``."""

    algorithm = "pbkdf2_sha256"
    digest: ClassVar[str] = "sha256"
    iterations = 1_000_000
    """As in Django 5.2."""

    def encode(self, password: str | bytes, salt: str, iterations: int | None = None) -> str:
        """The hash, with *iterations* of its own if they are given."""
        self.check_salt(salt)
        count = iterations or self.iterations
        made = hashlib.pbkdf2_hmac(self.digest, as_bytes(password), salt.encode(), count)
        return f"{self.algorithm}${count}${salt}${b64encode(made).decode()}"

    def decode(self, encoded: str) -> dict[str, Any]:
        """``algorithm``, ``iterations``, ``salt``, ``hash``."""
        iterations, salt, made = self.parts(encoded, 3)
        return {
            "algorithm": self.algorithm,
            "iterations": int(iterations),
            "salt": salt,
            "hash": made,
        }

    def verify(self, password: str | bytes, encoded: str) -> bool:
        """Whether *encoded* is a hash of *password*."""
        parts = self.decode(encoded)
        return constant_time_compare(
            encoded, self.encode(password, parts["salt"], parts["iterations"])
        )

    def must_update(self, encoded: str) -> bool:
        """Whether it was made with other iterations, or with a short salt."""
        parts = self.decode(encoded)
        return parts["iterations"] != self.iterations or too_little_salt(
            parts["salt"], self.salt_entropy
        )

    def harden_runtime(self, password: str | bytes, encoded: str) -> None:
        """Run the iterations that *encoded* lacks."""
        parts = self.decode(encoded)
        if (lacking := self.iterations - parts["iterations"]) > 0:
            self.encode(password, parts["salt"], lacking)


class PBKDF2SHA1PasswordHasher(PBKDF2PasswordHasher):
    """With HMAC and SHA-1, as other programs make it; only to verify what is there already."""

    algorithm = "pbkdf2_sha1"
    digest = "sha1"

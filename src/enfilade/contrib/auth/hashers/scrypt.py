"""scrypt (RFC 7914): hard on memory, and part of Python where OpenSSL has it."""

import hashlib
from base64 import b64encode
from typing import Any

from enfilade.contrib.auth.hashers.base import BasePasswordHasher, as_bytes
from enfilade.signing import constant_time_compare

__all__ = ["ScryptPasswordHasher"]

DIGEST_LENGTH = 64


class ScryptPasswordHasher(BasePasswordHasher):
    """``scrypt$work_factor$salt$block_size$parallelism$hash``."""

    algorithm = "scrypt"
    block_size = 8
    maxmem = 0
    """The most memory that may be used, in bytes; 0 is OpenSSL's own limit."""
    parallelism = 5
    work_factor = 2**14

    def encode(
        self,
        password: str | bytes,
        salt: str,
        n: int | None = None,
        r: int | None = None,
        p: int | None = None,
    ) -> str:
        """The hash; *n*, *r*, *p* are RFC 7914's parameters, if not this class's."""
        self.check_salt(salt)
        cost = {"n": n or self.work_factor, "r": r or self.block_size, "p": p or self.parallelism}
        made = hashlib.scrypt(
            as_bytes(password), salt=salt.encode(), maxmem=self.maxmem, dklen=DIGEST_LENGTH, **cost
        )
        middle = f"{cost['n']}${salt}${cost['r']}${cost['p']}"
        return f"{self.algorithm}${middle}${b64encode(made).decode()}"

    def decode(self, encoded: str) -> dict[str, Any]:
        """``algorithm``, ``work_factor``, ``salt``, ``block_size``, ``parallelism``, ``hash``."""
        n, salt, r, p, made = self.parts(encoded, 5)
        return {
            "algorithm": self.algorithm,
            "work_factor": int(n),
            "salt": salt,
            "block_size": int(r),
            "parallelism": int(p),
            "hash": made,
        }

    def verify(self, password: str | bytes, encoded: str) -> bool:
        """Whether *encoded* is a hash of *password*."""
        parts = self.decode(encoded)
        again = self.encode(password, parts["salt"], *self._cost(parts))
        return constant_time_compare(encoded, again)

    def must_update(self, encoded: str) -> bool:
        """Whether it was made with other parameters."""
        ours = [self.work_factor, self.block_size, self.parallelism]
        return self._cost(self.decode(encoded)) != ours

    @staticmethod
    def _cost(parts: dict[str, Any]) -> list[int]:
        return [parts["work_factor"], parts["block_size"], parts["parallelism"]]

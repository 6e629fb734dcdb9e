"""Argon2id (RFC 9106), which won the competition for this purpose; through argon2-cffi."""

from base64 import b64decode
from functools import cached_property
from typing import Any

from enfilade.contrib.auth.hashers.base import BasePasswordHasher, as_bytes, too_little_salt
from enfilade.exceptions import ImproperlyConfigured

__all__ = ["Argon2PasswordHasher"]


class Argon2PasswordHasher(BasePasswordHasher):
    """``argon2`` and what the library makes: ``$argon2id$v=…$m=…,t=…,p=…$salt$hash``.

    The costs are Django's: two passes over 100 MiB (``memory_cost`` is in KiB), in eight lanes.
    """

    algorithm = "argon2"
    time_cost = 2
    memory_cost = 102400
    parallelism = 8

    @cached_property
    def _library(self) -> Any:
        try:
            import argon2
            import argon2.low_level
        except ModuleNotFoundError as error:
            raise ImproperlyConfigured(
                "Argon2PasswordHasher needs argon2-cffi, which is not installed.",
                hint='pip install "enfilade[auth]", or take this class out of PASSWORD_HASHERS.',
            ) from error
        return argon2

    def load(self) -> None:
        """Import argon2-cffi; raises as :meth:`BasePasswordHasher.load` says."""
        self._library  # noqa: B018 - made on first use

    def params(self) -> Any:
        """What new hashes are made with, as ``argon2.Parameters``."""
        library = self._library
        return library.Parameters(
            type=library.low_level.Type.ID,
            version=library.low_level.ARGON2_VERSION,
            salt_len=library.DEFAULT_RANDOM_SALT_LENGTH,
            hash_len=library.DEFAULT_HASH_LENGTH,
            time_cost=self.time_cost,
            memory_cost=self.memory_cost,
            parallelism=self.parallelism,
        )

    def encode(self, password: str | bytes, salt: str) -> str:
        """The hash."""
        self.check_salt(salt)
        params = self.params()
        made: bytes = self._library.low_level.hash_secret(
            as_bytes(password),
            salt.encode(),
            time_cost=params.time_cost,
            memory_cost=params.memory_cost,
            parallelism=params.parallelism,
            hash_len=params.hash_len,
            type=params.type,
        )
        return self.algorithm + made.decode()

    def decode(self, encoded: str) -> dict[str, Any]:
        """``algorithm``, ``variety``, ``version``, the costs, ``salt``, ``hash``, ``params``."""
        (rest,) = self.parts(encoded, 1)
        params = self._library.extract_parameters(f"${rest}")  # its own error is a ValueError
        variety, *_, salt, made = rest.split("$")
        return {
            "algorithm": self.algorithm,
            "variety": variety,
            "version": params.version,
            "memory_cost": params.memory_cost,
            "time_cost": params.time_cost,
            "parallelism": params.parallelism,
            "salt": b64decode(salt + "=" * (-len(salt) % 4)).decode("latin-1"),
            "hash": made,
            "params": params,
        }

    def verify(self, password: str | bytes, encoded: str) -> bool:
        """Whether *encoded* is a hash of *password*."""
        (rest,) = self.parts(encoded, 1)
        try:
            return bool(self._library.PasswordHasher().verify(f"${rest}", as_bytes(password)))
        except self._library.exceptions.VerificationError:
            return False

    def must_update(self, encoded: str) -> bool:
        """Whether it was made with other parameters, or with a short salt."""
        parts = self.decode(encoded)
        theirs, ours = parts["params"], self.params()
        theirs.salt_len = ours.salt_len  # the text of a salt is longer than the library's bytes
        return theirs != ours or too_little_salt(parts["salt"], self.salt_entropy)

"""What an algorithm for passwords has to say.

A hash is a text whose parts are set apart by ``$``: the algorithm, what it was made with, and the
digest at the end. A site's own algorithm subclasses :class:`BasePasswordHasher`.
"""

import math
import secrets
from abc import ABC, abstractmethod
from string import ascii_letters, digits
from typing import Any, ClassVar

__all__ = ["BasePasswordHasher", "as_bytes", "mask_hash", "random_text", "too_little_salt"]

_CHARACTERS = ascii_letters + digits
_BITS = math.log2(len(_CHARACTERS))


class BasePasswordHasher(ABC):
    """One algorithm. ``algorithm`` is what its hashes begin with; ``salt_entropy`` the bits of
    a new salt."""

    algorithm: ClassVar[str] = ""
    salt_entropy = 128

    def load(self) -> None:  # noqa: B027 - most need nothing
        """Import what the algorithm needs.

        Raises :exc:`~enfilade.exceptions.ImproperlyConfigured` if it is not installed.
        """

    def salt(self) -> str:
        """A new salt: letters and digits."""
        return random_text(math.ceil(self.salt_entropy / _BITS))

    @abstractmethod
    def encode(self, password: str | bytes, salt: str) -> str:
        """The hash to keep of *password*; :exc:`ValueError` for a salt that is empty or has
        a ``$``."""

    @abstractmethod
    def decode(self, encoded: str) -> dict[str, Any]:
        """The parts of a hash: ``algorithm``, ``salt``, ``hash`` and what it was made with.

        Raises :exc:`ValueError` if it is none of this algorithm.
        """

    @abstractmethod
    def verify(self, password: str | bytes, encoded: str) -> bool:
        """Whether *encoded* is a hash of *password*."""

    def safe_summary(self, encoded: str) -> dict[str, Any]:
        """The parts of a hash for people to look at: salt and digest are masked."""
        secret = ("salt", "hash", "checksum")
        return {
            name: mask_hash(value) if name in secret else value
            for name, value in self.decode(encoded).items()
        }

    def must_update(self, encoded: str) -> bool:
        """Whether a hash is to be made anew, because it was made with less work or little salt."""
        return False

    def harden_runtime(  # noqa: B027 - there may be nothing to do
        self, password: str | bytes, encoded: str
    ) -> None:
        """Do the work that *encoded* lacks by today's measure, so that the time of a refusal
        does not tell how old the hash is."""

    def check_salt(self, salt: str) -> None:
        """Raise :exc:`ValueError` for a *salt* that cannot stand in a hash."""
        if not salt or "$" in salt:
            raise ValueError("salt must be provided and cannot contain $.")

    def parts(self, encoded: str, count: int) -> list[str]:
        """The *count* parts after the algorithm's name; raises as :meth:`decode` does."""
        algorithm, *rest = encoded.split("$", count)
        if algorithm != self.algorithm or len(rest) != count:
            raise ValueError(f"This is no hash of {self.algorithm}.")
        return rest


def random_text(length: int) -> str:
    """Letters and digits from the system's source of randomness."""
    return "".join(secrets.choice(_CHARACTERS) for _ in range(length))


def as_bytes(password: str | bytes) -> bytes:
    """The bytes to hash. JSON can bring half a surrogate pair, which has no UTF-8 of its own."""
    return password if isinstance(password, bytes) else password.encode(errors="surrogatepass")


def too_little_salt(salt: str, bits: int) -> bool:
    """Whether *salt* has fewer than *bits* bits of randomness."""
    return len(salt) * _BITS < bits


def mask_hash(hash: str, show: int = 6, char: str = "*") -> str:
    """*hash* with all but the first *show* characters hidden."""
    return hash[:show] + char * len(hash[show:])

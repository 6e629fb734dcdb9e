"""The cookie of who has shown the token: until when it is good, and a proof that whoever made it
knew the token, which is not in it."""

from collections.abc import Callable
from hmac import compare_digest, digest
from time import time

NAME = "enfilade-profiler"

LIFETIME = 12 * 60 * 60
"""Seconds."""


class Sessions:
    """Makes and checks cookies for *token*; nothing is stored, so they outlive the process."""

    def __init__(self, token: str, clock: Callable[[], float] = time) -> None:
        self._key = token.encode()
        self._clock = clock

    def begin(self) -> str:
        """The value of a new cookie."""
        until = str(int(self._clock()) + LIFETIME)
        return f"{until}.{self._proof(until)}"

    def accepts(self, field: str) -> bool:
        """Whether *field*, the Cookie field of a request, has a cookie that is good."""
        return any(self._is_good(value) for value in _values(field))

    def _is_good(self, value: str) -> bool:
        until, _, proof = value.partition(".")
        if not compare_digest(proof.encode(), self._proof(until).encode()):
            return False
        return int(until) > self._clock()

    def _proof(self, until: str) -> str:
        return digest(self._key, f"{NAME} until {until}".encode(), "sha256").hex()


def cookie(value: str, path: str, *, secure: bool) -> str:
    """The Set-Cookie field that gives a browser *value* for what is below *path*."""
    attributes = f"Path={path}; Max-Age={LIFETIME}; HttpOnly; SameSite=Strict"
    return f"{NAME}={value}; {attributes}" + "; Secure" * secure


def _values(field: str) -> list[str]:
    """There may be several of one name, for other paths."""
    pairs = (pair.strip().partition("=") for pair in field.split(";"))
    return [value for name, _, value in pairs if name == NAME]

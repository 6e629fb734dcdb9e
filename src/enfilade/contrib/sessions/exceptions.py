"""What can be wrong with a session."""

from enfilade.exceptions import BadRequest, SuspiciousOperation

__all__ = [
    "CreateError",
    "InvalidSessionKey",
    "SessionInterrupted",
    "SuspiciousSession",
    "UpdateError",
]


class CreateError(Exception):
    """There is a session under this key already; the store tries another one."""


class UpdateError(Exception):
    """The session to be saved is not in the store any more."""


class InvalidSessionKey(SuspiciousOperation):
    """A key that no store makes, so that it must not become the name of a file."""


class SuspiciousSession(SuspiciousOperation):
    """The session may have been tampered with."""


class SessionInterrupted(BadRequest):
    """The session was deleted while the request was on its way: in another window the visitor
    has signed out, for example."""

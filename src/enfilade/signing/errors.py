"""What can be wrong with a signed value."""

from enfilade.exceptions import Hinted

__all__ = ["BadSignature", "SignatureExpired"]


class BadSignature(Hinted):
    """The value was not signed with this key and salt, or was changed since."""


class SignatureExpired(BadSignature):
    """The signature is genuine, and older than ``max_age``."""

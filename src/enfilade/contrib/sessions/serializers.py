"""How a session is written: ``SESSION_SERIALIZER`` names a class with ``dumps`` and ``loads``."""

from enfilade.signing import JSONSerializer

__all__ = ["JSONSerializer"]

"""Under which names the session remembers who is signed in: Django's."""

__all__ = ["BACKEND_SESSION_KEY", "HASH_SESSION_KEY", "SESSION_KEY"]

SESSION_KEY = "_auth_user_id"
"""The user's ``pk``, as text."""
BACKEND_SESSION_KEY = "_auth_user_backend"
"""The import path of the backend that knew them."""
HASH_SESSION_KEY = "_auth_user_hash"
"""What :meth:`get_session_auth_hash` said; another password makes another one."""

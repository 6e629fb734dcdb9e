"""Who the visitor is, and what they may do, in Django's API.

``AuthenticationMiddleware`` promises ``request.user``; ``AUTHENTICATION_BACKENDS`` names who knows
users, ``AUTH_USER_STORE`` what keeps them, ``PASSWORD_HASHERS`` how their passwords are hashed.
"""

from enfilade.contrib.auth.authentication import (
    aauthenticate,
    authenticate,
    get_backends,
    load_backend,
)
from enfilade.contrib.auth.current_user import aget_user, get_user
from enfilade.contrib.auth.redirects import REDIRECT_FIELD_NAME
from enfilade.contrib.auth.session_keys import (
    BACKEND_SESSION_KEY,
    HASH_SESSION_KEY,
    SESSION_KEY,
)
from enfilade.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from enfilade.contrib.auth.signing_in import (
    alogin,
    alogout,
    aupdate_session_auth_hash,
    login,
    logout,
    update_session_auth_hash,
)
from enfilade.contrib.auth.store import get_user_model, get_user_store

__all__ = [
    "BACKEND_SESSION_KEY",
    "HASH_SESSION_KEY",
    "REDIRECT_FIELD_NAME",
    "SESSION_KEY",
    "aauthenticate",
    "aget_user",
    "alogin",
    "alogout",
    "aupdate_session_auth_hash",
    "authenticate",
    "get_backends",
    "get_user",
    "get_user_model",
    "get_user_store",
    "load_backend",
    "login",
    "logout",
    "update_session_auth_hash",
    "user_logged_in",
    "user_logged_out",
    "user_login_failed",
]

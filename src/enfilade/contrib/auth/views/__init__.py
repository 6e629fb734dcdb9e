"""The pages on which people sign in and out, and change their passwords; ``urls.py`` has paths for
them. They are Django's, with one difference: what brings a link for a new password to its user is
a function of the site's (``reset_delivery.py``)."""

from enfilade.contrib.auth.redirects import redirect_to_login
from enfilade.contrib.auth.views.login import (
    LoginView,
    LogoutView,
    RedirectURLMixin,
    logout_then_login,
)
from enfilade.contrib.auth.views.password_change import PasswordChangeDoneView, PasswordChangeView
from enfilade.contrib.auth.views.password_reset import (
    INTERNAL_RESET_SESSION_TOKEN,
    PasswordResetCompleteView,
    PasswordResetConfirmView,
    PasswordResetDoneView,
    PasswordResetView,
)

__all__ = [
    "INTERNAL_RESET_SESSION_TOKEN",
    "LoginView",
    "LogoutView",
    "PasswordChangeDoneView",
    "PasswordChangeView",
    "PasswordResetCompleteView",
    "PasswordResetConfirmView",
    "PasswordResetDoneView",
    "PasswordResetView",
    "RedirectURLMixin",
    "logout_then_login",
    "redirect_to_login",
]

"""Checks of the pages on which people choose their passwords."""

from collections.abc import Iterator
from functools import partial

from enfilade.conf import settings
from enfilade.contrib.auth.password_validation import get_password_validators
from enfilade.contrib.auth.reset_delivery import find_delivery
from enfilade.contrib.auth.views import PasswordResetView
from enfilade.explain.checks.finding import Finding, told
from enfilade.urls import get_resolver

VALIDATOR = "An entry is {'NAME': the dotted path of a class, 'OPTIONS': its arguments}."
DELIVERY = "It is the dotted path of a function(user, link, request) that sends mail."


def check_validators() -> Iterator[Finding]:
    """accounts.E001: what new passwords are to be like cannot be asked."""
    ask = partial(get_password_validators, settings.AUTH_PASSWORD_VALIDATORS)
    yield from told("accounts.E001", "AUTH_PASSWORD_VALIDATORS", ask, VALIDATOR)


def check_delivery_can_be_made() -> Iterator[Finding]:
    """accounts.E002: what brings links for new passwords to their users cannot be imported."""
    if settings.PASSWORD_RESET_DELIVERY:
        yield from told("accounts.E002", "PASSWORD_RESET_DELIVERY", find_delivery, DELIVERY)


def check_delivery_is_set() -> Iterator[Finding]:
    """accounts.E003: there is a page for forgotten passwords, and nothing brings the links."""
    if not (settings.PASSWORD_RESET_DELIVERY or settings.DEBUG) and _is_there(PasswordResetView):
        yield Finding(
            "accounts.E003",
            "There is a page for forgotten passwords, and nothing that brings links to users.",
            "PASSWORD_RESET_DELIVERY names a function(user, link, request) that sends mail.",
            "PASSWORD_RESET_DELIVERY",
        )


def _is_there(view: type) -> bool:
    """Whether a route leads to *view*, or to a class made from it."""
    classes = (getattr(each.callback, "view_class", None) for each in get_resolver().tree.endpoints)
    return any(isinstance(found, type) and issubclass(found, view) for found in classes)

"""Checks of the protection against forged requests."""

import inspect
from collections.abc import Iterator
from http.cookies import SimpleCookie
from typing import Any

from enfilade.conf import settings
from enfilade.exceptions import ImproperlyConfigured
from enfilade.explain.checks.finding import Finding
from enfilade.explain.checks.used import CSRF, MESSAGES, SESSIONS, is_used, names_of
from enfilade.explain.source import locate_settings
from enfilade.explain.view import describe_view
from enfilade.http.cookies import check_prefix, cookie_attributes, set_cookie
from enfilade.middleware.csrf import SAFE_METHODS, failure_view
from enfilade.urls import get_resolver

SIGNS_IN = "enfilade.contrib.auth.middleware.AuthenticationMiddleware"


def check_trusted_origins() -> Iterator[Finding]:
    """csrf.E001: an entry of CSRF_TRUSTED_ORIGINS has no scheme."""
    for origin in settings.CSRF_TRUSTED_ORIGINS:
        if "://" not in origin:
            yield Finding(
                "csrf.E001",
                f"{origin!r} in CSRF_TRUSTED_ORIGINS has no scheme, so it matches nothing.",
                f"Write 'https://{origin}'.",
                "CSRF_TRUSTED_ORIGINS",
            )


def check_failure_view() -> Iterator[Finding]:
    """csrf.E002: CSRF_FAILURE_VIEW cannot be imported, or does not take request and reason."""
    try:
        inspect.signature(failure_view()).bind(None, reason="")
    except ImproperlyConfigured as error:
        message = str(error)
    except TypeError as error:
        message = f"CSRF_FAILURE_VIEW cannot be called as it will be: {error}."
    else:
        return
    hint = "Name a view of the form failure(request, reason='')."
    yield Finding("csrf.E002", message, hint, "CSRF_FAILURE_VIEW")


def check_cookie_prefixes() -> Iterator[Finding]:
    """csrf.E003: a cookie's name asks for attributes that its settings deny.

    Browsers drop such a cookie (RFC 6265bis, 4.1.3).
    """
    for kind in ("CSRF", "LANGUAGE", "SESSION"):
        try:
            check_prefix(getattr(settings, f"{kind}_COOKIE_NAME"), cookie_attributes(kind))
        except ValueError as error:
            yield Finding(
                "csrf.E003",
                str(error),
                f"Set {kind}_COOKIE_SECURE = True, and for __Host- leave {kind}_COOKIE_PATH and "
                f"{kind}_COOKIE_DOMAIN as they are.",
                f"{kind}_COOKIE_NAME",
            )


def check_samesite() -> Iterator[Finding]:
    """csrf.E006: a cookie cannot be set, because of the value of its SameSite."""
    for name in ("CSRF_COOKIE_SAMESITE", "SESSION_COOKIE_SAMESITE", "LANGUAGE_COOKIE_SAMESITE"):
        value = getattr(settings, name)
        try:
            set_cookie(SimpleCookie(), "name", "", {"samesite": value})
        except (ValueError, AttributeError):  # the latter for what is no text
            yield Finding(
                "csrf.E006",
                f"{name} is {value!r}: every page that sets the cookie is an error.",
                "Write 'Lax', 'Strict' or 'None'; False leaves SameSite out.",
                name,
            )


def check_sessions() -> Iterator[Finding]:
    """csrf.E004: CSRF_USE_SESSIONS is on, but no session stands before CsrfViewMiddleware."""
    if not settings.CSRF_USE_SESSIONS:
        return
    for entry in settings.MIDDLEWARE:
        if SESSIONS in names_of(entry):
            return
        if CSRF in names_of(entry):
            yield Finding(
                "csrf.E004",
                "CSRF_USE_SESSIONS is on, but SessionMiddleware does not come before "
                "CsrfViewMiddleware, so no form is ever accepted.",
                f"Put {SESSIONS!r} before {CSRF!r}.",
                "MIDDLEWARE",
            )


def check_unprotected_views() -> Iterator[Finding]:
    """csrf.W005: cookies sign users in, and a view that takes POST is protected by nothing.

    Views whose methods only their code knows, those marked csrf_exempt and those decorated with
    csrf_protect are left alone.
    """
    if not is_used(SIGNS_IN) or is_used(CSRF):
        return
    for endpoint in get_resolver().tree.endpoints:
        if _is_open(endpoint.callback):
            plan = describe_view(endpoint.callback)
            yield Finding(
                "csrf.W005",
                f"{plan.source.name} takes {_unsafe(plan.methods)} from any site, with the "
                "cookies of the visitor.",
                f"Put {CSRF!r} into MIDDLEWARE, or mark the view: csrf_protect or csrf_exempt.",
                endpoint.route or "(empty route)",
            )


def check_forms_are_protected() -> Iterator[Finding]:
    """deploy.W011: the site knows its visitors by cookies, and CsrfViewMiddleware is not used."""
    if any(map(is_used, (SESSIONS, SIGNS_IN, MESSAGES))) and not is_used(CSRF):
        yield Finding(
            "deploy.W011",
            "CsrfViewMiddleware is not in MIDDLEWARE, so any other site may send forms in the name "
            "of a visitor.",
            f"Put {CSRF!r} after SessionMiddleware and CommonMiddleware.",
            "MIDDLEWARE",
        )


def check_cookie_is_secure() -> Iterator[Finding]:
    """deploy.W010: the CSRF cookie travels over plain HTTP, too."""
    if is_used(CSRF) and not settings.CSRF_USE_SESSIONS and not settings.CSRF_COOKIE_SECURE:
        yield Finding(
            "deploy.W010",
            "CSRF_COOKIE_SECURE is off, so the secret may travel over plain HTTP.",
            "Set CSRF_COOKIE_SECURE = True, and CSRF_COOKIE_NAME = '__Host-csrftoken' if no "
            "other host is to set it.",
            locate_settings(),
        )


def _is_open(view: Any) -> bool:
    marked = getattr(view, "csrf_exempt", False) or getattr(view, "csrf_protected", False)
    return not marked and bool(_unsafe(describe_view(view).methods))


def _unsafe(methods: tuple[str, ...] | None) -> str:
    return ", ".join(name for name in methods or () if name not in SAFE_METHODS)

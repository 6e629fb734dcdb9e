"""Checks of a site that is to be seen by the world."""

from collections.abc import Iterator

from enfilade.conf import settings
from enfilade.explain.checks.finding import Finding
from enfilade.explain.checks.used import SECURITY, is_used
from enfilade.explain.source import locate_settings


def check_debug() -> Iterator[Finding]:
    """deploy.E001: DEBUG is on."""
    if settings.DEBUG:
        yield Finding(
            "deploy.E001",
            "DEBUG is on: error pages would show code and settings to everybody.",
            "Leave DEBUG out of the settings; enfilade dev turns it on by itself.",
            locate_settings(),
        )


def check_allowed_hosts() -> Iterator[Finding]:
    """deploy.E002: ALLOWED_HOSTS is empty. deploy.W002: ALLOWED_HOSTS allows every host."""
    if not settings.ALLOWED_HOSTS:
        yield Finding(
            "deploy.E002",
            "ALLOWED_HOSTS is empty: whatever asks for its host is answered 400.",
            "Name the hosts that the site answers to: ALLOWED_HOSTS = ['example.org']",
            locate_settings(),
        )
    elif "*" in settings.ALLOWED_HOSTS:
        yield Finding(
            "deploy.W002",
            "ALLOWED_HOSTS allows every host, so links made from it may lead anywhere.",
            "Name the hosts, or let a server in front check them.",
            locate_settings(),
        )


def check_secret_key() -> Iterator[Finding]:
    """deploy.W003: there is no SECRET_KEY."""
    if not settings.explicit().get("SECRET_KEY"):
        yield Finding(
            "deploy.W003",
            "SECRET_KEY is not set: nothing can be signed, and trying to is an error.",
            "Read it from the environment: SECRET_KEY = os.environ['SECRET_KEY']",
            locate_settings(),
        )


def check_security_middleware() -> Iterator[Finding]:
    """deploy.W004: SecurityMiddleware is not used."""
    if not is_used(SECURITY):
        yield Finding(
            "deploy.W004",
            "SecurityMiddleware is not in MIDDLEWARE, so the SECURE_* settings do nothing.",
            f"Put {SECURITY!r} first.",
            locate_settings(),
        )


def check_https() -> Iterator[Finding]:
    """deploy.W005: browsers are not told to stay with HTTPS."""
    if is_used(SECURITY) and not settings.SECURE_HSTS_SECONDS:
        yield Finding(
            "deploy.W005",
            "SECURE_HSTS_SECONDS is 0, so a browser may be led back to plain HTTP.",
            "If every page is served over HTTPS, begin with 3600 and raise it.",
            locate_settings(),
        )

"""Checks of the headers that make a browser careful."""

import re
from collections.abc import Iterator

from enfilade.conf import settings
from enfilade.explain.checks.finding import Finding
from enfilade.explain.checks.used import SECURITY, is_used
from enfilade.explain.source import locate_settings

FRAMES = "enfilade.middleware.clickjacking.XFrameOptionsMiddleware"

REFERRER_POLICIES = frozenset(
    {
        *("no-referrer", "no-referrer-when-downgrade", "origin", "origin-when-cross-origin"),
        *("same-origin", "strict-origin", "strict-origin-when-cross-origin", "unsafe-url"),
    }
)
OPENER_POLICIES = frozenset(
    {"noopener-allow-popups", "same-origin", "same-origin-allow-popups", "unsafe-none"}
)
YEAR = 31_536_000
"""In seconds; the least that the preload lists of browsers take (hstspreload.org)."""


def check_referrer_policy() -> Iterator[Finding]:
    """security.E001: SECURE_REFERRER_POLICY has a value that browsers do not know.

    They ignore it.
    """
    policy = settings.SECURE_REFERRER_POLICY or ()
    values = policy.split(",") if isinstance(policy, str) else policy
    for value in values:
        if value.strip() not in REFERRER_POLICIES:
            yield Finding(
                "security.E001",
                f"SECURE_REFERRER_POLICY has {value.strip()!r}, which browsers do not know.",
                f"There are {', '.join(sorted(REFERRER_POLICIES))}.",
                "SECURE_REFERRER_POLICY",
            )


def check_opener_policy() -> Iterator[Finding]:
    """security.E002: SECURE_CROSS_ORIGIN_OPENER_POLICY is a value that browsers do not know.

    They ignore it.
    """
    policy = settings.SECURE_CROSS_ORIGIN_OPENER_POLICY
    if policy is not None and policy not in OPENER_POLICIES:
        yield Finding(
            "security.E002",
            f"SECURE_CROSS_ORIGIN_OPENER_POLICY is {policy!r}, which browsers do not know.",
            f"There are {', '.join(sorted(OPENER_POLICIES))}; None sends nothing.",
            "SECURE_CROSS_ORIGIN_OPENER_POLICY",
        )


def check_redirect_exempt() -> Iterator[Finding]:
    """security.E003: SECURE_REDIRECT_EXEMPT has a pattern that cannot be compiled."""
    for pattern in settings.SECURE_REDIRECT_EXEMPT:
        try:
            re.compile(pattern)
        except re.error as error:
            yield Finding(
                "security.E003",
                f"{pattern!r} in SECURE_REDIRECT_EXEMPT is no regular expression: {error}.",
                r"Put a backslash before what is meant literally, as in '^feed\.xml$'.",
                "SECURE_REDIRECT_EXEMPT",
            )


def check_exempt_slash() -> Iterator[Finding]:
    """security.W004: a pattern of SECURE_REDIRECT_EXEMPT begins with a slash, and matches nothing.

    The path is looked at without its first slash.
    """
    for pattern in settings.SECURE_REDIRECT_EXEMPT:
        if pattern.startswith(("/", "^/")):
            yield Finding(
                "security.W004",
                f"{pattern!r} in SECURE_REDIRECT_EXEMPT begins with a slash, which the path that "
                "it is compared with does not.",
                f"Write {pattern.replace('/', '', 1)!r}.",
                "SECURE_REDIRECT_EXEMPT",
            )


def check_frame_options() -> Iterator[Finding]:
    """security.W005: X_FRAME_OPTIONS is a value that browsers ignore."""
    value = settings.X_FRAME_OPTIONS
    if is_used(FRAMES) and value.upper() not in ("DENY", "SAMEORIGIN"):
        yield Finding(
            "security.W005",
            f"X_FRAME_OPTIONS is {value!r}, which browsers ignore: anybody may frame the pages.",
            "Set it to 'DENY' or 'SAMEORIGIN'; to allow certain sites, send "
            "Content-Security-Policy: frame-ancestors.",
            "X_FRAME_OPTIONS",
        )


def check_preload() -> Iterator[Finding]:
    """security.W006: SECURE_HSTS_PRELOAD is on without what the preload lists ask for."""
    long = settings.SECURE_HSTS_SECONDS >= YEAR
    if settings.SECURE_HSTS_PRELOAD and not (long and settings.SECURE_HSTS_INCLUDE_SUBDOMAINS):
        yield Finding(
            "security.W006",
            "SECURE_HSTS_PRELOAD is on, but no list takes the site without subdomains and a year.",
            f"Set SECURE_HSTS_INCLUDE_SUBDOMAINS = True and SECURE_HSTS_SECONDS = {YEAR}, or "
            "leave SECURE_HSTS_PRELOAD out.",
            "SECURE_HSTS_PRELOAD",
        )


def check_frames_are_refused() -> Iterator[Finding]:
    """deploy.W020: nothing keeps other sites from showing the pages in a frame."""
    if not is_used(FRAMES):
        yield Finding(
            "deploy.W020",
            "XFrameOptionsMiddleware is not in MIDDLEWARE, so other sites may show the pages in "
            "a frame and have visitors click into it.",
            f"Add {FRAMES!r}.",
            "MIDDLEWARE",
        )


def check_headers_are_on() -> Iterator[Finding]:
    """deploy.W021: SECURE_CONTENT_TYPE_NOSNIFF or SECURE_REFERRER_POLICY is off."""
    for name in ("SECURE_CONTENT_TYPE_NOSNIFF", "SECURE_REFERRER_POLICY"):
        if is_used(SECURITY) and not getattr(settings, name):
            yield Finding(
                "deploy.W021",
                f"{name} is off, so browsers guess media types or tell other sites where a "
                "visitor came from.",
                f"Leave {name} out of the settings; its default is safe.",
                locate_settings(),
            )

"""Checks of what scripts of other origins may do."""

import re
from collections.abc import Iterator

from enfilade.conf import settings
from enfilade.explain.checks.finding import Finding
from enfilade.explain.checks.used import is_used
from enfilade.explain.source import locate_settings
from enfilade.middleware.cors_policy import origin_fault

CORS = "enfilade.middleware.cors.CorsMiddleware"

_ESCAPED_OR_CLASS = re.compile(r"\\.|\[\^?\]?[^]]*\]")
_ANY_CHARACTER = re.compile(r"\.(?![*+?{])")


def check_credentials() -> Iterator[Finding]:
    """cors.E001: scripts of all origins may act with the visitor's cookies."""
    if settings.CORS_ALLOW_ALL_ORIGINS and settings.CORS_ALLOW_CREDENTIALS:
        yield Finding(
            "cors.E001",
            "CORS_ALLOW_ALL_ORIGINS and CORS_ALLOW_CREDENTIALS together would let any site that "
            "somebody visits act as that person here.",
            "Name the origins in CORS_ALLOWED_ORIGINS, or leave CORS_ALLOW_CREDENTIALS out.",
            locate_settings(),
        )


def check_origins() -> Iterator[Finding]:
    """cors.E002: an allowed origin is none that a browser would send, or one that anybody has."""
    for origin in settings.CORS_ALLOWED_ORIGINS:
        if fault := origin_fault(origin):
            yield Finding(
                "cors.E002",
                f"{origin!r} in CORS_ALLOWED_ORIGINS {fault}.",
                "An origin is scheme, host and port, as in https://app.example.org.",
                "CORS_ALLOWED_ORIGINS",
            )


def check_patterns() -> Iterator[Finding]:
    """cors.E003: a pattern of origins is no regular expression. cors.W004: a dot in it stands
    for any character.

    Somebody may own wwwXexample.org, which matches ``www.example\\.org``.
    """
    for regex in settings.CORS_ALLOWED_ORIGIN_REGEXES:
        try:
            text = re.compile(regex).pattern
        except re.error as error:
            yield Finding(
                "cors.E003",
                f"{regex!r} in CORS_ALLOWED_ORIGIN_REGEXES is no regular expression: {error}.",
                r"It has to match the whole origin: r'https://app[0-9]+\.example\.org'",
                "CORS_ALLOWED_ORIGIN_REGEXES",
            )
            continue
        if _ANY_CHARACTER.search(_ESCAPED_OR_CLASS.sub("", text)):
            yield Finding(
                "cors.W004",
                f"A dot in {text!r} stands for any character, so it matches hosts of others.",
                r"Write \. for a dot; for subdomains 'https://*.example.org' in "
                "CORS_ALLOWED_ORIGINS needs no pattern.",
                "CORS_ALLOWED_ORIGIN_REGEXES",
            )


def check_used() -> Iterator[Finding]:
    """cors.W005: origins are allowed, but CorsMiddleware is not used."""
    names = ("CORS_ALLOWED_ORIGINS", "CORS_ALLOWED_ORIGIN_REGEXES", "CORS_ALLOW_ALL_ORIGINS")
    named = [name for name in names if getattr(settings, name)]
    if named and not is_used(CORS):
        yield Finding(
            "cors.W005",
            f"{named[0]} is set, but CorsMiddleware is not in MIDDLEWARE, so it does nothing.",
            f"Put {CORS!r} after SecurityMiddleware.",
            "MIDDLEWARE",
        )

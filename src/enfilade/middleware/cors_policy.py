"""Which other origins may read a site's answers, and what their requests may be like.

An origin is a scheme, a host and a port (RFC 6454, 4), written as browsers do (6.2): in lower
case, without the default port, without a path.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

from enfilade.conf import settings
from enfilade.conf.settings import DEFAULTS
from enfilade.exceptions import ImproperlyConfigured

__all__ = ["HINT", "CrossOriginPolicy", "is_origin", "origin_fault"]

_ORIGIN = re.compile(
    r"[a-z][a-z0-9+.-]*://(?:[a-z0-9_-]+(?:\.[a-z0-9_-]+)*|\[[0-9a-f:.]+\])(?::[0-9]{1,5})?"
)
_DEFAULT_PORTS = (("http://", ":80"), ("https://", ":443"))

HINT = "An origin is scheme, host and port, as in https://app.example.org or http://localhost:3000."


@dataclass(frozen=True, slots=True)
class CrossOriginPolicy:
    """The ``CORS_*`` settings, or those of one view.

    Raises :exc:`~enfilade.exceptions.ImproperlyConfigured` for a text in the place of a list, for
    an origin that no browser would send, for one that anybody can have, and for credentials to
    all.
    """

    allowed_origins: Sequence[str] = ()
    allowed_origin_regexes: Sequence[str | re.Pattern[str]] = ()
    allow_all_origins: bool = False
    allow_credentials: bool = False
    allow_methods: Sequence[str] = tuple(DEFAULTS["CORS_ALLOW_METHODS"])
    allow_headers: Sequence[str] = tuple(DEFAULTS["CORS_ALLOW_HEADERS"])
    expose_headers: Sequence[str] = ()
    preflight_max_age: int | None = DEFAULTS["CORS_PREFLIGHT_MAX_AGE"]
    allow_private_network: bool = False

    @classmethod
    def from_settings(cls) -> "CrossOriginPolicy":
        """The policy of the whole site."""
        values: dict[str, Any] = {
            field.name: getattr(settings, f"CORS_{field.name.upper()}") for field in fields(cls)
        }
        return cls(**values)

    def __post_init__(self) -> None:
        for field in fields(self):
            if isinstance(text := getattr(self, field.name), str):
                raise ImproperlyConfigured(
                    f"{field.name} of a CORS policy is a text, whose letters would count.",
                    hint=f"Write {field.name}=[{text!r}].",
                )
        if self.allow_all_origins and self.allow_credentials:
            raise ImproperlyConfigured(
                "All origins may read answers with the visitor's cookies: any site that somebody "
                "visits could act as that person here.",
                hint="Name the origins in CORS_ALLOWED_ORIGINS, or leave "
                "CORS_ALLOW_CREDENTIALS out.",
            )
        for origin in self.allowed_origins:
            if fault := origin_fault(origin):
                raise ImproperlyConfigured(f"The allowed origin {origin!r} {fault}.", hint=HINT)


def is_origin(text: str) -> bool:
    """Whether *text* is an origin as browsers write it; ``null`` is none (RFC 6454, 7.1)."""
    return _ORIGIN.fullmatch(text) is not None


def origin_fault(text: str) -> str:
    """What is wrong with *text* as an allowed origin, to follow it in a sentence; "" if nothing.

    ``https://*.example.org`` is one, too: with the subdomains.
    """
    if text == "null":
        return "is what a browser sends for a sandboxed frame of any site, so it allows them all"
    if text == "*":
        return "is no origin: CORS_ALLOW_ALL_ORIGINS = True says that"
    if "://" not in text:
        return "has no scheme"
    if "/" in text.partition("://")[2]:
        return "has a path, be it only a slash"
    if text != text.lower():
        return "is not in lower case"
    if any(text.startswith(scheme) and text.endswith(port) for scheme, port in _DEFAULT_PORTS):
        return "names the default port, which browsers leave out"
    return "" if is_origin(text.replace("://*.", "://", 1)) else "cannot be read"

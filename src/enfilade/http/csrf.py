"""The token against forged requests (CSRF): made, masked, compared, and where its secret is kept.

A site gives each visitor a secret, in a cookie or in the session, and puts a token made from it
into its forms. Another site can make the visitor's browser send the cookie; it can neither read
the secret nor make a token. Format and names are those of Django 5.2's
``django.middleware.csrf``, so each side understands the other's cookies and tokens.

A token is the secret under a mask of its own, so a page that is compressed never has the same
32 characters twice (BREACH).
"""

import secrets
import string

from enfilade.conf import settings
from enfilade.exceptions import ImproperlyConfigured
from enfilade.http.request import HttpRequest

__all__ = [
    "CSRF_ALLOWED_CHARS",
    "CSRF_SECRET_LENGTH",
    "CSRF_SESSION_KEY",
    "CSRF_TOKEN_LENGTH",
    "InvalidTokenFormat",
    "check_token_format",
    "does_token_match",
    "get_token",
    "load_secret",
    "mask_secret",
    "new_secret",
    "read_secret",
    "rotate_token",
    "unmask_token",
]

CSRF_SECRET_LENGTH = 32
CSRF_TOKEN_LENGTH = 2 * CSRF_SECRET_LENGTH
CSRF_ALLOWED_CHARS = string.ascii_letters + string.digits
CSRF_SESSION_KEY = "_csrftoken"

_COUNT = len(CSRF_ALLOWED_CHARS)
_PLACES = {character: place for place, character in enumerate(CSRF_ALLOWED_CHARS)}
# Random bytes become characters, each as likely as the others; the uppermost would upset that.
_FAIR = 256 - 256 % _COUNT
_CHARACTERS = bytes(ord(CSRF_ALLOWED_CHARS[byte % _COUNT]) for byte in range(256))
_UNFAIR = bytes(range(_FAIR, 256))


class InvalidTokenFormat(Exception):
    """A secret or token of the wrong form; ``reason`` is a phrase that lacks its subject."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


# Tokens --------------------------------------------------------------------------------------


def new_secret() -> str:
    """A random text of :data:`CSRF_SECRET_LENGTH` characters."""
    found = b""
    while len(found) < CSRF_SECRET_LENGTH:
        found += secrets.token_bytes(CSRF_SECRET_LENGTH + 8).translate(_CHARACTERS, _UNFAIR)
    return found[:CSRF_SECRET_LENGTH].decode("ascii")


def mask_secret(secret: str) -> str:
    """A token of *secret*: a random mask, then each character moved on by that of the mask."""
    mask = new_secret()
    moved = (_PLACES[one] + _PLACES[other] for one, other in zip(secret, mask, strict=True))
    return mask + "".join([CSRF_ALLOWED_CHARS[place % _COUNT] for place in moved])


def unmask_token(token: str) -> str:
    """The secret of a *token* that has passed :func:`check_token_format`."""
    mask, moved = token[:CSRF_SECRET_LENGTH], token[CSRF_SECRET_LENGTH:]
    back = (_PLACES[one] - _PLACES[other] for one, other in zip(moved, mask, strict=True))
    return "".join([CSRF_ALLOWED_CHARS[place] for place in back])  # below zero counts from the end


def check_token_format(token: str) -> None:
    """Raise :exc:`InvalidTokenFormat` for what can be neither a secret nor a token."""
    if len(token) not in (CSRF_SECRET_LENGTH, CSRF_TOKEN_LENGTH):
        raise InvalidTokenFormat("has incorrect length")
    if not (token.isascii() and token.isalnum()):
        raise InvalidTokenFormat("has invalid characters")


def does_token_match(token: str, secret: str) -> bool:
    """Whether *token*, masked or not, is one of *secret*; it takes equally long either way."""
    if len(token) == CSRF_TOKEN_LENGTH:
        token = unmask_token(token)
    return secrets.compare_digest(token.encode(), secret.encode())


# The secret of a request ---------------------------------------------------------------------
#
# META["CSRF_COOKIE"] is the secret that the response will be about; it is put there by whoever
# first needs it, so that a request without forms costs nothing. META["CSRF_COOKIE_NEEDS_UPDATE"]
# has the middleware send it.


def read_secret(request: HttpRequest) -> str | None:
    """The secret that came with *request*, ``None`` if there was none.

    Raises :exc:`InvalidTokenFormat` for a cookie that cannot be one, and
    :exc:`~enfilade.exceptions.ImproperlyConfigured` if the session that should have it is
    missing.
    """
    secret: str | None
    if settings.CSRF_USE_SESSIONS:
        secret = _session(request).get(CSRF_SESSION_KEY)
    else:
        secret = request.COOKIES.get(settings.CSRF_COOKIE_NAME)
        if secret is not None:
            check_token_format(secret)
    # Django before 4.0 kept a token where the secret is now.
    if secret is not None and len(secret) == CSRF_TOKEN_LENGTH:
        return unmask_token(secret)
    return secret


def _session(request: HttpRequest) -> "dict[str, str]":
    try:
        session: dict[str, str] = request.session
    except AttributeError as missing:
        raise ImproperlyConfigured(
            "CSRF_USE_SESSIONS is enabled, but request.session is not set. SessionMiddleware "
            "must appear before CsrfViewMiddleware in MIDDLEWARE.",
            hint="Add 'enfilade.contrib.sessions.middleware.SessionMiddleware' to MIDDLEWARE.",
        ) from missing
    return session


def load_secret(request: HttpRequest) -> str | None:
    """The secret that the response will be about, ``None`` if there is none yet.

    One that cannot be right is replaced at once.
    """
    meta = request.META
    if "CSRF_COOKIE" not in meta:
        try:
            secret = read_secret(request)
        except InvalidTokenFormat:
            return _replace_secret(request)
        if secret is None:
            return None
        meta["CSRF_COOKIE"] = secret
    known: str = meta["CSRF_COOKIE"]
    return known


def _replace_secret(request: HttpRequest) -> str:
    secret = new_secret()
    request.META.update({"CSRF_COOKIE": secret, "CSRF_COOKIE_NEEDS_UPDATE": True})
    return secret


def get_token(request: HttpRequest) -> str:
    """A token for the forms of the response to *request*; each call masks it anew.

    With that the response gets the cookie, also if the visitor has it, so that it lives on, and
    ``Vary: Cookie``. Whoever may not need the token calls this late, as ``{{ csrf_input }}`` in
    a template does. With ``CSRF_USE_SESSIONS`` this reads the session, which may block.
    """
    secret = load_secret(request)
    if secret is None:
        secret = _replace_secret(request)
    else:
        request.META["CSRF_COOKIE_NEEDS_UPDATE"] = True
    return mask_secret(secret)


def rotate_token(request: HttpRequest) -> None:
    """Give the visitor a new secret, as a login does; forms made before are refused then."""
    _replace_secret(request)

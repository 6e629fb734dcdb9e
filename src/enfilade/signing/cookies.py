"""The signer of cookies, which knows the cookie's name: a value is good under that name only."""

import functools
from datetime import timedelta
from typing import Any

from enfilade.conf import settings
from enfilade.conf.importing import import_named
from enfilade.signing.digest import Text, encoded
from enfilade.signing.errors import BadSignature, SignatureExpired

__all__ = ["get_cookie_signer", "sign_cookie", "unsign_cookie"]


def get_cookie_signer(salt: str = "django.core.signing.get_cookie_signer") -> Any:
    """An instance of ``SIGNING_BACKEND`` whose keys sign nothing but cookies.

    Raises :exc:`~enfilade.exceptions.ImproperlyConfigured` if there is no such class.
    """
    return _backend_at(settings.SIGNING_BACKEND)(
        key=_cookie_key(settings.SECRET_KEY),
        fallback_keys=[_cookie_key(key) for key in settings.SECRET_KEY_FALLBACKS],
        salt=salt,
    )


@functools.cache
def _backend_at(path: str) -> Any:
    return import_named(path, "SIGNING_BACKEND")


def _cookie_key(key: Text) -> bytes:
    return b"django.http.cookies" + encoded(key)


def _salt(name: str, salt: str) -> str:
    """The length keeps ``("ab", "c")`` and ``("a", "bc")`` apart."""
    return f"django.http.cookies.v2:{len(salt)}:{salt}{name}"


def sign_cookie(name: str, value: Any, salt: str = "") -> str:
    """What to send as the value of the cookie *name*."""
    signed: str = get_cookie_signer(_salt(name, salt)).sign(value)
    return signed


def unsign_cookie(
    name: str, signed: str, salt: str = "", max_age: float | timedelta | None = None
) -> str:
    """The value that was signed for the cookie *name*.

    Raises :exc:`BadSignature`, :exc:`SignatureExpired`. ``SIGNED_COOKIE_LEGACY_SALT_FALLBACK``
    lets cookies through that Django signed before salts had their length in them; a value of the
    cookie ``ab`` with the salt ``c`` is then good for the cookie ``a`` with the salt ``bc`` too.
    """
    value: str
    try:
        value = get_cookie_signer(_salt(name, salt)).unsign(signed, max_age=max_age)
    except SignatureExpired:
        raise
    except BadSignature:
        if not settings.SIGNED_COOKIE_LEGACY_SALT_FALLBACK:
            raise
        value = get_cookie_signer(name + salt).unsign(signed, max_age=max_age)
    return value

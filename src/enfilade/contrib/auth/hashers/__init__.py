"""Passwords as they are kept: hashes that are slow to make, in Django's notation.

``PASSWORD_HASHERS`` names the algorithms: the first makes new hashes, the others verify what is
there already, and are replaced by the first when their password is next given. What Django has
hashed verifies here, and the other way round.
"""

from enfilade.contrib.auth.hashers.argon2 import Argon2PasswordHasher
from enfilade.contrib.auth.hashers.base import BasePasswordHasher, mask_hash
from enfilade.contrib.auth.hashers.md5 import MD5PasswordHasher
from enfilade.contrib.auth.hashers.passwords import (
    UNUSABLE_PASSWORD_PREFIX,
    UNUSABLE_PASSWORD_SUFFIX_LENGTH,
    acheck_password,
    check_password,
    is_password_usable,
    make_password,
    verify_password,
)
from enfilade.contrib.auth.hashers.pbkdf2 import PBKDF2PasswordHasher, PBKDF2SHA1PasswordHasher
from enfilade.contrib.auth.hashers.registry import get_hasher, get_hashers, identify_hasher
from enfilade.contrib.auth.hashers.scrypt import ScryptPasswordHasher

__all__ = [
    "UNUSABLE_PASSWORD_PREFIX",
    "UNUSABLE_PASSWORD_SUFFIX_LENGTH",
    "Argon2PasswordHasher",
    "BasePasswordHasher",
    "MD5PasswordHasher",
    "PBKDF2PasswordHasher",
    "PBKDF2SHA1PasswordHasher",
    "ScryptPasswordHasher",
    "acheck_password",
    "check_password",
    "get_hasher",
    "get_hashers",
    "identify_hasher",
    "is_password_usable",
    "make_password",
    "mask_hash",
    "verify_password",
]

"""Signed texts and objects, in the format of ``django.core.signing``.

A signed value can be read by anybody, and made only by who knows the key. The names are Django's,
and so are the default salts: what one of the two has signed, the other verifies.
"""

from enfilade.signing.cookies import get_cookie_signer
from enfilade.signing.digest import InvalidAlgorithm, constant_time_compare, salted_hmac
from enfilade.signing.errors import BadSignature, SignatureExpired
from enfilade.signing.notation import (
    JSONSerializer,
    b62_decode,
    b62_encode,
    b64_decode,
    b64_encode,
)
from enfilade.signing.signer import Signer, TimestampSigner, dumps, loads

__all__ = [
    "BadSignature",
    "InvalidAlgorithm",
    "JSONSerializer",
    "SignatureExpired",
    "Signer",
    "TimestampSigner",
    "b62_decode",
    "b62_encode",
    "b64_decode",
    "b64_encode",
    "constant_time_compare",
    "dumps",
    "get_cookie_signer",
    "loads",
    "salted_hmac",
]

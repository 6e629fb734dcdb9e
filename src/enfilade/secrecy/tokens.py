"""Values that look like secrets, whatever they are called."""

import re

from enfilade.secrecy.names import HIDDEN

SHORTEST = 20
"""How many characters a token has at least, in which there is less chance than in 80 bits."""

# A JSON Web Token (RFC 7519), keys of well-known services, a private key (RFC 7468).
_known = re.compile(
    r"\beyJ[\w-]{8,}+(?:\.[\w-]*+){1,4}+"
    r"|\b(?:gh[pousr]_|github_pat_|glpat-|sk[-_]|rk_|xox[a-z]-|AKIA|ASIA|AIza|npm_|pypi-)[\w-]{12,}+"
    r"|-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----[^-]*+(?:-----END[A-Z ]{0,40}+-----)?+"
)
_base64 = re.compile(r"(?<![\w+/.-])[A-Za-z0-9+/]{40,}+={0,2}+")
_run = re.compile(rf"[A-Za-z0-9_-]{{{SHORTEST},}}+")
_id = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_hexadecimal = re.compile(r"(?=[0-9]*+[a-f])(?=[a-f]*+[0-9])[0-9a-f]{24,}", re.IGNORECASE)
_beside_digits = re.compile(r"(?<=[A-Za-z])(?=[0-9])|(?<=[0-9])(?=[A-Za-z])")
_changes = re.compile(r"(?<=[a-z])(?=[A-Z0-9])|(?<=[A-Z])(?=[a-z0-9])|(?<=[0-9])(?=[A-Za-z])|[+/]")

ALTERNATIONS = 4
"""So often do letters and digits alternate in a token at least: seldom in what people write."""


def is_token(value: str) -> bool:
    """Whether *value* as a whole looks as if it were made by chance: a key, not a word."""
    if _known.fullmatch(value):
        return True
    if _run.fullmatch(value):
        return _is_random(value)
    return _base64.fullmatch(value) is not None and _is_base64(value)


def hide_tokens(text: str) -> str:
    """*text* without what :func:`is_token` takes for one. UUIDs with dashes are shown: these name
    things, and are seldom a key to them."""
    text = _known.sub(HIDDEN, text)
    text = _base64.sub(lambda found: HIDDEN if _is_base64(found[0]) else found[0], text)
    return _run.sub(lambda found: HIDDEN if _is_random(found[0]) else found[0], text)


def _is_random(word: str) -> bool:
    """Whether *word*, of at least :data:`SHORTEST` letters, digits and dashes, is a token."""
    if _id.fullmatch(word):
        return False
    if _hexadecimal.fullmatch(word) or len(_beside_digits.findall(word)) >= ALTERNATIONS:
        return True
    return _is_base64(word)


def _is_base64(word: str) -> bool:
    """Whether small letters, capitals and digits change places as often as by chance: two times
    in five. Names in capitals and small letters do so less often."""
    return len(_changes.findall(word)) * 5 >= len(word) * 2

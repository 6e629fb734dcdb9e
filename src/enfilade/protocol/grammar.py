"""The grammar that heads, chunks and responses share, each rule with its source.

Stricter than the RFC in one respect: what it lets a recipient repair (bare LF, folded lines,
white space in odd places) is refused, because two recipients that repair differently are a
request smuggling hole.
"""

import re

from enfilade.protocol.errors import ProtocolError
from enfilade.protocol.memo import Memo
from enfilade.protocol.policy import Rule

CRLF = b"\r\n"
HEAD_END = b"\r\n\r\n"

# RFC 9110, 5.6.2:  token = 1*tchar
TCHARS = r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+"
is_token = re.compile(TCHARS).fullmatch

# RFC 9110, 5.6.4:  quoted-string, with quoted-pair
QUOTED_STRING = r'"(?:[\t \x21\x23-\x5b\x5d-\x7e\x80-\xff]|\\[\t \x21-\x7e\x80-\xff])*"'

# RFC 9110, 5.5:  field-vchar, SP, HTAB and obs-text; everything else is a control character
TEXT = bytes((0x09, *range(0x20, 0x7F), *range(0x80, 0x100)))

_MISPLACED = re.compile(rb"(?<!\r)\n|\r(?=[^\n])|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_MISPLACED_RULES = {0x0A: Rule.BARE_LF, 0x0D: Rule.BARE_CR}

# RFC 3986, 3.2.2 and 3.2.3 without userinfo, which RFC 9110, 4.2.4 forbids
_AUTHORITY = re.compile(
    r"(?:\[(?:[0-9A-Fa-f:.]+|v[0-9A-Fa-f]+\.[A-Za-z0-9\-._~!$&'()*+,;=:]+)\]"
    r"|(?:[A-Za-z0-9\-._~!$&'()*+,;=]|%[0-9A-Fa-f]{2})+)"
    r"(?::([0-9]{0,5}))?"
)


def check_octets(data: bytes | bytearray, start: int = 0) -> None:
    """Raise :exc:`ProtocolError` for a control character or an unpaired CR or LF.

    A CR at the very end of *data* may still be followed by LF, so it passes.
    """
    if found := _MISPLACED.search(data, start):
        octet = found.group()[0]
        raise ProtocolError(_MISPLACED_RULES.get(octet, Rule.CONTROL_CHARACTER))


def is_text(data: bytes | bytearray, lines: int) -> bool:
    """Whether *data* is text in which exactly *lines* CRLF, and no other controls, stand.

    The caller has counted the CRLF pairs; that nothing else is left over proves that no CR or
    LF stands alone. One pass in C over the whole head, instead of one check a line.
    """
    return data.translate(None, TEXT) == CRLF * lines


def _is_authority(text: str) -> bool:
    match = _AUTHORITY.fullmatch(text)
    return match is not None and int(match[1] or 0) < 65536


AUTHORITIES = Memo(_is_authority)
"""Whether a text is ``uri-host [ ":" port ]`` (RFC 9110, 7.2)."""

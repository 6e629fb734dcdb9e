"""Header field lines: ``field-name ":" OWS field-value OWS`` (RFC 9112, 5)."""

from collections.abc import Iterable

from enfilade.protocol.errors import ProtocolError
from enfilade.protocol.grammar import is_token
from enfilade.protocol.memo import Memo
from enfilade.protocol.policy import SINGLETONS, Policy, Rule

Field = tuple[str, str]

KNOWN_NAMES = """
    Accept Accept-Charset Accept-Encoding Accept-Language Authorization Cache-Control Connection
    Content-Encoding Content-Language Content-Length Content-Type Cookie DNT Date Expect Forwarded
    From Host If-Match If-Modified-Since If-None-Match If-Range If-Unmodified-Since Keep-Alive
    Origin Pragma Priority Proxy-Connection Range Referer Sec-CH-UA Sec-CH-UA-Mobile
    Sec-CH-UA-Platform Sec-Fetch-Dest Sec-Fetch-Mode Sec-Fetch-Site Sec-Fetch-User Sec-GPC
    Sec-WebSocket-Key Sec-WebSocket-Version TE Traceparent Tracestate Trailer Transfer-Encoding
    Upgrade Upgrade-Insecure-Requests User-Agent Via X-CSRFToken X-Forwarded-For X-Forwarded-Host
    X-Forwarded-Port X-Forwarded-Proto X-Real-IP X-Request-ID X-Request-Start X-Requested-With
"""


def _field_name(raw: str) -> str:
    """Return *raw* in lower case, or ``""`` when it has an underscore: as a CGI variable such
    a name would be the twin of another one (``X_Forwarded_For``), so it is not let in."""
    if not is_token(raw):
        raise ProtocolError(_name_fault(raw))
    return "" if "_" in raw else raw.lower()


def _name_fault(raw: str) -> Rule:
    if raw[:1] in (" ", "\t"):
        return Rule.OBS_FOLD
    if raw[-1:] in (" ", "\t"):
        return Rule.SPACE_BEFORE_COLON
    return Rule.FIELD_NAME


FIELD_NAMES = Memo(_field_name, (KNOWN_NAMES + KNOWN_NAMES.lower()).split())


def parse_fields(lines: list[str], policy: Policy) -> list[Field]:
    """Return the (lower-case name, value) of each of *lines*, in order.

    The caller has proved that the lines have no control characters.
    """
    if 0 < policy.fields < len(lines):
        raise ProtocolError(Rule.TOO_MANY_FIELDS)
    fields: list[Field] = []
    for line in lines:
        raw, colon, value = line.partition(":")
        if not colon:
            folded = line.startswith((" ", "\t"))
            raise ProtocolError(Rule.OBS_FOLD if folded else Rule.FIELD_WITHOUT_COLON)
        if name := FIELD_NAMES[raw]:
            fields.append((name, value.strip(" \t")))
        elif policy.refuse_underscores:
            raise ProtocolError(Rule.UNDERSCORE)
    return fields


def check_field_lengths(lines: Iterable[str], policy: Policy) -> None:
    """Raise :exc:`ProtocolError` if one of *lines* is longer than ``policy.field``."""
    if policy.field and any(len(line) > policy.field for line in lines):
        raise ProtocolError(Rule.FIELD_TOO_LONG)


def combine(fields: list[Field]) -> dict[str, str]:
    """Return one value a name: repeated fields are joined with a comma (RFC 9110, 5.3), cookies
    with a semicolon (RFC 6265bis, 4.2.1), and those that may stand only once are refused."""
    combined = dict(fields)
    if len(combined) == len(fields):
        return combined
    combined = {}
    for name, value in fields:
        if name not in combined:
            combined[name] = value
        elif name in SINGLETONS:
            raise ProtocolError(SINGLETONS[name])
        else:
            combined[name] += ("; " if name == "cookie" else ",") + value
    return combined

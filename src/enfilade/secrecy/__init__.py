"""What no output may show: passwords, keys, tokens, cookies.

Whatever shows a request, to whomever, passes it through here first: explain, the recorder and
what reads it, the debug page, logs. A name decides in most places; where there is none, the look
of a value does. All of it takes time in proportion to what it is given, and nothing raises.
"""

from enfilade.secrecy.fields import hide_fields
from enfilade.secrecy.names import HIDDEN, declare, is_secret
from enfilade.secrecy.statements import hide_statement
from enfilade.secrecy.targets import hide_query, hide_target
from enfilade.secrecy.text import hide_named, hide_text
from enfilade.secrecy.tokens import hide_tokens, is_token
from enfilade.secrecy.tracebacks import QuietFormatter, format_exception

__all__ = [
    "HIDDEN", "QuietFormatter", "declare", "format_exception", "hide_fields", "hide_named",
    "hide_query", "hide_statement", "hide_target", "hide_text", "hide_tokens", "is_secret",
    "is_token",
]  # fmt: skip

"""``environ`` out of the variables of the uwsgi protocol: the proxy has made it, mostly.

What the proxy sends is text about the request. Nothing of it can become one of the keys that
belong to the server, ``wsgi.input`` and the like.
"""

import re
from typing import BinaryIO

from enfilade.protocol.uwsgi import UwsgiHead
from enfilade.trace import Trace
from enfilade.types import Environ

WITHHELD = frozenset(
    ("HTTP_PROXY", "HTTP_TRANSFER_ENCODING", "HTTP_CONTENT_LENGTH", "HTTP_CONTENT_TYPE")
)
"""As over HTTP; and the last two have names of their own (RFC 3875, 4.1)."""

REQUIRED = frozenset(("REQUEST_METHOD", "SERVER_NAME", "SERVER_PORT", "SERVER_PROTOCOL"))
"""What PEP 3333 does not allow to be empty, so that the listener's own holds instead."""

_is_name = re.compile(r"[A-Za-z_][A-Za-z0-9_]*").fullmatch


def build_uwsgi_environ(
    base: Environ, head: UwsgiHead, body: BinaryIO, trace: Trace | None = None
) -> Environ:
    """Return the environ of one request; *body* becomes ``wsgi.input``."""
    environ = base.copy()
    for name, value in head.variables.items():
        if _is_name(name) and name not in WITHHELD and (value or name not in REQUIRED):
            environ[name] = value
    environ["RAW_URI"] = environ["REQUEST_URI"] = head.target
    environ["wsgi.url_scheme"] = _scheme(head.variables)
    environ["wsgi.input"] = body
    if trace is not None:
        environ["enfilade.trace"] = trace
        trace.mark("gateway")
    return environ


def _scheme(variables: dict[str, str]) -> str:
    """``HTTPS`` is what nginx and Apache send; ``REQUEST_SCHEME`` too, and it is plainer."""
    secure = variables.get("HTTPS", "").lower() in ("on", "1")
    return "https" if secure or variables.get("REQUEST_SCHEME") == "https" else "http"

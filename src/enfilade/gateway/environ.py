"""``environ``: one request as PEP 3333 describes it ("environ Variables").

What is the same for every request of a listener is made once; a request copies that and adds
its own. Names come from a memo, so that they are the very objects that applications look up.
"""

import sys
from typing import BinaryIO, TextIO
from urllib.parse import unquote_to_bytes

from enfilade.gateway.file_wrapper import FileWrapper
from enfilade.protocol.fields import KNOWN_NAMES
from enfilade.protocol.head import RequestHead
from enfilade.protocol.memo import Memo
from enfilade.trace import Trace
from enfilade.types import Environ

Peer = tuple[str, int]

UNPREFIXED = {"content-type": "CONTENT_TYPE", "content-length": "CONTENT_LENGTH"}
WITHHELD = frozenset(("proxy", "transfer-encoding"))
"""``Proxy`` would become HTTP_PROXY, which programs take for configuration (httpoxy);
``Transfer-Encoding`` has been undone, so it no longer describes the body (RFC 9112, 7.1.3)."""


def _environ_key(name: str) -> str:
    if name in WITHHELD:
        return ""
    key = UNPREFIXED.get(name)
    return sys.intern(key or "HTTP_" + name.upper().replace("-", "_"))


ENVIRON_KEYS = Memo(_environ_key, KNOWN_NAMES.lower().split())
"""The variable for a lower-case field name; ``""`` for one that is withheld."""


def base_environ(
    *,
    server_name: str,
    server_port: int,
    url_scheme: str,
    multithread: bool,
    multiprocess: bool,
    errors: TextIO | None = None,
) -> Environ:
    """Return what all requests of a listener share; *errors* becomes ``wsgi.errors``,
    the standard error stream by default."""
    base: Environ = {
        "REQUEST_METHOD": "GET",
        "SCRIPT_NAME": "",
        "PATH_INFO": "",
        "QUERY_STRING": "",
        "SERVER_NAME": server_name,
        "SERVER_PORT": str(server_port),
        "SERVER_PROTOCOL": "HTTP/1.1",
        "SERVER_SOFTWARE": "Enfilade",
        "REMOTE_ADDR": "",
        "REMOTE_PORT": "",
        "RAW_URI": "",
        "REQUEST_URI": "",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": url_scheme,
        "wsgi.input": None,
        "wsgi.errors": errors or sys.stderr,
        "wsgi.multithread": multithread,
        "wsgi.multiprocess": multiprocess,
        "wsgi.run_once": False,
        "wsgi.file_wrapper": FileWrapper,
        "wsgi.input_terminated": True,
    }
    # One key more than fits makes room for twenty fields, in this one and in all its copies.
    base["HTTP_"] = ""
    del base["HTTP_"]
    return base


def build_environ(
    base: Environ,
    head: RequestHead,
    peer: Peer | None,
    body: BinaryIO,
    trace: Trace | None = None,
) -> Environ:
    """Return the environ of one request.

    *peer* is (address, port), None on a Unix socket. *body* becomes ``wsgi.input`` and ends by
    itself, which ``wsgi.input_terminated`` says.
    """
    environ = base.copy()
    environ["REQUEST_METHOD"] = head.method
    environ["PATH_INFO"] = decode_path(head.path)
    environ["QUERY_STRING"] = head.query
    environ["RAW_URI"] = environ["REQUEST_URI"] = head.target
    if head.version != (1, 1):
        environ["SERVER_PROTOCOL"] = "HTTP/1.0"
    if peer:
        environ["REMOTE_ADDR"] = peer[0]
        environ["REMOTE_PORT"] = str(peer[1])
    environ["wsgi.input"] = body
    for name, value in head.fields.items():
        if key := ENVIRON_KEYS[name]:
            environ[key] = value
    if trace is not None:
        environ["enfilade.trace"] = trace
        trace.mark("gateway")
    return environ


def decode_path(path: str) -> str:
    """Return *path* percent-decoded, each octet as one latin-1 character (PEP 3333, "Unicode
    Issues"). The asterisk of ``OPTIONS *`` is no path."""
    if "%" in path:
        return unquote_to_bytes(path).decode("latin-1")
    return path if path != "*" else ""

"""Open the sockets that the supervisor owns and its workers accept from.

Every failure becomes a :exc:`ListenError` that says which address and what to do about it.
"""

import errno
import os
import resource
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from enfilade.gateway.forwarded import check_believed
from enfilade.server.addresses import Address, bracketed, parse_address
from enfilade.server.listener import Listener
from enfilade.server.options import Options
from enfilade.server.processes.newcomers import ignore_newcomers
from enfilade.server.processes.sockets import (
    ListenError,
    adopt,
    bind_tcp,
    open_tcp,
    open_unix,
    start_listening,
)
from enfilade.server.tls.certificates import load_certificates

# More descriptors than this nobody needs, and some containers allow a billion, over which
# programs that close "all" descriptors take minutes.
MOST_FILES = 1 << 20


class Listeners:
    """Open sockets, and the socket files that have to go when they are closed for good."""

    def __init__(self, options: Options) -> None:
        self.sockets: list[Listener] = []
        self._files: list[tuple[Path, int]] = []
        self._own: list[Listener] = []
        self._owner = os.getpid()
        check_proxies(options)
        self._certificates = load_certificates(options)
        try:
            for text in options.bind:
                self._open(parse_address(text), options)
            self._check_certificates()
        except BaseException:
            self.close()
            raise

    def _open(self, address: Address, options: Options) -> None:
        with explained(address):
            if address.kind == "unix":
                opened = [open_unix(address, options)]
                path = Path(address.path).absolute()
                self._files.append((path, path.stat().st_ino))
            elif address.kind == "fd":
                opened = [adopt(address)]
            else:
                opened = open_tcp(address, options)
        self.sockets += opened
        self._own += opened if address.kind == "tcp" else ()
        for listener in opened:
            self._assign(listener, address)

    def _assign(self, listener: Listener, address: Address) -> None:
        """Settle what is spoken at *listener*, which was opened for *address*."""
        encrypted = self._certificates is not None and listener.is_tcp
        listener.protocol = address.protocol or ("https" if encrypted else "http")
        if listener.protocol == "https":
            if self._certificates is None:
                raise without_certificate(address)
            listener.certificates = self._certificates

    def _check_certificates(self) -> None:
        if self._certificates and not any(listener.certificates for listener in self.sockets):
            raise ListenError(
                "There is a certificate, and no address at which TLS would be spoken.",
                hint="TCP addresses speak it unless http:// stands before them; a Unix socket"
                " does with https: before it, as in https:unix:PATH",
            )

    def ignore_newcomers(self) -> None:
        """Leave the workers what the backlogs have. Sockets that were passed to us are not ours
        to make deaf: the next server gets them, too."""
        for listener in self._own:
            ignore_newcomers(listener)

    def close(self) -> None:
        """Close the sockets; the process that opened them also removes their files."""
        for path, inode in self._files if os.getpid() == self._owner else ():
            # Another server may have put its own socket in this place meanwhile.
            with suppress(OSError):  # or the folder is root's, and we are not any more
                if path.stat().st_ino == inode:
                    path.unlink()
        self._files.clear()
        for listener in self.sockets:
            listener.close()

    def urls(self) -> list[str]:
        """Where a person finds each socket: ``http://127.0.0.1:8000``, ``unix:/run/site.sock``."""
        return [url_of(listener) for listener in self.sockets]


def without_certificate(address: Address) -> ListenError:
    """The error of an *address* at which TLS is to be spoken, and nobody knows as whom."""
    return ListenError(
        f"Cannot listen at {address}: TLS needs a certificate.",
        hint="Give it with --certificate PATH --key PATH",
    )


def check_proxies(options: Options) -> None:
    """Raise :exc:`ListenError` if two kinds of fields are believed that say the same."""
    try:
        check_believed(options.forwarded)
    except ValueError as error:
        raise ListenError(
            f"--forwarded: {error}.",
            hint="Of two kinds a visitor could send the one that the proxy does not write.",
        ) from error


# In a worker -------------------------------------------------------------------------------


def refresh_certificates(listeners: Sequence[socket.socket]) -> None:
    """Read certificates again whose files have changed since the supervisor has read them."""
    for listener in listeners:
        if isinstance(listener, Listener) and listener.certificates is not None:
            listener.certificates.refresh()


def own_listeners(listeners: Sequence[socket.socket], options: Options) -> Sequence[socket.socket]:
    """What a worker accepts from: with ``reuse_port`` TCP sockets of its own at the addresses of
    *listeners*, which then are not listening; else those themselves."""
    if not options.reuse_port:
        return listeners
    return [_own(listener, options) for listener in listeners]


def _own(listener: socket.socket, options: Options) -> socket.socket:
    if not isinstance(listener, Listener) or not _is_placeholder(listener):
        return listener
    host, port = listener.getsockname()[:2]
    own = start_listening(bind_tcp(listener.family, host, port, reuse_port=True), options.backlog)
    own.protocol, own.certificates = listener.protocol, listener.certificates
    return own


def _is_placeholder(listener: Listener) -> bool:
    """Whether it only keeps the address for the workers."""
    return not listener.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN)


def raise_file_limit() -> None:
    """Let the process open as many files as it may: each connection is one."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST_FILES if hard == resource.RLIM_INFINITY else min(hard, MOST_FILES)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        except (ValueError, OSError):
            pass  # macOS refuses more than kern.maxfilesperproc; the soft limit then stays


# What people read --------------------------------------------------------------------------


@contextmanager
def explained(address: Address, flag: str = "--bind", bound: Sequence[str] = ()) -> Iterator[None]:
    """Turn an :exc:`OSError` inside the block into a :exc:`ListenError` about *address*, which
    was given with *flag*; the server itself listens where it is *bound*."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        hint = _advise(address, flag, error)
        own = [text for text in bound if parse_address(text).meets(address)]
        if own and error.errno == errno.EADDRINUSE:
            hint = f"The site itself has it, by --bind {own[0]}: give {flag} an address of its own."
        raise ListenError(f"Cannot listen at {address}: {reason}.", hint=hint) from error


def _advise(address: Address, flag: str, error: OSError) -> str | None:
    if error.errno == errno.EADDRINUSE:
        if address.kind == "unix":
            return f"Another process listens there; find it with: lsof {address.path}"
        return (
            f"Find who has it with: lsof -nP -iTCP:{address.port} -sTCP:LISTEN\n"
            f"Or take any port that is free: {flag} {bracketed(address.host)}:0"
        )
    if isinstance(error, PermissionError) and address.kind == "tcp":
        return "Ports below 1024 are for root; take one above, or let systemd pass the socket."
    if isinstance(error, socket.gaierror):
        return f"The host name {address.host!r} has no address."
    return _ADVICE.get(error.errno or 0)


_ADVICE = {
    errno.EADDRNOTAVAIL: "This machine does not have that address.",
    errno.ENOENT: "Make the folder of the socket file first.",
    errno.EBADF: "No such descriptor was passed to this process.",
    errno.ENOTSOCK: "That descriptor is not a socket.",
}


def url_of(listener: socket.socket) -> str:
    """Where a person finds *listener*."""
    name = listener.getsockname()
    protocol = listener.protocol if isinstance(listener, Listener) else "http"
    if listener.family not in (socket.AF_INET, socket.AF_INET6):
        return f"unix:{name}" if protocol == "http" else f"{protocol}:unix:{name}"
    return f"{protocol}://{bracketed(name[0])}:{name[1]}"

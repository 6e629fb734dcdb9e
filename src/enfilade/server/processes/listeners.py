"""Open the sockets that the supervisor owns and its workers accept from.

Every failure becomes a :exc:`ListenError` that says which address and what to do about it.
"""

import errno
import os
import resource
import socket
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from enfilade.exceptions import DeveloperError
from enfilade.server.addresses import Address, bracketed, parse_address
from enfilade.server.options import Options

# More descriptors than this nobody needs, and some containers allow a billion, over which
# programs that close "all" descriptors take minutes.
MOST_FILES = 1 << 20


class ListenError(DeveloperError):
    """An address cannot be listened at."""


class Listeners:
    """Open sockets, and the socket files that have to go when they are closed for good."""

    def __init__(self, options: Options) -> None:
        self.sockets: list[socket.socket] = []
        self._files: list[tuple[Path, int]] = []
        self._owner = os.getpid()
        try:
            for text in options.bind:
                self._open(parse_address(text), options)
        except BaseException:
            self.close()
            raise

    def _open(self, address: Address, options: Options) -> None:
        with explained(address):
            if address.kind == "unix":
                self.sockets.append(_open_unix(address, options))
                path = Path(address.path).absolute()
                self._files.append((path, path.stat().st_ino))
            elif address.kind == "fd":
                self.sockets.append(_adopt(address))
            else:
                self.sockets.extend(_open_tcp(address, options.backlog))

    def close(self) -> None:
        """Close the sockets; the process that opened them also removes their files."""
        for path, inode in self._files if os.getpid() == self._owner else ():
            # Another server may have put its own socket in this place meanwhile.
            if path.exists() and path.stat().st_ino == inode:
                path.unlink()
        self._files.clear()
        for listener in self.sockets:
            listener.close()

    def urls(self) -> list[str]:
        """Where a person finds each socket: ``http://127.0.0.1:8000``, ``unix:/run/site.sock``."""
        return [_url(listener) for listener in self.sockets]


def raise_file_limit() -> None:
    """Let the process open as many files as it may: each connection is one."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST_FILES if hard == resource.RLIM_INFINITY else min(hard, MOST_FILES)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        except (ValueError, OSError):
            pass  # macOS refuses more than kern.maxfilesperproc; the soft limit then stays


# TCP ---------------------------------------------------------------------------------------


def _open_tcp(address: Address, backlog: int) -> list[socket.socket]:
    """One socket for each address that the host name has: ``localhost`` may have two."""
    opened: list[socket.socket] = []
    absent: OSError | None = None
    for family, host in _resolve(address):
        port = opened[0].getsockname()[1] if opened else address.port
        try:
            opened.append(_listen(family, host, port, backlog))
        except OSError as error:
            # A machine without IPv6 still resolves localhost to ::1.
            if error.errno not in (errno.EAFNOSUPPORT, errno.EADDRNOTAVAIL):
                for listener in opened:
                    listener.close()
                raise
            absent = error
    if absent and not opened:
        raise absent
    return opened


def _resolve(address: Address) -> list[tuple[int, str]]:
    found = socket.getaddrinfo(
        address.host, address.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )
    return list(dict.fromkeys((family, str(name[0])) for family, _, _, _, name in found))


def _listen(family: int, host: str, port: int, backlog: int) -> socket.socket:
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            # Else IPv4 clients would show up as ::ffff:192.0.2.1 in REMOTE_ADDR.
            listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        listener.bind((host, port))
        return _ready(listener, backlog)
    except BaseException:
        listener.close()
        raise


def _ready(listener: socket.socket, backlog: int) -> socket.socket:
    listener.listen(backlog)
    listener.setblocking(False)
    return listener


# Unix sockets and descriptors --------------------------------------------------------------


def _open_unix(address: Address, options: Options) -> socket.socket:
    _remove_stale(address)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    # The mask makes the file right from its first moment; chmod afterwards would be a race.
    mask = os.umask(0o777 & ~int(options.socket_mode, 8))
    try:
        listener.bind(address.path)
        return _ready(listener, options.backlog)
    except BaseException:
        listener.close()
        raise
    finally:
        os.umask(mask)


def _remove_stale(address: Address) -> None:
    """Remove the socket file that a server left behind when it was killed."""
    path = Path(address.path)
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        return
    if not stat.S_ISSOCK(mode):
        raise ListenError(
            f"Cannot listen at {address}: there is a file that is not a socket.",
            hint="Choose another path, or move the file away.",
        )
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        try:
            probe.connect(address.path)
        except ConnectionRefusedError:
            path.unlink()
        else:
            raise OSError(errno.EADDRINUSE, os.strerror(errno.EADDRINUSE))


def _adopt(address: Address) -> socket.socket:
    listener = socket.socket(fileno=address.descriptor)
    if not listener.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
        raise ListenError(
            f"Cannot listen at {address}: that descriptor is not a listening socket.",
            hint="The parent (systemd, say) has to bind it and listen before it starts us.",
        )
    listener.set_inheritable(False)
    listener.setblocking(False)
    return listener


# What people read --------------------------------------------------------------------------


@contextmanager
def explained(address: Address) -> Iterator[None]:
    """Turn an :exc:`OSError` inside the block into a :exc:`ListenError` about *address*."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        raise ListenError(f"Cannot listen at {address}: {reason}.", hint=_advise(address, error))


def _advise(address: Address, error: OSError) -> str | None:
    if error.errno == errno.EADDRINUSE:
        if address.kind == "unix":
            return f"Another process listens there; find it with: lsof {address.path}"
        return (
            f"Find who has it with: lsof -nP -iTCP:{address.port} -sTCP:LISTEN\n"
            f"Or take any port that is free: --bind {bracketed(address.host)}:0"
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


def _url(listener: socket.socket) -> str:
    name = listener.getsockname()
    if listener.family == socket.AF_UNIX:
        return f"unix:{name}"
    return f"http://{bracketed(name[0])}:{name[1]}"

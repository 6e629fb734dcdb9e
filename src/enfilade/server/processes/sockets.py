"""Sockets to listen with: TCP, Unix, and those that somebody else has opened.

They raise :exc:`OSError`, and :exc:`ListenError` for what needs more words.
"""

import errno
import os
import socket
import stat
from pathlib import Path

from enfilade.exceptions import DeveloperError
from enfilade.server.addresses import Address
from enfilade.server.listener import Listener
from enfilade.server.options import Options


class ListenError(DeveloperError):
    """An address cannot be listened at."""


# TCP ---------------------------------------------------------------------------------------


def open_tcp(address: Address, options: Options) -> list[Listener]:
    """One socket for each address that the host name has: ``localhost`` may have two."""
    opened: list[Listener] = []
    absent: OSError | None = None
    for family, host in _resolve(address):
        port = opened[0].getsockname()[1] if opened else address.port
        try:
            listener = bind_tcp(family, host, port, options.reuse_port)
            if not options.reuse_port:  # else each worker listens, and the kernel deals out
                start_listening(listener, options.backlog)
            opened.append(listener)
        except OSError as error:
            # A machine without IPv6 still resolves localhost to ::1.
            if error.errno not in (errno.EAFNOSUPPORT, errno.EADDRNOTAVAIL):
                for each in opened:
                    each.close()
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


def bind_tcp(family: int, host: str, port: int, reuse_port: bool) -> Listener:
    """A socket that does not listen yet."""
    listener = Listener(family, socket.SOCK_STREAM)
    try:
        if reuse_port:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            # Else IPv4 clients would show up as ::ffff:192.0.2.1 in REMOTE_ADDR.
            listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        listener.bind((host, port))
        return listener
    except BaseException:
        listener.close()
        raise


def start_listening(listener: Listener, backlog: int) -> Listener:
    """*listener*, which is closed if it cannot."""
    try:
        listener.listen(backlog)
    except BaseException:  # another one may have listened since it was bound
        listener.close()
        raise
    listener.setblocking(False)
    return listener


# Unix sockets and descriptors --------------------------------------------------------------


def open_unix(address: Address, options: Options) -> Listener:
    """A socket file that is open to whom the options say."""
    _remove_stale(address)
    listener = Listener(socket.AF_UNIX, socket.SOCK_STREAM)
    # The mask makes the file right from its first moment; chmod afterwards would be a race.
    mask = os.umask(0o777 & ~int(options.socket_mode, 8))
    try:
        listener.bind(address.path)
        return start_listening(listener, options.backlog)
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


def adopt(address: Address) -> Listener:
    """What this process has inherited."""
    listener = Listener(fileno=address.descriptor)
    if not listener.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
        raise ListenError(
            f"Cannot listen at {address}: that descriptor is not a listening socket.",
            hint="The parent (systemd, say) has to bind it and listen before it starts us.",
        )
    listener.set_inheritable(False)
    listener.setblocking(False)
    return listener

"""Closing a listening socket without resetting anybody.

Between the last ``accept`` and ``close`` the kernel may complete another connection, which it then
resets. So the socket is made deaf first: what waits in its backlog can be accepted, and who comes
anew gets no answer until the socket is closed, tries again a second later, as TCP does, and is
refused. A proxy that is refused may ask another machine.
"""

import ctypes
import socket
import struct
import sys
from contextlib import suppress

SO_ATTACH_FILTER = 26  # asm-generic/socket.h
_RETURN_NOTHING = struct.pack("HBBI", 0x06, 0, 0, 0)  # BPF_RET | BPF_K: keep 0 bytes of a packet


def ignore_newcomers(listener: socket.socket) -> None:
    """Have the kernel drop what comes in for *listener* itself; accepted connections and those
    in the backlog have sockets of their own. Without Linux nothing is done."""
    if not sys.platform.startswith("linux"):
        return
    program = ctypes.create_string_buffer(_RETURN_NOTHING)
    filter_ = struct.pack("HP", 1, ctypes.addressof(program))
    with suppress(OSError):  # some sandboxes forbid it, and then a few may be reset
        listener.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, filter_)

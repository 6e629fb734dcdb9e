"""Waking the loop's thread out of ``select``."""

import socket


class Wakeup:
    """A socket pair whose reading end the loop selects on.

    :meth:`wake` may be called by any thread and by a signal handler: it takes no lock. Calls
    that come before the loop has noticed the first cost no system call.
    """

    def __init__(self) -> None:
        self._reader, self._writer = socket.socketpair()
        self._reader.setblocking(False)
        self._writer.setblocking(False)
        self._signalled = False

    def fileno(self) -> int:
        """The descriptor that becomes readable."""
        return self._reader.fileno()

    def wake(self) -> None:
        """Have ``select`` return, now or the next time it is called."""
        if self._signalled:
            return
        self._signalled = True
        try:
            self._writer.send(b"\0")
        except OSError:  # a full pair wakes as well; a closed one has nobody left to wake
            pass

    def clear(self) -> None:
        """The loop is awake. Look for work *after* this call, so that none is overlooked.

        First the socket, then the flag: a call in between is not lost, because its work is
        already there to be found. The other way round its byte could be read here while the
        flag stays up, and no later call would wake anybody.
        """
        try:
            self._reader.recv(4096)
        except OSError:
            pass
        self._signalled = False

    def close(self) -> None:
        self._reader.close()
        self._writer.close()

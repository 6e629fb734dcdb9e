"""One worker's loop: sockets, deadlines, and the threads of the application."""

from enfilade.server.loop.loop import Loop

__all__ = ["Loop"]

"""HTTP/1.1 without I/O: bytes go in, heads and bodies come out, and the other way round.

Nothing here knows a socket, a thread or a clock. What is refused, with which status and why,
stands in one table (:mod:`enfilade.protocol.policy`); README.md shows the data path.
"""

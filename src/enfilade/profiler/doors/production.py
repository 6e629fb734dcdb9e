"""The profiler in a process of its own, which the supervisor keeps beside the workers."""

from collections.abc import Container

from enfilade.profiler.doors.gate import Gate
from enfilade.profiler.doors.pages import Pages
from enfilade.profiler.doors.shared import SharedSource
from enfilade.profiler.pages import Profiler
from enfilade.reserved import RESERVED
from enfilade.server.processes.outlook import Outlook
from enfilade.server.recorder import Rings
from enfilade.types import WSGIApplication

STREAMS = 8
"""Live pages at a time: half of the threads."""


def guarded_pages(
    token: str, outlook: Outlook, rings: Rings | None, hosts: Container[str] | None
) -> WSGIApplication:
    """The pages about what *outlook* and *rings* tell, for who has *token*; *hosts* are the names
    by which they are reached beside addresses and localhost, ``None`` all names."""
    source = SharedSource(rings, outlook)
    return Gate(Pages(Profiler(source, RESERVED, STREAMS), hosts), token, hosts)

"""Applications that were made with other frameworks: how their requests are observed.

The server opens :func:`observing` around the loading of an application. A framework that is
imported there, and that a room here knows, then notes on the trace of a request what happens in
it, in the events of :mod:`enfilade.lifecycle`. Requests without a trace go their usual way.
"""

from enfilade.foreign.starlette import route_of
from enfilade.foreign.watch import install as watch
from enfilade.foreign.watch import observing

__all__ = ["observing", "route_of", "watch"]

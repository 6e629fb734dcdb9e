"""The flight recorder: what became of the requests that were slow, failed or were chosen, in
memory that outlives the worker."""

from enfilade.server.recorder.choice import Choice, begin_for_subscribers
from enfilade.server.recorder.recorder import Recorder, open_recorder
from enfilade.server.recorder.ring import Ring, Rings, rings_for
from enfilade.server.recorder.stacks import Stacks, find_threads

__all__ = [
    "Choice", "Recorder", "Ring", "Rings", "Stacks", "begin_for_subscribers", "find_threads",
    "open_recorder", "rings_for",
]  # fmt: skip

"""What a plan consists of: one node for each event that the trace of the request will have."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from enfilade.explain.source import Source, locate
from enfilade.lifecycle import HOP, STEPS
from enfilade.middleware.chain import Layer
from enfilade.secrecy import hide_tokens

Key = tuple[str, str]
"""Event and node, as the trace and the plan both call them."""

NUMBERS: Mapping[str, int] = MappingProxyType({step.event: step.number for step in STEPS})
"""The numbers of the steps by event."""

RESPONSE: Key = ("render", "response")
ERROR_PAGE: Key = ("render", "error page")
TO_THREAD: Key = (HOP, "to thread")
CONDITIONAL: Key = ("middleware.out", "conditional response")
BODY: Key = ("write", "body")


@dataclass(frozen=True, slots=True)
class Node:
    """One piece of the walk. ``step`` is its number in :mod:`enfilade.lifecycle`; that of a hop
    is the step on its other side. ``depth`` is how many hops lie around it.

    ``certain`` says that the request will meet it, and not only if the site's code lets it;
    ``when`` is what must happen for a piece beside the usual way.
    """

    step: int
    event: str
    name: str
    source: Source | None
    depth: int
    certain: bool
    when: str = ""

    @property
    def key(self) -> Key:
        """What the trace calls it."""
        return self.event, self.name

    @property
    def label(self) -> str:
        """How a person calls it: without modules, a hook with its class."""
        if self.event in ("handler", "request", "resolve", HOP):
            return hide_tokens(self.name)
        *_, owner, name = ("", *self.name.removeprefix("The view ").rsplit(".", 2))
        return f"{owner}.{name}" if name.removeprefix("a").startswith("process_") else name

    def to_dict(self) -> dict[str, Any]:
        """The node in types that JSON has."""
        source = self.source
        return {
            "step": self.step,
            "event": self.event,
            "node": hide_tokens(self.name),
            "label": self.label,
            "file": source and source.file,
            "line": source and source.line,
            "depth": self.depth,
            "certain": self.certain,
            "when": self.when,
        }


def locate_hook(layer: Layer, hook: str) -> Source:
    """Where *hook* of *layer* is written; of one that is called as a whole, where that is."""
    if hook and hasattr(type(layer.middleware), hook):
        return locate(layer.middleware, hook)
    return locate(layer.middleware)

"""The nodes of a plan for the steps of the server: its code, and each option that it goes by.

They stand before and behind those of the application, which are its trace's.
"""

from collections.abc import Iterator
from importlib import import_module
from operator import attrgetter
from types import MappingProxyType
from typing import Any

from enfilade.explain.entrance import Entrance
from enfilade.explain.nodes import NUMBERS
from enfilade.explain.source import Source, locate
from enfilade.lifecycle import STEPS, Half

CODE = MappingProxyType(
    {
        "accept": ("connection", "server.loop.acceptor:Acceptor"),
        "read": ("head and body", "server.loop.intake:Intake"),
        "gateway": ("environ", "gateway.environ:build_environ"),
        "write": ("response", "gateway.wsgi:respond"),
        "send": ("connection", "server.loop.exchange:Exchange"),
    }
)
"""By event: what it is about, and where the server's code of it begins."""

ASGI_CODE = MappingProxyType(
    {
        "accept": ("connection", "server.asgi.connection:Connection"),
        "read": ("head and body", "server.asgi.connection:Connection"),
        "gateway": ("scope", "server.asgi.scope:build_scope"),
        "write": ("response", "server.asgi.exchange:Exchange"),
        "send": ("connection", "server.asgi.connection:Connection"),
    }
)
"""The same for ASGI applications."""


def server_nodes(entrance: Entrance, *, inward: bool) -> Iterator[dict[str, Any]]:
    """The nodes before the application, or those behind it, in types that JSON has."""
    for step in STEPS:
        if step.half is Half.SERVER and (step.number < NUMBERS["handler"]) is inward:
            yield from _of_step(entrance, step.event)


def _of_step(entrance: Entrance, event: str) -> Iterator[dict[str, Any]]:
    if entrance.answer is not None and event == "gateway":
        return
    label, code = (ASGI_CODE if entrance.is_asgi else CODE)[event]
    yield _node(event, label, _code(code))
    for option in entrance.options:
        if option.event == event:
            node = _node(event, f"{option.name} {option.value}", option.source)
            yield {**node, "option": option.name, "from": option.source.name}
    if event == "read" and entrance.file is not None:
        yield _node(event, entrance.file.name, Source("static file", entrance.file.path))


def _code(name: str) -> Source:
    module, _, attribute = name.partition(":")
    return locate(attrgetter(attribute)(import_module(f"enfilade.{module}")))


def _node(event: str, label: str, source: Source) -> dict[str, Any]:
    return {
        "step": NUMBERS[event],
        "event": event,
        "node": label,
        "label": label,
        "file": source.file,
        "line": source.line,
        "depth": 0,
        "certain": True,
        "when": "",
    }

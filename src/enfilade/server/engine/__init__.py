"""One worker's loop in the build that :mod:`enfilade.build` chose: the compiled engine, or the
plain loop alone."""

from enfilade.build import COMPILED, is_compiled
from enfilade.server.loop import Loop

__all__ = ["choose_loop"]


def choose_loop() -> type[Loop]:
    """The class that serves."""
    if not (COMPILED and is_compiled("server/engine/_engine")):
        return Loop
    from enfilade.server.engine.loop import CompiledLoop

    return CompiledLoop

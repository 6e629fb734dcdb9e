"""What a site has declared secret: variables of a function, parameters of a form.

The decorators of ``views/decorators/debug.py`` leave their marks here, and every report of a
failure reads them: whoever calls, in both modes, wherever in the chain of exceptions.
"""

from collections.abc import Container, Iterator
from dataclasses import dataclass
from types import FrameType, TracebackType

from enfilade.http import HttpRequest

MARK = "__sensitive_variables__"
"""The local variable of a wrapper's frame that names what is secret in the frames inside."""


@dataclass(frozen=True, slots=True)
class Names:
    """Declared names; without any, all are meant."""

    names: tuple[str, ...]

    def __contains__(self, name: object) -> bool:
        return not self.names or name in self.names


def marked_frames(
    tb: TracebackType | None,
) -> Iterator[tuple[TracebackType, Container[str]]]:
    """Every entry of a traceback with the variables that are secret in it.

    A function declares them for itself and for what it calls, until another one declares its
    own.
    """
    names = _declared_outside(tb.tb_frame.f_back) if tb is not None else ()
    while tb is not None:
        names = tb.tb_frame.f_locals.get(MARK, names)
        yield tb, names
        tb = tb.tb_next


def _declared_outside(frame: FrameType | None) -> Container[str]:
    """What the callers declared that were not left by the exception."""
    while frame is not None:
        if MARK in frame.f_locals:
            return frame.f_locals[MARK]  # type: ignore[no-any-return]
        frame = frame.f_back
    return ()


def sensitive_parameters(request: HttpRequest | None) -> frozenset[str]:
    """The names of the form's parameters that a decorated view declared secret."""
    declared: Names | None = getattr(request, "sensitive_post_parameters", None)
    if request is None or declared is None:
        return frozenset()
    try:
        return frozenset(declared.names or request.POST)
    except Exception:  # the form may be what is broken; then nobody has its values
        return frozenset()

"""Where the thread of a slow request stood, merged: each frame once, with how often it was found
there."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from enfilade.trace import Stack


@dataclass(frozen=True, slots=True)
class Standing:
    """A *frame*, found ``count`` times of ``whole``, within those before it of a lower ``depth``.

    A frame that is the only one in another has the depth of that: only where ways part is there
    a step to the right.
    """

    frame: str
    count: int
    whole: int
    depth: int


@dataclass(slots=True)
class _Frame:
    count: int = 0
    inner: dict[str, "_Frame"] = field(default_factory=dict)


def stand(stacks: Sequence[Stack]) -> list[Standing]:
    """The frames of *stacks*, the outermost first, what was found more often before the rest."""
    root = _Frame()
    for stack in stacks:
        frame = root
        frame.count += stack.count
        for name in reversed(stack.frames):
            frame = frame.inner.setdefault(name, _Frame())
            frame.count += stack.count
    return list(_lines(root, root.count, 0))


def _lines(frame: _Frame, whole: int, depth: int) -> Iterator[Standing]:
    deeper = depth + (len(frame.inner) > 1)
    for name, inner in sorted(frame.inner.items(), key=lambda item: -item[1].count):
        yield Standing(name, inner.count, whole, deeper)
        yield from _lines(inner, whole, deeper)

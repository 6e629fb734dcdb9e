"""What the operator writes after ``--static`` and its kin: ``PREFIX=PLACE``, read.

>>> parse_mount("/static=public")
Mount(prefix='/static/', place='public')
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Mount:
    """The paths below ``prefix``, which begins and ends with ``/``, and what they lead to: a
    folder, or another path."""

    prefix: str
    place: str


def parse_mount(text: str) -> Mount:
    """Read ``PREFIX=PLACE``; :exc:`ValueError` says what is wrong with it."""
    prefix, equals, place = text.partition("=")
    if not equals or not place:
        raise ValueError(f"{text!r} is not PREFIX=PLACE, as in /static=public")
    if not prefix.startswith("/"):
        raise ValueError(f"the prefix {prefix!r} does not begin with /, as paths do")
    if not (prefix.isascii() and prefix.isprintable()) or "//" in prefix:
        raise ValueError(f"the prefix {prefix!r} is not how a path begins that is sent by a client")
    return Mount(f"{prefix.rstrip('/')}/", place)


def parse_fallback(text: str) -> Mount:
    """Read ``PREFIX=PATH``; the place is a path too."""
    mount = parse_mount(text)
    if not mount.place.startswith("/"):
        raise ValueError(f"{mount.place!r} is not the path of a request, such as /index.html")
    return mount

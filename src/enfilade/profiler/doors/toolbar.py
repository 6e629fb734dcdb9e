"""The line at the bottom of a page in development: what it took, and where to see more.

It brings its style and its script by address, so that the strictest policy of a page may allow
them, and lives in a shadow tree, where neither's style touches the other. Without its style,
whatever the reason, it is not seen.
"""

from dataclasses import dataclass
from html import escape
from importlib.resources import files

from enfilade.reserved import RESERVED

STYLE = f"{RESERVED}toolbar.css"
SCRIPT = f"{RESERVED}toolbar.js"

FILES = {
    STYLE: ("toolbar.css", "text/css; charset=utf-8"),
    SCRIPT: ("toolbar.js", "text/javascript; charset=utf-8"),
}
"""The files that a toolbar loads, and their types."""

_HTML = (
    '<enfilade-toolbar><template shadowrootmode="open">'
    '<link rel="stylesheet" href="{style}"{style_nonce}>'
    '<aside lang="en" aria-label="Profiler" hidden><details open><summary>Enfilade</summary>'
    '<a href="{page}">{items}</a></details></aside>'
    "{script}</template></enfilade-toolbar>"
)
"""``hidden`` holds until the style is there, which shows it: nothing on the page moves."""

_SCRIPT = '<script src="{script}"{nonce}></script>'


@dataclass(frozen=True, slots=True)
class Summary:
    """One answer: its page in the profiler, how long it took, in nanoseconds, which view made it,
    and its queries of a database, with the time for them all."""

    page: str
    status: int
    duration: int
    view: str = ""
    queries: int = 0
    querying: int = 0


def toolbar(summary: Summary, style: str, script: str | None) -> bytes:
    """The toolbar as HTML that is right in whatever charset extends ASCII.

    *style* and *script* are the nonces with which it loads those, "" if it needs none; it does
    without a script if that is ``None``.
    """
    said = "" if script is None else _SCRIPT.format(script=SCRIPT, nonce=_nonce(script))
    text = _HTML.format(
        style=STYLE,
        style_nonce=_nonce(style),
        page=escape(summary.page),
        items=" ".join(f"<span>{escape(item)}</span>" for item in _items(summary)),
        script=said,
    )
    return text.encode("ascii", "xmlcharrefreplace")


def read_file(path: str) -> tuple[bytes, str] | None:
    """The file at *path*, one of :data:`FILES`, and its type."""
    if path not in FILES:
        return None
    name, kind = FILES[path]
    return files(__package__).joinpath(name).read_bytes(), kind


def _items(summary: Summary) -> list[str]:
    items = [str(summary.status), milliseconds(summary.duration)]
    if summary.view:
        items.append(summary.view)
    if summary.queries:
        plural = "y" if summary.queries == 1 else "ies"
        items.append(f"{summary.queries} quer{plural}, {milliseconds(summary.querying)}")
    return items


def milliseconds(nanoseconds: int) -> str:
    """
    >>> milliseconds(1_234_567), milliseconds(123_456_789)
    ('1.2 ms', '123 ms')
    """
    amount = nanoseconds / 1e6
    return f"{amount:.0f} ms" if amount >= 100 else f"{amount:.1f} ms"


def _nonce(text: str) -> str:
    return f' nonce="{escape(text)}"' if text else ""

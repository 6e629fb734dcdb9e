"""Access lines by a pattern of atoms, as Gunicorn's ``--access-logformat`` has them.

>>> AtomFormat("%(h)s %(s)s").fields
()
"""

import os
import re
from collections.abc import Callable, Mapping
from types import MappingProxyType

from enfilade.exceptions import DeveloperError
from enfilade.server.access import AccessRecord
from enfilade.server.access_text import clock, escape

Atom = Callable[[AccessRecord], object]


class AccessFormatError(DeveloperError):
    """A pattern for access lines has something that no access record can tell."""


class AtomFormat:
    """Lines by *pattern*, text with atoms such as ``%(h)s`` and ``%({user-agent}i)s``.

    ``fields`` are the request's fields that it shows, in lower case. Raises
    :exc:`AccessFormatError`.
    """

    def __init__(self, pattern: str) -> None:
        self._parts: list[str | Atom] = []
        fields = []
        at = 0
        for match in _ATOM.finditer(pattern):
            self._parts.append(_plain(pattern[at : match.start()]))
            at = match.end()
            name = match["field"]
            if name:
                fields.append(name.lower())
                self._parts.append(_field(name.lower()))
            else:
                self._parts.append("%" if match[0] == "%%" else _find(match["name"]))
        self._parts.append(_plain(pattern[at:]))
        self.fields = tuple(fields)

    def __call__(self, record: AccessRecord) -> bytes:
        texts = [part if isinstance(part, str) else _show(part(record)) for part in self._parts]
        return f"{''.join(texts)}\n".encode("ascii", "backslashreplace")


_ATOM = re.compile(r"%%|%\((?:\{(?P<field>[^{}()]+)\}i|(?P<name>[^()]+))\)[sd]")


def _plain(text: str) -> str:
    """What stands between the atoms."""
    if "%" in text:
        raise AccessFormatError(
            f"{text[text.index('%') :]!r} in the access log's format is no atom.",
            hint="Write atoms as in %(h)s, and %% for a percent sign.",
        )
    if "\n" in text:
        raise AccessFormatError("The access log's format has more than one line.")
    return text


def _find(name: str) -> Atom:
    if atom := _ATOMS.get(name):
        return atom
    if name.endswith(("}o", "}e")):
        whose = "answer's fields" if name.endswith("o") else "environ"
        raise AccessFormatError(
            f"%({name})s in the access log's format: the log does not know the {whose}.",
            hint="Fields of the request are %({name}i)s; let the application log the rest.",
        )
    raise AccessFormatError(
        f"%({name})s in the access log's format is unknown.",
        hint=f"There are {', '.join(_ATOMS)} and fields of the request, as in {{referer}}i.",
    )


def _field(name: str) -> Atom:
    return lambda record: record.fields.get(name)


def _show(value: object) -> str:
    return "-" if value in (None, "") else escape(str(value))


_ATOMS: Mapping[str, Atom] = MappingProxyType(
    {
        "h": lambda record: record.peer,
        "l": lambda record: "-",
        "u": lambda record: "-",
        "t": lambda record: f"[{clock(int(record.time))}]",
        "r": lambda record: f"{record.method} {record.target} {record.version}",
        "s": lambda record: record.status,
        "m": lambda record: record.method,
        "U": lambda record: record.target.partition("?")[0],
        "q": lambda record: record.target.partition("?")[2],
        "H": lambda record: record.version,
        "b": lambda record: record.bytes_sent or "-",
        "B": lambda record: record.bytes_sent,
        "f": lambda record: record.referer,
        "a": lambda record: record.user_agent,
        "T": lambda record: int(record.duration),
        "M": lambda record: int(record.duration * 1e3),
        "D": lambda record: int(record.duration * 1e6),
        "L": lambda record: f"{record.duration:.6f}",
        "p": lambda record: f"<{os.getpid()}>",
        "first_byte": lambda record: f"{record.first_byte:.6f}",
        "queue": lambda record: f"{record.queued:.6f}",
    }
)

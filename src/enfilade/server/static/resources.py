"""What stands behind a name: a file in its codings, a folder with an index, or nothing."""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field

from enfilade.file_types import media_type
from enfilade.gateway.file_range import OpenFile
from enfilade.protocol.head import RequestHead
from enfilade.server.porter import Answer
from enfilade.server.static.beneath import Folder, is_folder
from enfilade.server.static.codings import EXTENSIONS, IDENTITY, choose_coding
from enfilade.server.static.representation import Header, Representation, cache_control
from enfilade.server.static.selection import plain_answer, select

NOT_ALLOWED = plain_answer(405, "405 Method Not Allowed", ("Allow", "GET, HEAD"))
NOT_ACCEPTABLE = plain_answer(406, "406 Not Acceptable", ("Vary", "Accept-Encoding"))
FORBIDDEN = plain_answer(403, "403 Forbidden")

MOST_WISHES, LONGEST_WISH = 32, 200
"""So many values of Accept-Encoding, and none longer than that, are remembered for a file."""

Stamp = tuple[tuple[int, ...], ...]
"""Tells whether a file, or one of its siblings, is another one than before."""


@dataclass(frozen=True, slots=True)
class Terms:
    """How files are sent: the name of a folder's *index*, and for how many seconds a browser may
    keep a file whose name has no hash."""

    index: str = "index.html"
    max_age: int = 60


@dataclass(slots=True)
class Resource:
    """A file: ``forms`` are its representations by coding, the plain one among them, in the order
    of our preference.

    ``chosen`` is what :meth:`choose` has returned, by the value of Accept-Encoding.
    """

    forms: dict[str, Representation]
    stamp: Stamp
    chosen: dict[str | None, Representation | None] = field(default_factory=dict)

    @property
    def weight(self) -> int:
        """Bytes that it holds in memory."""
        contents = (form.content for form in self.forms.values())
        return sum(len(content) for content in contents if isinstance(content, bytes))

    def answer(self, head: RequestHead) -> Answer:
        """The answer to any request for this file."""
        if head.method not in ("GET", "HEAD"):
            return NOT_ALLOWED
        fields = head.fields
        wish = fields.get("accept-encoding")
        try:
            form = self.chosen[wish]
        except KeyError:
            form = self.choose(wish)
        return NOT_ACCEPTABLE if form is None else select(form, head.method, fields)

    def choose(self, accept_encoding: str | None) -> Representation | None:
        """The form that such a client likes best; ``None`` if it can take none of them."""
        coding = choose_coding(accept_encoding, [each for each in self.forms if each != IDENTITY])
        form = self.forms[coding] if coding is not None else None
        if len(accept_encoding or "") <= LONGEST_WISH:
            if len(self.chosen) >= MOST_WISHES:
                self.chosen.clear()
            self.chosen[accept_encoding] = form
        return form


@dataclass(frozen=True, slots=True)
class Redirect:
    """A folder whose name lacks the slash at its end."""

    stamp: Stamp = ()
    weight: int = 0

    def answer(self, head: RequestHead) -> Answer:
        """The same target with the slash."""
        if head.method not in ("GET", "HEAD"):
            return NOT_ALLOWED
        query = f"?{head.query}" if head.query else ""
        location = ("Location", f"{head.path}/{query}")
        return plain_answer(301, "301 Moved Permanently", location)


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A file that the server may not read."""

    stamp: Stamp = ()
    weight: int = 0

    def answer(self, head: RequestHead) -> Answer:
        """403, as nginx has it."""
        return FORBIDDEN


Found = Resource | Redirect | Unreadable


def find(folder: Folder, name: bytes, terms: Terms, known: Found | None = None) -> Found | None:
    """What *name* in *folder* is; ``None`` if it is nothing that could be sent.

    *known* is returned if it is still that. Raises :exc:`OSError` for trouble of the system's.
    """
    try:
        with folder.entered() as root:
            return _find(folder, root, name, terms, known)
    except PermissionError:
        return Unreadable()
    except FileNotFoundError:  # the whole folder is away, perhaps to come back in a moment
        return None


def _find(
    folder: Folder, root: int, name: bytes, terms: Terms, known: Found | None
) -> Found | None:
    index = os.fsencode(terms.index)
    if name.endswith(b"/") or not name:
        if not index:
            return None
        name += index
    file = folder.open(root, name)
    if file is None:
        return None
    if is_folder(file.status()):
        inside = folder.open(root, name + b"/" + index) if index else None
        return Redirect() if inside is not None and inside.is_regular() else None
    opened = dict(_open_forms(folder, root, name, file))
    stamp = tuple(_stamp(status) for _, status in opened.values())
    if IDENTITY not in opened:
        return None
    if known is not None and known.stamp == stamp:
        return known
    return _make_resource(os.fsdecode(name), opened, stamp, terms)


Opened = tuple[OpenFile, os.stat_result]


def _open_forms(
    folder: Folder, root: int, name: bytes, plain: OpenFile
) -> Iterator[tuple[str, Opened]]:
    """The file in each coding that it is there in, the plain one last.

    A sibling that is older than the file was made from another one, so it is passed over.
    """
    status = plain.status()
    if not plain.is_regular():
        return
    for coding, extension in EXTENSIONS.items():
        try:
            file = folder.open(root, name + extension)
        except PermissionError:
            continue
        if file is not None and file.is_regular():
            beside = file.status()
            if int(beside.st_mtime) >= int(status.st_mtime):
                yield coding, (file, beside)
    yield IDENTITY, (plain, status)


def _stamp(status: os.stat_result) -> tuple[int, ...]:
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns


def _make_resource(name: str, opened: dict[str, Opened], stamp: Stamp, terms: Terms) -> Resource:
    common: list[Header] = [
        ("Content-Type", media_type(name)),
        ("Cache-Control", cache_control(name, terms.max_age)),
    ]
    if name.lower().endswith(".svgz"):  # a picture that exists only compressed
        common.append(("Content-Encoding", "gzip"))
    if len(opened) > 1:
        common.append(("Vary", "Accept-Encoding"))
    forms = {}
    for coding, (file, status) in opened.items():
        if coding == IDENTITY:
            forms[coding] = Representation(file, status, common)
        else:
            fields = [*common, ("Content-Encoding", coding)]
            forms[coding] = Representation(file, status, fields, coding)
    return Resource(forms, stamp)

"""Which file the server sends for a path, found by asking its porter, and why none is sent."""

from dataclasses import dataclass
from pathlib import Path

from enfilade.explain.source import shorten
from enfilade.protocol.head import RequestHead
from enfilade.server.static.codings import EXTENSIONS
from enfilade.server.static.files import StaticFiles
from enfilade.server.static.resources import Resource


@dataclass(frozen=True, slots=True)
class StaticFile:
    """The file that the server sends, its ``name`` as a person would give it, in ``coding`` ("" for
    as it is); ``prefix`` is the one that its folder is mounted at, ``instead`` whether it is sent
    in the place of another path."""

    path: str
    name: str
    prefix: str
    coding: str
    instead: bool


def find_file(
    files: StaticFiles | None, head: RequestHead, index: str
) -> tuple[StaticFile | None, str]:
    """The file that *files* have for *head*, or a sentence that says why there is none."""
    if files is None:
        return None, "no folder of files is served"
    places = list(files.places(head.path))
    if not places:
        prefixes = ", ".join(sorted(prefix.decode("latin-1") for prefix in files.prefixes))
        return None, f"no file: the path is not below {prefixes}"
    found = files.lookup(head.path)
    for number, (prefix, path) in enumerate(places):
        file = _existing(path, index)
        if file is not None and isinstance(found, Resource):
            form = found.choose(head.fields.get("accept-encoding"))
            coding = dict(form.fields).get("Content-Encoding", "") if form else ""
            suffix = EXTENSIONS.get(coding, b"").decode()
            sent = f"{file}{suffix}"
            return StaticFile(sent, shorten(sent), prefix, coding, number > 0), ""
    return None, f"below {places[0][0]}, but there is no file {shorten(places[0][1])}"


def _existing(path: str, index: str) -> str | None:
    """*path*, or the index of the folder that it is."""
    try:
        if Path(path).is_file():
            return path
        inside = Path(path, index)
        return str(inside) if index and inside.is_file() else None
    except (OSError, ValueError):
        return None

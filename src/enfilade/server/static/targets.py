"""From the path of a request, as it was sent, to the name of a file."""

from urllib.parse import unquote_to_bytes

WELL_KNOWN = b".well-known"
"""The one hidden folder whose content is for everybody (RFC 8615)."""


def file_name(path: str) -> bytes | None:
    """The relative name that *path*, percent-encoded and without its mount point, stands for; it
    ends with ``/`` where a folder is meant. ``None`` for what no file is ever served by: empty
    and dotted segments, hidden files, encoded slashes, backslashes and control characters.

    >>> file_name("css/site%20one.css")
    b'css/site one.css'
    >>> file_name("..%2Fsecret"), file_name("../secret"), file_name(".git/config")
    (None, None, None)
    """
    if "%" not in path:
        name = path.encode("latin-1")
    elif "%2f" in path.lower():
        return None
    else:
        name = unquote_to_bytes(path.encode("latin-1"))
    if b"\\" in name or any(octet < 0x20 for octet in name):
        return None
    segments = name.split(b"/")
    if not all(segments[:-1]):
        return None
    if any(segment.startswith(b".") and segment != WELL_KNOWN for segment in segments):
        return None
    return name

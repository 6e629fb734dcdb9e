"""Pictures as files: recognised by their first bytes, named by their content.

A browser's word on what a file is (its name, its Content-Type) is not taken.
"""

import hashlib
import tempfile
from collections.abc import Iterable
from pathlib import Path

EXTENSIONS = {
    b"\x89PNG\r\n\x1a\n": ".png",
    b"\xff\xd8\xff": ".jpg",
    b"GIF87a": ".gif",
    b"GIF89a": ".gif",
}
SIGNATURE_BYTES = 12
MEDIA_TYPES = {
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".gif": "image/gif",
    ".webp": "image/webp",
}


def extension(start: bytes) -> str | None:
    """The extension for a file that begins with *start*; None if it is no picture we print."""
    if start[:4] == b"RIFF" and start[8:12] == b"WEBP":
        return ".webp"
    for signature, suffix in EXTENSIONS.items():
        if start.startswith(signature):
            return suffix
    return None


def keep(chunks: Iterable[bytes], suffix: str, folder: Path) -> str:
    """Store the picture and return its file name, the hash of its content.

    The file appears under its name only when it is complete, and the same picture sent twice
    is one file.
    """
    folder.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256()
    with tempfile.TemporaryDirectory(dir=folder, prefix=".") as wings:
        draft = Path(wings, "draft")
        with draft.open("wb") as file:
            for chunk in chunks:
                digest.update(chunk)
                file.write(chunk)
        filename = digest.hexdigest()[:32] + suffix
        draft.replace(folder / filename)
    return filename


def media_type(filename: str) -> str | None:
    """The media type by which a kept picture is served; None for what was not kept by us."""
    return MEDIA_TYPES.get(Path(filename).suffix)

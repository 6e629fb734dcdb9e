"""Which build this is: with the parts compiled from Cython, or the plain Python one.

Both do the same, and the compiled one is faster. The choice is made once, here; it falls to the
plain build where the compiled parts are missing (``pip`` found no C compiler) or where the
environment says ``ENFILADE_PLAIN=1``.
"""

import os
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path

PARTS = ("protocol/_head", "protocol/_chunked", "protocol/_response", "gateway/_environ")
"""What belongs together: all of them, or none."""


def is_compiled(part: str) -> bool:
    """Whether the compiled *part* (``"protocol/_head"``) is there for this Python."""
    folder = Path(__file__).parent
    return any((folder / f"{part}{suffix}").exists() for suffix in EXTENSION_SUFFIXES)


def _reason() -> str:
    if os.environ.get("ENFILADE_PLAIN") == "1":
        return "ENFILADE_PLAIN=1"
    if all(is_compiled(part) for part in PARTS):
        return ""
    return "not compiled: no C compiler was found when it was installed"


PLAIN_BECAUSE = _reason()
"""Why this is the plain build; ``""`` when it is the compiled one."""

COMPILED = not PLAIN_BECAUSE


def describe_build() -> str:
    """The build in words, as in ``"plain build (ENFILADE_PLAIN=1)"``."""
    return "compiled build" if COMPILED else f"plain build ({PLAIN_BECAUSE})"

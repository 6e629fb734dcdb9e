"""XML in its canonical form (https://www.w3.org/TR/xml-c14n2/), fragments included."""

import re
from xml.etree.ElementTree import canonicalize

_DECLARATION = re.compile(r"\s*<\?xml[^>]*\?>")
_TEXT = re.compile(r"(?<=>)[^<]+")
_SPACE = re.compile(r"[ \t\r\n]+")
_DOCTYPE = re.compile(r"\s*<!DOCTYPE[^>\[]*>")


def canonical(text: str) -> str:
    """*text* without comments, with attributes in order, white space collapsed and stripped.

    Raises :exc:`xml.etree.ElementTree.ParseError`.
    """
    body = _DOCTYPE.sub("", _DECLARATION.sub("", text, count=1), count=1)
    body = _TEXT.sub(lambda found: _SPACE.sub(" ", found[0]), body)
    # The wrapper lets several elements, or only a text, stand side by side.
    return canonicalize(f"<root>{body}</root>", strip_text=True)

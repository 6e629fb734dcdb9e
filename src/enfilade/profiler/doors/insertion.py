"""Putting something at the end of a page's body while the page passes, in whatever pieces.

>>> insertion = Insertion(lambda: b"<hr>")
>>> insertion.feed(b"<body>News</bo") + insertion.feed(b"dy></html>") + insertion.end()
b'<body>News<hr></body></html>'
"""

import re
from collections.abc import Callable

HELD = 4096
"""Most bytes that are kept back behind what may be the end of the body."""

_END = b"</body"

# What follows the end of a body. In a script, where "</body>" may stand in a text, it would be
# followed by a </script> that nothing in here has begun; in a comment, by its end.
_REST = re.compile(
    rb"</body\s*>(?:(?!-->)[^<]|<!--.*?-->|<script\b.*?</script\s*>|</html\s*>)*+", re.DOTALL | re.I
)

_POLICY = re.compile(rb"<meta\s[^>]*http-equiv\s*=\s*[\"']?content-security-policy", re.I)
_POLICY_LENGTH = 256
"""Bytes of a piece that are looked at again with the next: a ``<meta>`` may be cut in two."""


class Insertion:
    """What *make* returns stands before the end of the body, if the page has such an end, and no
    policy of its own (``<meta http-equiv>``) that nobody has read."""

    def __init__(self, make: Callable[[], bytes]) -> None:
        self._make = make
        self._held = b""
        self._seen = b""
        self._declined = False

    def feed(self, data: bytes) -> bytes:
        """What of the page may be sent, now that *data* has come."""
        if self._declined:
            return data
        if self._has_policy(data):
            self._declined = True
            held, self._held = self._held, b""
            return held + data
        data = self._held + data
        at = _end_of_body(data)
        self._held = data[at:]
        return data[:at]

    def end(self) -> bytes:
        """The rest of the page."""
        held, self._held = self._held, b""
        return self._make() + held if _REST.fullmatch(held) else held

    def _has_policy(self, data: bytes) -> bool:
        seen = self._seen + data
        self._seen = seen[-_POLICY_LENGTH:]
        return _POLICY.search(seen) is not None


def _end_of_body(data: bytes) -> int:
    """Where in *data* what may be the end of the body begins; the length of *data* if nowhere."""
    lower = data.lower()
    found = lower.rfind(_END)
    if found >= 0 and len(data) - found <= HELD:
        return found
    for length in range(min(len(_END) - 1, len(data)), 0, -1):
        if lower.endswith(_END[:length]):
            return len(data) - length
    return len(data)

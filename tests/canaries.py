"""Secrets that are looked for afterwards, wherever they could have come out."""

import base64
from collections.abc import Iterator

PLACES = (
    "cookie", "session", "basic", "bearer", "field", "query", "nested", "fragment", "path", "form",
    "json", "multipart", "setting", "database", "log", "exception", "statement", "parameter",
    "setcookie", "location", "tracetoken", "late", "declared",
)  # fmt: skip

CANARIES = {place: f"Hush{place}Hush" for place in PLACES}
"""By where it was put. They are no tokens to look at, so that a name has to tell of them; that of
the path is one, for there is no name."""
CANARIES["path"] = "c4na9r7ypath0f2e8d6b1a"
CANARIES["tracetoken"] = "HushtracetokenHush"


def leaks(output: str | bytes) -> set[str]:
    """The places whose secrets are in *output*, however encoded."""
    data = output.encode() if isinstance(output, str) else output
    lower = data.lower()
    return {
        place
        for place, canary in CANARIES.items()
        if any(form in data for form in _forms(canary)) or canary.lower().encode() in lower
    }


def _forms(canary: str) -> Iterator[bytes]:
    plain = canary.encode()
    yield plain
    for percent in ("%", "%25"):
        yield "".join(f"{percent}{byte:02X}" for byte in plain).encode()
        yield "".join(f"{percent}{byte:02x}" for byte in plain).encode()
    yield plain.hex().encode()
    yield "".join(f"\\u{byte:04x}" for byte in plain).encode()
    for before in range(3):
        # Without the characters that depend on what stands beside.
        encoded = base64.b64encode(b"x" * before + plain)
        yield encoded[4 * (before > 0) : -4]

"""Where two parsers read different requests from the same bytes, and where they may.

That we refuse what a witness takes is no disagreement: refusing is what this parser is for.
"""

from typing import NamedTuple

from readers import End, Reading


class Excuse(NamedTuple):
    """Requests that we take and ``witness`` refuses, saying ``words``, and why that is right."""

    witness: str
    words: str
    why: str


ALLOWED = [
    Excuse(
        "h11",
        "no request line received",
        "RFC 9112, 2.2: an empty line before the request line should be ignored; h11 does not.",
    ),
    Excuse(
        "httptools",
        "HttpParserInvalidMethodError",
        "RFC 9110, 9.1: a method is any token; llhttp has a list of those it knows.",
    ),
    Excuse(
        "httptools",
        "Expected HTTP/2 Connection Preface",
        "RFC 9113, 3.4: PRI is the preface with its target and version only, else a token.",
    ),
]


def find_disagreement(name: str, ours: Reading, theirs: Reading) -> str:
    """What *ours* and that of witness *name* disagree about, ``""`` for nothing that counts."""
    both = min(len(ours.requests), len(theirs.requests))
    if ours.requests[:both] != theirs.requests[:both]:
        return "the same bytes are other requests"
    if len(theirs.requests) > both and ours.end is End.WAITING:
        return f"{name} has the end of a request where we wait for more"
    if len(ours.requests) > both and theirs.end is End.WAITING:
        return f"{name} waits for more where we have the end of a request"
    if len(ours.requests) > both and theirs.end is End.REFUSED and not is_allowed(name, theirs):
        return f"{name} refuses a request that we take"
    return ""


def is_allowed(name: str, theirs: Reading) -> bool:
    """Whether the refusal is among :data:`ALLOWED`."""
    return any(excuse.witness == name and excuse.words in theirs.reason for excuse in ALLOWED)

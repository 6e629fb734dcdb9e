"""Where two parsers read different requests from the same bytes, and where they may.

That we refuse what a witness takes is no disagreement: refusing is what this parser is for.
"""

import re
from typing import NamedTuple

from readers import End, Reading


class Excuse(NamedTuple):
    """Requests that we take and ``witness`` refuses, saying ``words``, and why that is right.

    ``where`` is what the input must have in it.
    """

    witness: str
    words: str
    why: str
    where: bytes = b""


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
    Excuse(
        "httptools",
        "Request has invalid `Transfer-Encoding`",
        "RFC 9112, 5: a tab after the value is white space like any other; llhttp strips spaces.",
        rb"(?i)\r\ntransfer-encoding:[ \t]*chunked[ \t]*\t[ \t]*\r\n",
    ),
]


def find_disagreement(name: str, data: bytes, ours: Reading, theirs: Reading) -> str:
    """What our reading of *data* and that of the witness *name* disagree about.

    ``""`` for nothing, and for what is allowed.
    """
    both = min(len(ours.requests), len(theirs.requests))
    if ours.requests[:both] != theirs.requests[:both]:
        return "the same bytes are other requests"
    if len(theirs.requests) > both and ours.end is End.WAITING:
        return f"{name} has the end of a request where we wait for more"
    if len(ours.requests) > both and theirs.end is End.WAITING:
        return f"{name} waits for more where we have the end of a request"
    if len(ours.requests) > both and theirs.end is End.REFUSED:
        return "" if is_allowed(name, data, theirs) else f"{name} refuses a request that we take"
    return ""


def is_allowed(name: str, data: bytes, theirs: Reading) -> bool:
    """Whether the refusal of *data* is among :data:`ALLOWED`."""
    return any(
        excuse.witness == name
        and excuse.words in theirs.reason
        and re.search(excuse.where, data) is not None
        for excuse in ALLOWED
    )

"""How a request is framed: where its body ends and whether the connection outlives it.

Two recipients that disagree here are a request smuggling hole (RFC 9112, 11.2), so nothing is
guessed: what is not exactly right is refused.
"""

from collections.abc import Mapping

from enfilade.protocol.errors import ProtocolError
from enfilade.protocol.policy import Policy, Rule

Fields = Mapping[str, str]
Version = tuple[int, int]

HTTP_1_0 = (1, 0)
HTTP_1_1 = (1, 1)
LONGEST_LENGTH = 19
LARGEST_LENGTH = 2**63 - 1


def parse_content_length(text: str) -> int:
    """Return the length in bytes: ``1*DIGIT``, at most 63 bits; else :exc:`ProtocolError`.

    No sign, no list, no underscore and no digit of another script, all of which :func:`int`
    takes.
    """
    if text.isascii() and text.isdigit() and len(text) <= LONGEST_LENGTH:
        length = int(text)
        if length <= LARGEST_LENGTH:
            return length
    raise ProtocolError(Rule.LENGTH)


def body_framing(fields: Fields, version: Version, policy: Policy) -> tuple[int | None, bool]:
    """Return (content length or None, chunked); RFC 9112, 6.3."""
    length = fields.get("content-length")
    coding = fields.get("transfer-encoding")
    if coding is not None:
        check_transfer_encoding(coding, version, length)
        return None, True
    if length is None:
        return None, False
    size = parse_content_length(length)
    if 0 < policy.body < size:
        raise ProtocolError(Rule.BODY_TOO_LARGE)
    return size, False


def check_transfer_encoding(coding: str, version: Version, length: str | None) -> None:
    """Raise :exc:`ProtocolError` unless *coding* is ``chunked`` where it may be."""
    if length is not None:
        raise ProtocolError(Rule.LENGTH_AND_CODING)
    if version < HTTP_1_1:
        raise ProtocolError(Rule.CODING_IN_1_0)
    codings = list_members(coding)
    if codings[-1] != "chunked" or codings.count("chunked") > 1:
        raise ProtocolError(Rule.CHUNKED_NOT_LAST)
    if len(codings) > 1:
        raise ProtocolError(Rule.CODING_UNKNOWN)


def list_members(value: str) -> list[str]:
    """The members of a comma-separated list in lower case; white space is SP and HTAB only."""
    return [member.strip(" \t") for member in value.lower().split(",")]


def keeps_alive(fields: Fields, version: Version) -> bool:
    """Whether the client wants the connection to go on (RFC 9112, 9.3)."""
    connection = fields.get("connection")
    if connection is None:
        return version >= HTTP_1_1
    options = list_members(connection)
    if "close" in options:
        return False
    return version >= HTTP_1_1 or "keep-alive" in options


def expects_continue(fields: Fields, version: Version, has_body: bool) -> bool:
    """Whether the client waits for ``100 Continue``; other expectations are refused.

    One in an HTTP/1.0 request is ignored, and none is owed where no body follows
    (RFC 9110, 10.1.1).
    """
    expectation = fields.get("expect")
    if expectation is None:
        return False
    if expectation.lower() != "100-continue":
        raise ProtocolError(Rule.EXPECTATION)
    return has_body and version >= HTTP_1_1

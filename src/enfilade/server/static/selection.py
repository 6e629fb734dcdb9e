"""What of a representation a request gets: all of it, some of it, or only the news that it has not
changed (RFC 9110, 13 to 15)."""

from secrets import token_hex

from enfilade.gateway.file_range import FileRange
from enfilade.server.porter import Answer
from enfilade.server.static.preconditions import CONDITIONS, Fields, evaluate, range_applies
from enfilade.server.static.ranges import Part, parse_ranges
from enfilade.server.static.representation import Header, Representation

TEXT: Header = ("Content-Type", "text/plain; charset=utf-8")
NOSNIFF: Header = ("X-Content-Type-Options", "nosniff")


def plain_answer(status: int, text: str, *fields: Header) -> Answer:
    """An answer of the server's own."""
    return Answer(status, [TEXT, NOSNIFF, *fields], f"{text}\n".encode())


FAILED = plain_answer(412, "412 Precondition Failed")


def select(representation: Representation, method: str, fields: Fields) -> Answer:
    """The answer to GET or HEAD with the request's *fields*."""
    if CONDITIONS.isdisjoint(fields):
        return representation.whole
    status = evaluate(representation, fields)
    if status == 304:
        return representation.not_modified
    if status == 412:
        return FAILED
    wanted = fields.get("range")
    if wanted is None or method != "GET" or not range_applies(representation, fields):
        return representation.whole
    return _select_parts(representation, parse_ranges(wanted, representation.size))


def _select_parts(representation: Representation, parts: list[Part] | None) -> Answer:
    if parts is None:
        return representation.whole
    if not parts:
        unsatisfied = ("Content-Range", f"bytes */{representation.size}")
        return plain_answer(416, "416 Range Not Satisfiable", unsatisfied)
    if len(parts) > 1:
        return _send_parts(representation, parts)
    first, end = parts[0]
    fields = [*representation.fields, _content_range(first, end, representation.size)]
    return Answer(206, fields, representation.piece(first, end))


def _send_parts(representation: Representation, parts: list[Part]) -> Answer:
    """``multipart/byteranges`` (RFC 9110, 14.6)."""
    boundary = token_hex(16)
    media_type = _value(representation, "content-type")
    body: list[bytes | FileRange] = []
    for first, end in parts:
        name, value = _content_range(first, end, representation.size)
        head = f"\r\n--{boundary}\r\nContent-Type: {media_type}\r\n{name}: {value}\r\n\r\n"
        body.append(head.encode("latin-1"))
        piece = representation.piece(first, end)
        body.extend((piece,) if isinstance(piece, bytes) else piece)
    body.append(f"\r\n--{boundary}--\r\n".encode())
    fields = [field for field in representation.fields if field[0].lower() != "content-type"]
    kind = ("Content-Type", f"multipart/byteranges; boundary={boundary}")
    return Answer(206, [kind, *fields], body)


def _content_range(first: int, end: int, size: int) -> Header:
    return "Content-Range", f"bytes {first}-{end - 1}/{size}"


def _value(representation: Representation, name: str) -> str:
    """A field of the representation."""
    values = (value for key, value in representation.fields if key.lower() == name)
    return next(values, "application/octet-stream")

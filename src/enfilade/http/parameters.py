"""Values with parameters, such as ``text/html; charset=utf-8`` (RFC 9110, 5.6.6)."""

__all__ = ["parse_header_parameters"]

# What only email.message understands: quoted strings, RFC 2231, <...>.
_NEEDS_CARE = frozenset('"*<\\')

MOST_PARAMETERS = 100
"""email.message looks for the end of a quoted string anew at every semicolon."""


def parse_header_parameters(line: str) -> tuple[str, dict[str, str]]:
    """``(value, {name: parameter})``; the value and the names are lower-case.

    Raises :exc:`ValueError` for an RFC 2231 parameter in an encoding that Python does not know,
    and for more than a hundred parameters where one is quoted.
    """
    if ";" not in line:
        return line.strip().lower(), {}
    if not _NEEDS_CARE.isdisjoint(line):
        return _parse_carefully(line)
    value, *parameters = line.split(";")
    found: dict[str, str] = {}
    for parameter in parameters:
        name, _, text = parameter.partition("=")
        if name := name.strip().lower() if _ else name.strip():
            found[name] = text.strip()
    return value.partition("=")[0].strip().lower(), found


def _parse_carefully(line: str) -> tuple[str, dict[str, str]]:
    import codecs
    from email.message import Message
    from email.utils import collapse_rfc2231_value

    if line.count(";") > MOST_PARAMETERS:
        raise ValueError(f"There are more than {MOST_PARAMETERS} parameters.")
    message = Message()
    message["content-type"] = line
    parameters = message.get_params() or [("", "")]
    found: dict[str, str] = {}
    for name, value in parameters[1:]:
        # typeshed does not say so, but an RFC 2231 value comes as (charset, language, text).
        encoded: str | tuple[str | None, str | None, str] = value
        if not isinstance(encoded, str):
            try:
                codecs.lookup(encoded[0] or "us-ascii")
            except LookupError:
                raise ValueError(f"Invalid encoding {encoded[0]!r} for RFC 2231 param.") from None
            encoded = collapse_rfc2231_value(encoded)
        if name:
            found[name] = encoded
    return parameters[0][0].lower(), found

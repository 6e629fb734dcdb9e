"""Which of the codings a file is there in a client would like best (RFC 9110, 12.5.3)."""

from collections.abc import Iterable

IDENTITY = "identity"

EXTENSIONS = {"br": b".br", "zstd": b".zst", "gzip": b".gz"}
"""What a file with the content in that coding has behind its name; the smallest first."""

_ALIASES = {"x-gzip": "gzip", "x-compress": "compress"}


def choose_coding(accept_encoding: str | None, available: Iterable[str]) -> str | None:
    """The best of *available* or ``identity``, the earlier of those that are equally welcome;
    ``None`` if the client takes none of them.

    >>> choose_coding("gzip;q=0.5, br", ["br", "gzip"])
    'br'
    >>> choose_coding("gzip;q=0", ["gzip"])
    'identity'
    """
    if accept_encoding is None:
        return IDENTITY
    weights = parse_weights(accept_encoding)
    others = weights.get("*", 0.0)
    best, most = None, 0.0
    for coding in available:
        weight = weights.get(coding, others)
        if weight > most:
            best, most = coding, weight
    plain = weights.get(IDENTITY, None if "*" not in weights else others)
    if plain is None:  # not spoken of: acceptable, and less so than what was named
        return best or IDENTITY
    return IDENTITY if plain > most else best


def parse_weights(field: str) -> dict[str, float]:
    """The weight of each coding named in *field*; what cannot be read is passed over."""
    weights = {}
    for item in field.split(","):
        coding, *parameters = item.split(";")
        coding = coding.strip().lower()
        if coding:
            weights[_ALIASES.get(coding, coding)] = _weight(parameters)
    return weights


def _weight(parameters: Iterable[str]) -> float:
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "q":
            try:
                weight = float(value)
            except ValueError:
                return 0.0
            return weight if 0.0 <= weight <= 1.0 else 0.0  # "nan" is neither
    return 1.0

"""Which texts a database can hold."""

__all__ = ["checked_text", "is_storable"]


def is_storable(text: str) -> bool:
    """Whether every database can hold *text*: neither NUL nor half of a surrogate pair."""
    if "\0" in text:
        return False
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def checked_text(what: str, text: str, longest: int | None) -> str:
    """*text*; :exc:`ValueError`, which begins with *what*, if no database can hold it or if it
    has more than *longest* characters."""
    if not is_storable(text):
        raise ValueError(f"{what} has characters that no database can hold: {text!r}")
    if longest is not None and len(text) > longest:
        raise ValueError(f"{what} has {len(text)} characters; {longest} are the most.")
    return text

"""Babel, an extra, asked for only where it is needed."""

from importlib.util import find_spec

from enfilade.exceptions import ImproperlyConfigured


def need_babel(what: str) -> None:
    """Raise :exc:`~enfilade.exceptions.ImproperlyConfigured` if Babel is missing; *what* is done
    with it, as the beginning of a sentence."""
    if find_spec("babel") is None:
        raise ImproperlyConfigured(
            f"{what} by Babel, which is not installed.",
            hint='pip install "enfilade[translation]"',
        )

"""Checks of the settings themselves."""

from collections.abc import Iterator
from difflib import get_close_matches

from enfilade.conf import settings
from enfilade.conf.settings import DEFAULTS
from enfilade.explain.checks.finding import Finding
from enfilade.explain.source import locate_settings

SHORTEST_KEY = 32
"""Characters; from there on a random key is out of reach of guessing."""

FEWEST_CHARACTERS = 8
"""Different characters that a random key of that length has at the very least."""


def check_spelling() -> Iterator[Finding]:
    """settings.W001: a setting of the site is spelt almost like one of Enfilade's."""
    unset = [name for name in DEFAULTS if not settings.is_overridden(name)]
    for name in settings.explicit():
        close = get_close_matches(name, unset, n=1, cutoff=0.88)
        if name not in DEFAULTS and close:
            yield Finding(
                "settings.W001",
                f"{name} is not a setting of Enfilade, though close to {close[0]}.",
                f"Did you mean {close[0]}?",
                locate_settings(),
            )


def check_debug() -> Iterator[Finding]:
    """settings.E003: DEBUG is a text, and any text but an empty one counts as true."""
    if isinstance(settings.DEBUG, str):
        state = "on" if settings.DEBUG else "off"
        yield Finding(
            "settings.E003",
            f"DEBUG is the text {settings.DEBUG!r}, so it is {state}, whatever the text says.",
            "Write True or False; of the environment: DEBUG = os.environ.get('DEBUG') == '1'",
            locate_settings(),
        )


def check_secret_key() -> Iterator[Finding]:
    """settings.W002: SECRET_KEY is easy to guess."""
    key = settings.explicit().get("SECRET_KEY")
    if key and (len(key) < SHORTEST_KEY or len(set(key)) < FEWEST_CHARACTERS):
        yield Finding(
            "settings.W002",
            f"SECRET_KEY is weak: {len(key)} characters, {len(set(key))} of them different.",
            'Make one: python -c "import secrets; print(secrets.token_urlsafe(48))"',
            locate_settings(),
        )

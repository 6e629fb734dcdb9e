"""What a language is called: ``pt-br`` in settings, addresses and header fields, ``pt_BR`` on disk.

Codes come from outside as well (a path, a cookie, a header field, a form), so what is too long or
malformed is no code at all.
"""

import re

LONGEST = 500
"""Characters of a code, or of ``Accept-Language``, that are looked at: both may come from outside,
and are remembered."""

is_language_code = re.compile(
    r"[a-z]{1,8}(?:-[a-z0-9]{1,8})*(?:@[a-z0-9]{1,20})?", re.IGNORECASE
).fullmatch
"""Whether a text looks like a code: RFC 5646, 2.1, and a modifier such as ``@valencia``."""

_HANS, _HANT = ("zh-hans",), ("zh-hant",)
FALLBACKS = {
    "zh-cn": _HANS,
    "zh-hk": _HANT,
    "zh-mo": _HANT,
    "zh-my": _HANS,
    "zh-sg": _HANS,
    "zh-tw": _HANT,
}
"""Where a region says which script is read there."""


def to_language(locale: str) -> str:
    """``pt-br`` for the locale ``pt_BR``."""
    return locale.lower().replace("_", "-", 1)


def to_locale(language: str) -> str:
    """``pt_BR`` for the language ``pt-br``, ``zh_Hans`` for ``zh-hans``."""
    name, _, rest = language.lower().partition("-")
    if not rest:
        return language[:3].lower() + language[3:]
    region, _, tail = rest.partition("-")
    region = region.title() if len(region) > 2 else region.upper()
    return f"{name}_{region}-{tail}" if tail else f"{name}_{region}"


def lineage(language: str) -> list[str]:
    """*language* and what may stand in for it, the nearest first: ``zh-hant-tw``, ``zh-hant``,
    ``zh``."""
    hyphens = [place for place, character in enumerate(language) if character == "-"]
    shorter = [language[:place] for place in reversed(hyphens)]
    return [language, *FALLBACKS.get(language, ()), *shorter]

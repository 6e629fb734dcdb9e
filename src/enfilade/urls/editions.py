"""A URLconf whose routes depend on the language is compiled once for each: its *editions*.

An edition is a URLconf of fixed patterns, so everything else in this folder knows nothing of
languages, and a URLconf without translated routes has none and pays nothing.
"""

import functools
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from enfilade.conf import settings
from enfilade.translation import get_language
from enfilade.translation.codes import is_language_code
from enfilade.urls.endpoints import check_not_within
from enfilade.urls.patterns import Pattern, RoutePattern, SpokenPattern, URLPattern

if TYPE_CHECKING:
    from enfilade.urls.resolvers import URLResolver

MOST = 100
"""Editions of a URLconf that are kept; what is active may be any text."""

Edition = Callable[[str | None], "URLResolver"]
"""Gives the edition of a URLconf in the language that it is called with, the active one."""


class LocalePrefixPattern(SpokenPattern):
    """``de/`` before the routes of ``i18n_patterns``; nothing for ``LANGUAGE_CODE`` unless
    *prefix_default_language*, and nothing without ``USE_I18N``."""

    def __init__(self, prefix_default_language: bool = True) -> None:
        super().__init__(lambda: RoutePattern(self.language_prefix))
        self.prefix_default_language = prefix_default_language

    @property
    def language_prefix(self) -> str:
        """The prefix in the active language."""
        default: str = settings.LANGUAGE_CODE
        if not settings.USE_I18N:
            return ""
        language = get_language()
        if language is None or not is_language_code(language):
            language = default
        return f"{language}/" if self.prefix_default_language or language != default else ""


def editions(resolver: "URLResolver") -> Edition | None:
    """What gives the editions of *resolver*; ``None`` if all would be the same."""
    if not any(isinstance(pattern, SpokenPattern) for pattern in _patterns(resolver, set())):
        return None

    @functools.lru_cache(maxsize=MOST)
    def edition(language: str | None) -> "URLResolver":
        return _fixed(resolver, (resolver,))

    return edition


def _patterns(resolver: "URLResolver", seen: set[int]) -> Iterator[Pattern]:
    seen.add(id(resolver))
    yield resolver.pattern
    for entry in resolver.url_patterns:
        if isinstance(entry, URLPattern):
            yield entry.pattern
        elif id(entry) not in seen:
            yield from _patterns(entry, seen)


def _fixed(resolver: "URLResolver", around: "tuple[URLResolver, ...]") -> "URLResolver":
    """A copy in which each pattern is what it is in the active language."""
    copy = type(resolver)(
        _fixed_pattern(resolver.pattern),
        resolver.urlconf_module,
        resolver.default_kwargs,
        resolver.app_name,
        resolver.namespace,
    )
    copy.url_patterns = tuple(_fixed_entry(entry, around) for entry in resolver.url_patterns)
    copy.editions = None
    return copy


def _fixed_entry(
    entry: "URLPattern | URLResolver", around: "tuple[URLResolver, ...]"
) -> "URLPattern | URLResolver":
    if isinstance(entry, URLPattern):
        pattern = _fixed_pattern(entry.pattern)
        fixed = URLPattern(pattern, entry.callback, entry.default_args, entry.name)
        fixed.place = entry.place
        return fixed
    check_not_within(entry, around)
    return _fixed(entry, (*around, entry))


def _fixed_pattern(pattern: Pattern) -> Pattern:
    return pattern.write() if isinstance(pattern, SpokenPattern) else pattern

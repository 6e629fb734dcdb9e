"""URLs in several languages: a prefix that names the language, and the same page in another one."""

from typing import Any
from urllib.parse import unquote, urlsplit, urlunsplit

from enfilade.translation import override
from enfilade.urls.base import resolve, reverse
from enfilade.urls.editions import LocalePrefixPattern
from enfilade.urls.exceptions import NoReverseMatch, Resolver404
from enfilade.urls.patterns import URLPattern
from enfilade.urls.resolvers import URLResolver, get_locale_prefix

__all__ = [
    "LocalePrefixPattern",
    "i18n_patterns",
    "is_language_prefix_patterns_used",
    "translate_url",
]


def i18n_patterns(
    *urls: URLPattern | URLResolver, prefix_default_language: bool = True
) -> list[URLPattern | URLResolver]:
    """*urls* below a prefix that names the active language (``/de/about/``), for the root
    URLconf; without *prefix_default_language* those of ``LANGUAGE_CODE`` have none.

    With ``USE_I18N`` off there is no prefix.
    """
    return [URLResolver(LocalePrefixPattern(prefix_default_language), list(urls))]


def is_language_prefix_patterns_used(urlconf: Any) -> tuple[bool, bool]:
    """Whether *urlconf* uses ``i18n_patterns``, and whether ``LANGUAGE_CODE`` has a prefix too."""
    prefix = get_locale_prefix(urlconf)
    return (False, False) if prefix is None else (True, prefix.prefix_default_language)


def translate_url(url: str, lang_code: str) -> str:
    """The address of the same page in *lang_code*; *url* itself if there is none."""
    parts = urlsplit(url)
    try:
        match = resolve(unquote(parts.path))
        if match.url_name is None:
            return url
        name = ":".join([*match.namespaces, match.url_name])
        with override(lang_code):
            path = reverse(name, args=match.args, kwargs=match.kwargs)
    except (Resolver404, NoReverseMatch):
        return url
    return urlunsplit(parts._replace(path=path))

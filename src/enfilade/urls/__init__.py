"""From a path to a view, and from a name back to a path: step 7 of the walk."""

from enfilade.urls.base import (
    clear_script_prefix,
    clear_url_caches,
    get_script_prefix,
    get_urlconf,
    is_valid_path,
    resolve,
    reverse,
    reverse_lazy,
    set_script_prefix,
    set_urlconf,
)
from enfilade.urls.conf import include, path, re_path
from enfilade.urls.converters import get_converters, register_converter
from enfilade.urls.exceptions import NoReverseMatch, Resolver404
from enfilade.urls.i18n import LocalePrefixPattern, i18n_patterns, translate_url
from enfilade.urls.patterns import URLPattern
from enfilade.urls.resolvers import ResolverMatch, URLResolver, get_resolver

__all__ = [
    "LocalePrefixPattern",
    "NoReverseMatch",
    "Resolver404",
    "ResolverMatch",
    "URLPattern",
    "URLResolver",
    "clear_script_prefix",
    "clear_url_caches",
    "get_converters",
    "get_resolver",
    "get_script_prefix",
    "get_urlconf",
    "i18n_patterns",
    "include",
    "is_valid_path",
    "path",
    "re_path",
    "register_converter",
    "resolve",
    "reverse",
    "reverse_lazy",
    "set_script_prefix",
    "set_urlconf",
    "translate_url",
]

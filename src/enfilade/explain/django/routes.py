"""Django's patterns as ours, so that the same words say why each of them loses.

What matches is asked of Django; our patterns only know what a route consists of.
"""

import re
from collections.abc import Iterator
from typing import Any

from enfilade.exceptions import ImproperlyConfigured
from enfilade.urls.endpoints import Endpoint
from enfilade.urls.patterns import Parameter, RegexPattern, RoutePattern, Token, URLPattern

_PARAMETER = re.compile(r"<(?:(?P<kind>[^:>]+):)?(?P<name>[^>]+)>")


class Route(RoutePattern):
    """``path()``: its text and its parameters, with Django's converters."""

    def __init__(self, theirs: Any, text: str, is_endpoint: bool) -> None:
        self.route = text
        self.name = theirs.name if hasattr(theirs, "name") else None
        self.is_endpoint = is_endpoint
        self.converters = theirs.converters
        self.tokens = tuple(_tokens(text, theirs.converters))
        self.match = theirs.match  # type: ignore[method-assign]


class Expression(RegexPattern):
    """``re_path()``."""

    def __init__(self, theirs: Any, is_endpoint: bool) -> None:
        super().__init__(str(theirs), theirs.name, is_endpoint)
        self.match = theirs.match  # type: ignore[method-assign]


class Unreadable(RoutePattern):
    """A pattern of a kind that the site has made."""

    is_whole = False

    def __init__(self, theirs: Any, is_endpoint: bool) -> None:
        self.route, self.name, self.is_endpoint = str(theirs), None, is_endpoint
        self.converters, self.tokens = {}, ()
        self.match = theirs.match  # type: ignore[method-assign]


class Include:
    """An ``include()``, as :class:`~enfilade.urls.endpoints.Endpoint` reads one."""

    def __init__(self, theirs: Any) -> None:
        self.pattern = _translated(theirs.pattern, is_endpoint=False)
        self.default_kwargs = theirs.default_kwargs
        self.app_name, self.namespace = theirs.app_name, theirs.namespace


def endpoints_of(resolver: Any) -> list[Endpoint]:
    """Every pattern below *resolver* that leads to a view, numbered in the order in which Django
    tries them, from 1."""
    found = _walk(resolver, ())
    return [Endpoint(number, *each) for number, each in enumerate(found, start=1)]


def _walk(resolver: Any, outer: tuple[Any, ...]) -> Iterator[tuple[Any, URLPattern]]:
    includes = (*outer, Include(resolver))
    for entry in resolver.url_patterns:
        if hasattr(entry, "url_patterns"):
            yield from _walk(entry, includes)
        else:
            pattern = _translated(entry.pattern, is_endpoint=True)
            yield includes, URLPattern(pattern, entry.callback, entry.default_args, entry.name)


def _translated(theirs: Any, is_endpoint: bool) -> RoutePattern | RegexPattern:
    """*theirs* as one of ours; by its name, since whoever inherits from it means something else."""
    kind = f"{type(theirs).__module__}.{type(theirs).__name__}"
    try:
        match kind:
            case "django.urls.resolvers.RoutePattern":
                return Route(theirs, str(theirs), is_endpoint)
            case "django.urls.resolvers.LocalePrefixPattern":
                return Route(theirs, theirs.language_prefix, is_endpoint)
            case "django.urls.resolvers.RegexPattern":
                return Expression(theirs, is_endpoint)
    except ImproperlyConfigured:
        pass
    return Unreadable(theirs, is_endpoint)


def _tokens(text: str, converters: Any) -> Iterator[Token]:
    end = 0
    for found in _PARAMETER.finditer(text):
        if found.start() > end:
            yield text[end : found.start()]
        yield Parameter(found["name"], found["kind"] or "str", converters[found["name"]])
        end = found.end()
    if end < len(text):
        yield text[end:]

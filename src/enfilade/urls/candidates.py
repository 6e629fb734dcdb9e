"""The routes that a name may mean, each as the templates by which its path is written.

A template has holes for the route's parameters. The filled text must match the route it came
from; what is known beforehand (which holes take ``str(value)``, which text never needs quoting)
is worked out once.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any
from urllib.parse import quote

from enfilade.urls.converters import Converter, IntConverter, SlugConverter, UUIDConverter
from enfilade.urls.patterns import Parameter, Pattern, RegexPattern, RoutePattern
from enfilade.urls.regex import Possibility, join, literal, reversals

SAFE = "!$&'()*+,;=/~:@"
"""What a path may hold beside letters, digits, ``-``, ``.`` and ``_``: RFC 3986, ``pchar``."""

_unsafe = re.compile(rf"[^-.\w{SAFE}]", re.ASCII).search
_PLAIN = frozenset({IntConverter.regex, SlugConverter.regex, UUIDConverter.regex})
"""What these match is never quoted."""

_HOLE = re.compile(r"%%|%\((\w+)\)s")


def quote_path(path: str) -> str:
    """Percent-encode *path*; two leading slashes would be read as a host (RFC 3986, 4.2)."""
    url = quote(path, safe=SAFE) if _unsafe(path) else path
    return f"/%2F{url[2:]}" if url[:2] == "//" else url


class Template:
    """One way to write the path of a route.

    ``is_plain`` says that no path written by it needs quoting below ``/``.
    """

    __slots__ = (
        "_by_name",
        "_by_place",
        "_conversions",
        "_defaults",
        "_matches",
        "is_plain",
        "names",
        "params",
    )

    def __init__(self, candidate: "Candidate", possibility: Possibility) -> None:
        self._by_name, self.params = possibility
        self.names = frozenset(self.params)
        self._defaults = candidate.defaults
        self._matches = candidate.matches
        # ``%s`` is str() already.
        self._conversions = [
            (name, converter.to_url)
            for name, converter in candidate.converters.items()
            if name in self.names and converter.to_url is not str
        ]
        self._by_place = None if self._conversions else _by_place(*possibility)
        self.is_plain = candidate.holes_are_plain and self._is_plain_around_holes()

    def fill(self, args: Sequence[Any], kwargs: Mapping[str, Any]) -> str | None:
        """The path for these arguments, not yet quoted; ``None`` if it does not take them."""
        if args:
            if len(args) != len(self.params):
                return None
        elif kwargs.keys() != self.names and not self._takes(kwargs):
            return None
        try:
            if args and self._by_place is not None:
                text = self._by_place % tuple(args)
            elif args or self._conversions:
                text = self._by_name % self._texts(args, kwargs)
            else:
                text = self._by_name % kwargs
        except ValueError:
            return None
        return text if self._matches(text) else None

    def _texts(self, args: Sequence[Any], kwargs: Mapping[str, Any]) -> dict[str, Any]:
        values = dict(zip(self.params, args, strict=True)) if args else dict(kwargs)
        for name, to_url in self._conversions:
            values[name] = to_url(values[name])
        return values

    def _is_plain_around_holes(self) -> bool:
        path = "/" + self._by_name % dict.fromkeys(self.params, "0")
        return quote_path(path) == path

    def _takes(self, kwargs: Mapping[str, Any]) -> bool:
        """Whether *kwargs* are the parameters and, beside them, only defaults as they are."""
        return self.names <= kwargs.keys() and all(
            name in self.names or (name in self._defaults and self._defaults[name] == value)
            for name, value in kwargs.items()
        )


class Candidate:
    """A route that a name may mean, with the prefixes of the includes around it."""

    def __init__(self, patterns: tuple[Pattern, ...], defaults: dict[str, Any]) -> None:
        self.patterns = patterns
        self.defaults = defaults

    @cached_property
    def templates(self) -> tuple[Template, ...]:
        """The ways to write its path; a regular expression may have several."""
        parts = [_possibilities(p, f"_{level}_") for level, p in enumerate(self.patterns)]
        return tuple(Template(self, possibility) for possibility in join(parts))

    @cached_property
    def converters(self) -> dict[str, Converter]:
        """The converters of all parameters, inner ones over outer ones."""
        return {n: c for pattern in self.patterns for n, c in pattern.converters.items()}

    @cached_property
    def holes_are_plain(self) -> bool:
        """Whether no text that the parameters accept needs quoting."""
        routes = all(isinstance(pattern, RoutePattern) for pattern in self.patterns)
        return routes and all(c.regex in _PLAIN for c in self.converters.values())

    @cached_property
    def route(self) -> str:
        """The patterns' texts, joined."""
        return "".join(str(pattern).removeprefix("^") for pattern in self.patterns)

    @cached_property
    def matches(self) -> Callable[[str], object]:
        """Says whether a text without leading slash is a path of this route."""
        try:
            return re.compile("".join(map(_source, self.patterns))).match
        except re.error:
            # Two levels use the same group name, or one sets global flags.
            return self._match_levels

    def _match_levels(self, text: str) -> bool:
        for pattern in self.patterns:
            found = pattern.regex.search(text)
            if found is None:
                return False
            text = text[found.end() :]
        return True


def _by_place(text: str, params: tuple[str, ...]) -> str | None:
    """*text* with ``%s`` for every hole; ``None`` unless these are *params*, each once."""
    holes = tuple(name for name in _HOLE.findall(text) if name)
    if holes != params or len({*holes}) < len(holes):
        return None
    return _HOLE.sub(lambda found: "%s" if found[1] else found[0], text)


def _possibilities(pattern: Pattern, label: str) -> list[Possibility]:
    if isinstance(pattern, RegexPattern):
        return reversals(pattern.regex, label)
    text = "".join(literal(t) if isinstance(t, str) else f"%({t.name})s" for t in pattern.tokens)
    return [(text, tuple(pattern.converters))]


def _source(pattern: Pattern) -> str:
    """The pattern's regular expression, fit to follow another one."""
    if isinstance(pattern, RegexPattern):
        return f"(?:{pattern.route.removeprefix('^')})"
    parts = [
        f"(?:{token.converter.regex})" if isinstance(token, Parameter) else re.escape(token)
        for token in pattern.tokens
    ]
    return "".join(parts) + (r"\Z" if pattern.is_endpoint else "")

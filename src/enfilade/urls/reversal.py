"""From a name and arguments back to a path: ``reverse()``, compiled once per name.

The candidates for a name are asked in Django's order, the one declared last first. Each is a
template with holes for its parameters; the filled text must match the route it came from.
"""

import re
from collections.abc import Callable, Hashable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from enfilade.urls.converters import Converter
from enfilade.urls.patterns import Parameter, Pattern, RegexPattern, URLPattern
from enfilade.urls.refusals import no_candidate, unknown_name, unknown_namespace
from enfilade.urls.regex import Possibility, join, literal, reversals

if TYPE_CHECKING:
    from enfilade.urls.resolvers import URLResolver

SAFE = "!$&'()*+,;=/~:@"
"""What a path may hold beside letters, digits, ``-``, ``.`` and ``_``: RFC 3986, ``pchar``."""

_is_plain = re.compile(rf"[-.\w{SAFE}]*", re.ASCII).fullmatch


def quote_path(path: str) -> str:
    """Percent-encode *path*; two leading slashes would be read as a host (RFC 3986, 4.2)."""
    url = path if _is_plain(path) else quote(path, safe=SAFE)
    return f"/%2F{url[2:]}" if url[:2] == "//" else url


class Template:
    """One way to write the path of a route."""

    __slots__ = ("_defaults", "_holes", "_matches", "_text", "names", "params")

    def __init__(self, candidate: "Candidate", possibility: Possibility) -> None:
        self._text, self.params = possibility
        self.names = frozenset(self.params)
        self._defaults = candidate.defaults
        to_url = {name: converter.to_url for name, converter in candidate.converters.items()}
        self._holes = [(name, to_url.get(name, str)) for name in self.params]
        self._matches = candidate.matches

    def fill(self, args: Sequence[Any], kwargs: Mapping[str, Any]) -> str | None:
        """The path for these arguments, not yet quoted; ``None`` if it does not take them."""
        if args:
            if len(args) != len(self.params):
                return None
            values: Mapping[str, Any] = dict(zip(self.params, args, strict=True))
        elif kwargs.keys() == self.names or self._takes(kwargs):
            values = kwargs
        else:
            return None
        try:
            text = self._text % {name: to_url(values[name]) for name, to_url in self._holes}
        except ValueError:
            return None
        return text if self._matches(text) else None

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


class Scope:
    """What can be named without (another) namespace: in the root, or within one namespace."""

    def __init__(self, resolver: "URLResolver", prefix: tuple[Pattern, ...]) -> None:
        self.names: dict[Hashable, list[Candidate]] = {}
        self.apps: dict[str, list[str]] = {}
        self._namespaces: dict[str, tuple[URLResolver, tuple[Pattern, ...]]] = {}
        self._inner: dict[str, Scope] = {}
        self._add(resolver, prefix, {})

    @property
    def namespaces(self) -> tuple[str, ...]:
        """The namespaces that can be named here."""
        return tuple(self._namespaces)

    def inner(self, namespace: str) -> "Scope":
        """The scope of *namespace*; raises :exc:`KeyError` if there is none."""
        if namespace not in self._inner:
            self._inner[namespace] = Scope(*self._namespaces[namespace])
        return self._inner[namespace]

    def _add(
        self, resolver: "URLResolver", prefix: tuple[Pattern, ...], defaults: dict[str, Any]
    ) -> None:
        # Last first, which is the order in which candidates are asked.
        for entry in reversed(resolver.url_patterns):
            patterns = (*prefix, entry.pattern)
            if isinstance(entry, URLPattern):
                self._add_route(entry, Candidate(patterns, {**entry.default_args, **defaults}))
            elif entry.app_name:
                namespace = entry.namespace or entry.app_name
                self.apps.setdefault(entry.app_name, []).append(namespace)
                self._namespaces[namespace] = (entry, patterns)
            else:
                self._add(entry, patterns, {**entry.default_kwargs, **defaults})

    def _add_route(self, route: URLPattern, candidate: Candidate) -> None:
        if isinstance(route.callback, Hashable):
            self.names.setdefault(route.callback, []).append(candidate)
        if route.name is not None:
            self.names.setdefault(route.name, []).append(candidate)


class Reverser:
    """The routes of a root resolver by name; a name's candidates are looked up once."""

    def __init__(self, resolver: "URLResolver") -> None:
        self._scope = Scope(resolver, ())
        self._known: dict[tuple[Any, str | None], list[Candidate]] = {}
        self._constant: dict[tuple[Any, str | None], str] = {}

    def reverse(
        self,
        view: Any,
        args: Sequence[Any] = (),
        kwargs: Mapping[str, Any] | None = None,
        current_app: str | None = None,
        prefix: str = "/",
    ) -> str:
        """The quoted path of *view* (a name or a view) below *prefix*.

        Raises :exc:`~enfilade.urls.NoReverseMatch`, and :exc:`ValueError` for positional and
        named arguments together.
        """
        key = view, current_app
        if args or kwargs or prefix != "/":
            return self._fill(key, args, kwargs or {}, prefix)
        url = self._constant.get(key)
        if url is None:
            url = self._constant[key] = self._fill(key, (), {}, prefix)
        return url

    def _fill(
        self,
        key: tuple[Any, str | None],
        args: Sequence[Any],
        kwargs: Mapping[str, Any],
        prefix: str,
    ) -> str:
        if args and kwargs:
            raise ValueError("reverse() takes args or kwargs, not both.")
        candidates = self._known.get(key) or self._candidates(*key)
        for candidate in candidates:
            for template in candidate.templates:
                text = template.fill(args, kwargs)
                if text is not None:
                    return quote_path(prefix + text)
        raise no_candidate(key[0], args, kwargs, candidates)

    def _candidates(self, view: Any, current_app: str | None) -> list[Candidate]:
        scope, name = self._scope, view
        if isinstance(view, str):
            *path, name = view.split(":")
            scope = _enter(scope, path, current_app)
        candidates = scope.names.get(name)
        if candidates is None:
            raise unknown_name(view, name, scope.names)
        # Only names that exist are kept, so the table cannot grow without bound.
        self._known[view, current_app] = candidates
        return candidates


def _enter(scope: Scope, path: list[str], current_app: str | None) -> Scope:
    """The scope that the namespaces of *path* lead to.

    A namespace that is an application's means the current instance if there is one, else the
    instance of the same name, else the one declared last.
    """
    current = current_app.split(":") if current_app else []
    entered: list[str] = []
    for wanted in path:
        here = current.pop(0) if current else None
        namespace = _instance(scope.apps.get(wanted, ()), wanted, here)
        if namespace != here:
            current = []
        if namespace not in scope.namespaces:
            raise unknown_namespace(namespace, entered, scope.namespaces)
        entered.append(namespace)
        scope = scope.inner(namespace)
    return scope


def _instance(instances: Sequence[str], wanted: str, current: str | None) -> str:
    if current in instances:
        return str(current)
    return wanted if wanted in instances or not instances else instances[0]

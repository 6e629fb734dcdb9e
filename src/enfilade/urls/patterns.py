"""One route: its text or regular expression, and the view that it leads to.

``match(path)`` is the definition of what a route accepts. The segment tree (``tree.py``) only
finds the routes that are worth asking.
"""

import functools
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from enfilade.bridge import iscoroutinefunction
from enfilade.exceptions import ImproperlyConfigured
from enfilade.urls.converters import Converter, get_converters
from enfilade.urls.regex import leading_text

View = Callable[..., Any]
Match = tuple[str, tuple[Any, ...], dict[str, Any]]
"""What is left of the path, the positional and the named values."""

_PARAMETER = re.compile(r"<(?:(?P<kind>[^:>]+):)?(?P<name>[^>]+)>")


@dataclass(frozen=True, slots=True)
class Parameter:
    """``<kind:name>`` in a route."""

    name: str
    kind: str
    converter: Converter

    def __str__(self) -> str:
        return f"<{self.kind}:{self.name}>"


Token = str | Parameter


def parse_route(route: str) -> tuple[Token, ...]:
    """Cut *route* into literal text and parameters.

    Raises :exc:`~enfilade.exceptions.ImproperlyConfigured` for white space in a parameter, a
    name that is no identifier or comes twice, and an unknown converter.
    """
    tokens: list[Token] = []
    end = 0
    for found in _PARAMETER.finditer(route):
        if found.start() > end:
            tokens.append(route[end : found.start()])
        tokens.append(_parameter(route, found))
        end = found.end()
    if end < len(route):
        tokens.append(route[end:])
    _check_names_differ(route, tokens)
    return tuple(tokens)


def _parameter(route: str, found: re.Match[str]) -> Parameter:
    if any(map(str.isspace, found[0])):
        raise ImproperlyConfigured(
            f"The URL route {route!r} has white space in {found[0]!r}.",
            hint=f"Write {''.join(found[0].split())!r}.",
        )
    kind, name = found["kind"] or "str", found["name"]
    if not name.isidentifier():
        raise ImproperlyConfigured(
            f"The URL route {route!r} names a parameter {name!r}, which is not a valid Python "
            "identifier.",
            hint="The view gets it as a keyword argument, so it must look like one.",
        )
    converters = get_converters()
    if kind not in converters:
        raise ImproperlyConfigured(
            f"The URL route {route!r} uses an unknown converter {kind!r}.",
            hint=f"There are {', '.join(sorted(converters))}; register_converter() adds more.",
        )
    return Parameter(name, kind, converters[kind])


def _check_names_differ(route: str, tokens: list[Token]) -> None:
    names = [token.name for token in tokens if isinstance(token, Parameter)]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ImproperlyConfigured(
            f"The URL route {route!r} uses the parameter name {twice[0]!r} twice.",
            hint="Give each parameter of a route its own name.",
        )


class RoutePattern:
    """The route of :func:`~enfilade.urls.path`, such as ``"articles/<int:year>/"``.

    An *endpoint* must match the rest of the path to its end, an include's prefix its beginning.
    """

    is_whole = True
    """Whether ``tokens`` say all about what the pattern matches."""

    def __init__(self, route: str, name: str | None = None, is_endpoint: bool = False) -> None:
        self.route = route
        self.name = name
        self.is_endpoint = is_endpoint
        self.tokens = parse_route(route)
        self.converters = {t.name: t.converter for t in self.tokens if isinstance(t, Parameter)}

    @cached_property
    def regex(self) -> re.Pattern[str]:
        """The whole route as one regular expression; compiled when first needed."""
        parts = [
            re.escape(token)
            if isinstance(token, str)
            else f"(?P<{token.name}>{token.converter.regex})"
            for token in self.tokens
        ]
        return re.compile("".join(["^", *parts, r"\Z" if self.is_endpoint else ""]))

    def match(self, path: str) -> Match | None:
        """Match the beginning of *path*; ``None`` if it does not, or a converter refuses."""
        found = self.regex.match(path)
        if found is None:
            return None
        try:
            values = {
                name: self.converters[name].to_python(text)
                for name, text in found.groupdict().items()
            }
        except ValueError:
            return None
        return path[found.end() :], (), values

    def __str__(self) -> str:
        return self.route


class RegexPattern:
    """The regular expression of :func:`~enfilade.urls.re_path`."""

    converters: Mapping[str, Converter] = {}

    def __init__(self, regex: str, name: str | None = None, is_endpoint: bool = False) -> None:
        self.route = regex
        self.name = name
        self.is_endpoint = is_endpoint
        try:
            self.regex = re.compile(regex)
        except re.error as error:
            raise ImproperlyConfigured(
                f"The URL pattern {regex!r} is not a valid regular expression: {error}."
            ) from error
        # A final "$" would let a trailing newline through.
        whole = is_endpoint and regex.endswith("$")
        self._find = self.regex.fullmatch if whole else self.regex.search
        text, complete = leading_text(self.regex)
        self.tokens: tuple[Token, ...] = (text,)
        self.is_whole = complete and not is_endpoint

    def match(self, path: str) -> Match | None:
        """Search *path*; named groups, if there are any, hide the unnamed ones."""
        found = self._find(path)
        if found is None:
            return None
        named = found.groupdict()
        args = () if named else found.groups()
        kwargs = {name: text for name, text in named.items() if text is not None}
        return path[found.end() :], args, kwargs

    def __str__(self) -> str:
        return self.route


class SpokenPattern:
    """One that reads otherwise in each language; *write* makes it in the active one.

    As a pattern it is what it is in the language of the moment. A URLconf that has one is
    compiled once for each language (``editions.py``).
    """

    def __init__(self, write: Callable[[], RoutePattern | RegexPattern]) -> None:
        self.write = write

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return getattr(self.write(), name)

    def __str__(self) -> str:
        return str(self.write())


Pattern = RoutePattern | RegexPattern | SpokenPattern


class URLPattern:
    """A route and its view, with the extra arguments that the view gets.

    ``is_async`` is worked out here once, so that no request has to ask the view. ``place`` is the
    file and the line in which the route is written, if that is known.
    """

    place: tuple[str, int] | None = None

    def __init__(
        self,
        pattern: Pattern,
        callback: View,
        default_args: dict[str, Any] | None = None,
        name: str | None = None,
    ) -> None:
        self.pattern = pattern
        self.callback = callback
        self.default_args = default_args or {}
        self.name = name
        self.is_async = iscoroutinefunction(callback)

    @property
    def lookup_str(self) -> str:
        """The dotted path of the view."""
        return view_path(self.callback)

    def __repr__(self) -> str:
        name = f" [name={self.name!r}]" if self.name else ""
        return f"<URLPattern {str(self.pattern)!r}{name}>"


def unwrapped(view: View) -> Any:
    """The function or class that a person wrote, behind ``partial`` and ``as_view()``."""
    while isinstance(view, functools.partial):
        view = view.func
    return getattr(view, "view_class", view)


def view_path(view: View) -> str:
    """The dotted path of *view*; for an instance, that of its class."""
    named = unwrapped(view)
    if not hasattr(named, "__qualname__"):
        named = type(named)
    return f"{named.__module__}.{named.__qualname__}"

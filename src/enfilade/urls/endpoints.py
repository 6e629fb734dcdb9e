"""The URLconf laid flat: every route with the includes around it, in the order of declaration.

Walking nested lists and taking the first route that matches is the same as taking the first
match of this flat list, since whether an include's prefix matches depends on nothing but the
path. Everything else in this folder builds on that.
"""

from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING, Any

from enfilade.exceptions import ImproperlyConfigured
from enfilade.urls.patterns import Pattern, URLPattern, View, unwrapped, view_path

if TYPE_CHECKING:
    from enfilade.urls.resolvers import URLResolver

Values = tuple[tuple[Any, ...], dict[str, Any], dict[str, Any]]
"""Positional arguments, keyword arguments, and what the last pattern alone captured."""


class Endpoint:
    """One route from the root to its view; what all of its matches have in common."""

    def __init__(
        self, number: int, resolvers: tuple["URLResolver", ...], pattern: URLPattern
    ) -> None:
        self.number = number
        self.resolvers = resolvers
        self.pattern = pattern
        self.callback: View = pattern.callback
        self.url_name = pattern.name
        self.is_async = pattern.is_async

    @cached_property
    def patterns(self) -> tuple[Pattern, ...]:
        """The patterns to match one after the other, the root's first."""
        return (*(resolver.pattern for resolver in self.resolvers), self.pattern.pattern)

    @cached_property
    def defaults(self) -> tuple[dict[str, Any], ...]:
        """The extra arguments of each pattern of :attr:`patterns`."""
        return (*(r.default_kwargs for r in self.resolvers), self.pattern.default_args)

    @cached_property
    def extra_kwargs(self) -> dict[str, Any]:
        """The extra arguments of includes and route, inner ones over outer ones."""
        return {name: value for extra in self.defaults for name, value in extra.items()}

    @cached_property
    def app_names(self) -> tuple[str, ...]:
        """The application namespaces, outermost first."""
        return tuple(r.app_name for r in self.resolvers if r.app_name)

    @cached_property
    def namespaces(self) -> tuple[str, ...]:
        """The instance namespaces, outermost first."""
        return tuple(r.namespace for r in self.resolvers if r.namespace)

    @cached_property
    def route(self) -> str:
        """The texts of all patterns but the root's, joined."""
        route = str(self.patterns[-1])
        for pattern in reversed(self.patterns[1:-1]):
            prefix = str(pattern)
            route = prefix + route.removeprefix("^") if prefix else route
        return route

    @property
    def full_name(self) -> str | None:
        """The name with its namespaces, as ``reverse()`` takes it."""
        return ":".join((*self.namespaces, self.url_name)) if self.url_name else None

    @cached_property
    def view_name(self) -> str:
        """The name with its namespaces; the view's path where there is no name."""
        return ":".join((*self.namespaces, self.url_name or self.func_path))

    @property
    def func_path(self) -> str:
        """Module and plain name of the view, as Django's ``view_name`` has it."""
        view = unwrapped(self.callback)
        name = getattr(view, "__name__", None)
        return f"{view.__module__}.{name}" if name else view_path(view)

    def match(self, path: str) -> Values | None:
        """Match pattern by pattern; a prefix takes what it can and is not tried again."""
        rest = path
        matches = []
        for pattern in self.patterns:
            match = pattern.match(rest)
            if match is None:
                return None
            rest = match[0]
            matches.append(match)
        return self._merge(matches)

    def _merge(self, matches: list[tuple[str, tuple[Any, ...], dict[str, Any]]]) -> Values:
        _, args, captured = matches[-1]
        kwargs = {**captured, **self.defaults[-1]}
        outer = zip(matches[:-1], self.defaults[:-1], strict=True)
        for (_, outer_args, outer_captured), extra in reversed(list(outer)):
            kwargs = {**outer_captured, **extra, **kwargs}
            # Any named value hides the positional ones of the includes around it.
            if not kwargs:
                args = outer_args + args
        return args, kwargs, captured


def endpoints(resolver: "URLResolver") -> Iterator[Endpoint]:
    """Every route under *resolver*, numbered in the order of declaration, from 1."""
    for number, (resolvers, pattern) in enumerate(_walk((resolver,)), start=1):
        yield Endpoint(number, resolvers, pattern)


def _walk(
    resolvers: tuple["URLResolver", ...],
) -> Iterator[tuple[tuple["URLResolver", ...], URLPattern]]:
    for entry in resolvers[-1].url_patterns:
        if isinstance(entry, URLPattern):
            yield resolvers, entry
        else:
            check_not_within(entry, resolvers)
            yield from _walk((*resolvers, entry))


def check_not_within(entry: "URLResolver", resolvers: tuple["URLResolver", ...]) -> None:
    """Raise :exc:`~enfilade.exceptions.ImproperlyConfigured` for an include within itself."""
    if entry in resolvers:
        raise ImproperlyConfigured(
            f"The URLconf {entry.urlconf_label} includes itself at {str(entry.pattern)!r}.",
            hint="Take the parts that repeat with a <path:…> parameter instead.",
        )

"""From a name and arguments back to a path: ``reverse()``, compiled once per name.

The candidates for a name (``candidates.py``) are asked in Django's order, the one declared last
first.
"""

from collections.abc import Hashable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from enfilade.urls.candidates import Candidate, Template, quote_path
from enfilade.urls.patterns import Pattern, URLPattern
from enfilade.urls.refusals import no_candidate, unknown_name, unknown_namespace

if TYPE_CHECKING:
    from enfilade.urls.resolvers import URLResolver


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
    """The routes of a root resolver by name; what a name means is looked up once."""

    def __init__(self, resolver: "URLResolver") -> None:
        self._scope = Scope(resolver, ())
        # By view, or by view and application. Only names that exist are kept, so the tables
        # cannot grow without bound.
        self._templates: dict[Hashable, tuple[Template, ...]] = {}
        self._constants: dict[Hashable, str] = {}

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
        key = view if current_app is None else (view, current_app)
        if not kwargs:
            kwargs = {}
            if not args and prefix == "/" and key in self._constants:
                return self._constants[key]
        elif args:
            raise ValueError("reverse() takes args or kwargs, not both.")
        for template in self._templates.get(key) or self._compile(view, current_app):
            path = template.fill(args, kwargs)
            if path is not None:
                url = prefix + path
                return url if template.is_plain and prefix == "/" else quote_path(url)
        raise no_candidate(view, args, kwargs, self._candidates(view, current_app))

    def _compile(self, view: Any, current_app: str | None) -> tuple[Template, ...]:
        """The templates of *view*, and its path without arguments if it has one."""
        candidates = self._candidates(view, current_app)
        templates = tuple(template for each in candidates for template in each.templates)
        key = view if current_app is None else (view, current_app)
        for template in templates:
            path = template.fill((), {})
            if path is not None:
                self._constants[key] = quote_path(f"/{path}")
                break
        self._templates[key] = templates
        return templates

    def _candidates(self, view: Any, current_app: str | None) -> list[Candidate]:
        scope, name = self._scope, view
        if isinstance(view, str):
            *path, name = view.split(":")
            scope = _enter(scope, path, current_app)
        candidates = scope.names.get(name)
        if candidates is None:
            raise unknown_name(view, name, scope.names)
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

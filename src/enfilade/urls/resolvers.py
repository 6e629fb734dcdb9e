"""Step 7 of the walk: the URLconf resolves the path to a view and its arguments.

:class:`URLResolver` is a URLconf, or an include in one. At its first question it lays its routes
flat (``endpoints.py``) and compiles them (``tree.py``); they are then fixed, and a change to
``urlpatterns`` is seen after :func:`~enfilade.urls.clear_url_caches`.
"""

import functools
import importlib
from collections.abc import Iterator
from functools import cached_property
from pickle import PicklingError
from types import ModuleType
from typing import Any

from enfilade.conf import settings
from enfilade.exceptions import ImproperlyConfigured, ViewDoesNotExist
from enfilade.translation import get_language, get_languages, override
from enfilade.urls.editions import Edition, LocalePrefixPattern, editions
from enfilade.urls.endpoints import Endpoint, Values, endpoints
from enfilade.urls.exceptions import Miss, Resolver404
from enfilade.urls.explain import Explanation, explain, tried
from enfilade.urls.patterns import Pattern, RoutePattern, URLPattern, View
from enfilade.urls.reversal import Reverser
from enfilade.urls.routes import Route, routes
from enfilade.urls.tree import Tree


class ResolverMatch:
    """The view for a path and its arguments; as a tuple ``(func, args, kwargs)``.

    Whatever all matches of a route share is read from the route when asked for.
    """

    __slots__ = (
        "_endpoint",
        "_path",
        "_resolver",
        "args",
        "captured_kwargs",
        "func",
        "is_async",
        "kwargs",
    )

    def __init__(
        self, endpoint: Endpoint, values: Values, resolver: "URLResolver", path: str
    ) -> None:
        self.func: View = endpoint.callback
        self.is_async: bool = endpoint.is_async
        """Whether the view is a coroutine function."""
        self.args, self.kwargs, self.captured_kwargs = values
        self._endpoint = endpoint
        self._resolver = resolver
        self._path = path

    @property
    def url_name(self) -> str | None:
        """The name of the route, without namespaces."""
        return self._endpoint.url_name

    @property
    def view_name(self) -> str:
        """The name that ``reverse()`` takes, or the view's path where the route has no name."""
        return self._endpoint.view_name

    @property
    def route(self) -> str:
        """The route as it is written, includes' prefixes first."""
        return self._endpoint.route

    @property
    def number(self) -> int:
        """The place of the route among all, from 1, in the order of declaration."""
        return self._endpoint.number

    @property
    def app_names(self) -> list[str]:
        """The application namespaces, outermost first."""
        return list(self._endpoint.app_names)

    @property
    def app_name(self) -> str:
        """The application namespaces, joined by colons."""
        return ":".join(self._endpoint.app_names)

    @property
    def namespaces(self) -> list[str]:
        """The instance namespaces, outermost first."""
        return list(self._endpoint.namespaces)

    @property
    def namespace(self) -> str:
        """The instance namespaces, joined by colons."""
        return ":".join(self._endpoint.namespaces)

    @property
    def extra_kwargs(self) -> dict[str, Any]:
        """The extra arguments that includes and route give to the view."""
        return dict(self._endpoint.extra_kwargs)

    @property
    def tried(self) -> list[list[Any]]:
        """The routes that a walk over the list would have tried, up to this one."""
        return self._resolver.tried(self._path)

    def __getitem__(self, index: Any) -> Any:
        return (self.func, self.args, self.kwargs)[index]

    def __iter__(self) -> Iterator[Any]:
        return iter((self.func, self.args, self.kwargs))

    def __repr__(self) -> str:
        names = ("args", "kwargs", "url_name", "app_names", "namespaces", "route")
        more = [n for n in ("captured_kwargs", "extra_kwargs") if getattr(self, n)]
        values = ", ".join(f"{name}={getattr(self, name)!r}" for name in (*names, *more))
        return f"ResolverMatch(func={self._endpoint.func_path}, {values})"

    def __reduce_ex__(self, protocol: Any) -> Any:
        raise PicklingError("A ResolverMatch holds the view and cannot be pickled.")


class URLResolver:
    """A URLconf: a module, any object with ``urlpatterns``, or a list of patterns.

    Raises :exc:`~enfilade.exceptions.ImproperlyConfigured` if it has no list of patterns.
    """

    def __init__(
        self,
        pattern: Pattern,
        urlconf_name: Any,
        default_kwargs: dict[str, Any] | None = None,
        app_name: str | None = None,
        namespace: str | None = None,
    ) -> None:
        self.pattern = pattern
        self.urlconf_name = urlconf_name
        self.urlconf_module = import_urlconf(urlconf_name)
        self.default_kwargs = default_kwargs or {}
        self.app_name = app_name
        self.namespace = namespace

    @cached_property
    def url_patterns(self) -> "tuple[URLPattern | URLResolver, ...]":
        """The patterns as they were when first asked for.

        Not read earlier, because a module may include one that is still being imported.
        """
        patterns = getattr(self.urlconf_module, "urlpatterns", self.urlconf_module)
        if not isinstance(patterns, (list, tuple)):
            raise ImproperlyConfigured(
                f"The URLconf {self.urlconf_label} has no list of patterns.",
                hint="Define 'urlpatterns' as a list of path() and re_path(). If it is there "
                "already, two modules import each other.",
            )
        for entry in patterns:
            self._check_entry(entry)
        return tuple(patterns)

    @property
    def urlconf_label(self) -> str:
        """The URLconf as error messages name it."""
        if isinstance(self.urlconf_module, ModuleType):
            return repr(self.urlconf_module.__name__)
        if isinstance(self.urlconf_module, (list, tuple)):
            return f"at {str(self.pattern)!r} (a {type(self.urlconf_module).__name__})"
        return repr(self.urlconf_module)

    def compile(self) -> None:
        """Build what ``resolve`` needs now, and report what is wrong with any route."""
        self.tree  # noqa: B018

    @cached_property
    def editions(self) -> Edition | None:
        """What gives this URLconf in a language; ``None`` if it is the same in all."""
        return editions(self)

    @cached_property
    def locale_prefix(self) -> LocalePrefixPattern | None:
        """The prefix of ``i18n_patterns``, if there is one."""
        patterns = (entry.pattern for entry in self.url_patterns)
        return next((each for each in patterns if isinstance(each, LocalePrefixPattern)), None)

    @cached_property
    def tree(self) -> Tree:
        """The compiled routes."""
        return Tree(endpoints(self))

    @cached_property
    def reverser(self) -> Reverser:
        """The routes by name."""
        return Reverser(self)

    def resolve(self, path: str) -> ResolverMatch:
        """The first route that matches *path*; raises :exc:`Resolver404` if none does."""
        path = str(path)
        found = self.tree.find(path)
        if found is None:
            raise Resolver404(Miss(self, path))
        endpoint, values = found
        return ResolverMatch(endpoint, values, self, path)

    def explain(self, path: str) -> Explanation:
        """Which routes were candidates for *path*, and why each but the winner lost."""
        return explain(self.tree.endpoints, str(path))

    def tried(self, path: str) -> list[list[Any]]:
        """The patterns that a walk over the list tries, each with the includes around it."""
        return tried(self, path)

    def routes(self) -> tuple[Route, ...]:
        """Every route, in the order of declaration."""
        return routes(self.tree.endpoints)

    def error_handler(self, code: int) -> View | None:
        """The URLconf's ``handler<code>``, a callable or its import path; ``None`` without one.

        Raises :exc:`~enfilade.exceptions.ViewDoesNotExist` if it cannot be imported.
        """
        handler = getattr(self.urlconf_module, f"handler{code}", None)
        if not handler:
            return None
        label = f"handler{code} of the URLconf {self.urlconf_label}"
        view = _import_view(handler, label) if isinstance(handler, str) else handler
        if not callable(view):
            raise ViewDoesNotExist(f"The {label} is not callable: {view!r}.")
        return view  # type: ignore[no-any-return]

    def _check_entry(self, entry: Any) -> None:
        if isinstance(entry, (URLPattern, URLResolver)):
            return
        hint = "Every entry of 'urlpatterns' is made by path() or re_path()."
        if isinstance(entry, (list, tuple)):
            hint = "Put a * in front of a list of patterns, or use path('', include(…))."
        raise ImproperlyConfigured(
            f"The URLconf {self.urlconf_label} has an entry that is no URL pattern: {entry!r}.",
            hint=hint,
        )

    def __repr__(self) -> str:
        namespaces = f"({self.app_name}:{self.namespace})" if self.app_name else ""
        return f"<URLResolver {str(self.pattern)!r} {self.urlconf_label} {namespaces}".strip() + ">"


def import_urlconf(urlconf: Any) -> Any:
    """Import *urlconf* if it is a module's name; what goes wrong on the way says whose fault."""
    if not isinstance(urlconf, str):
        return urlconf
    try:
        return importlib.import_module(urlconf)
    except ModuleNotFoundError as error:
        if error.name is None or not f"{urlconf}.".startswith(f"{error.name}."):
            error.add_note(f"While the URLconf {urlconf!r} was imported.")
            raise
        raise ImproperlyConfigured(
            f"The URLconf {urlconf!r} cannot be imported: there is no module {error.name!r}.",
            hint="Check the spelling, and that its folder is on the import path.",
        ) from error
    except Exception as error:
        error.add_note(f"While the URLconf {urlconf!r} was imported.")
        raise


def _import_view(path: str, label: str) -> Any:
    module, _, name = path.rpartition(".")
    try:
        return getattr(importlib.import_module(module), name)
    except (ImportError, AttributeError, ValueError) as error:
        raise ViewDoesNotExist(
            f"The {label} cannot be imported from {path!r}: {error}.",
            hint="Write it as 'package.module.view'.",
        ) from error


def get_resolver(urlconf: Any = None) -> URLResolver:
    """The resolver of *urlconf* (by default ``ROOT_URLCONF``), made once, or once a language.

    Raises :exc:`~enfilade.exceptions.ImproperlyConfigured` if there is no such URLconf, or no
    list of patterns in it.
    """
    resolver = _root(urlconf)
    edition = resolver.editions
    return resolver if edition is None else edition(get_language())


def compile_urlconf() -> None:
    """Build what ``resolve`` needs of ``ROOT_URLCONF`` now, in every language of the site."""
    if _root(None).editions is None:
        return get_resolver().compile()
    for language in get_languages():
        with override(language):
            get_resolver().compile()
    return None


def get_locale_prefix(urlconf: Any = None) -> LocalePrefixPattern | None:
    """The prefix of ``i18n_patterns`` in *urlconf*, by default ``ROOT_URLCONF``, if it is used."""
    return _root(urlconf).locale_prefix if settings.USE_I18N else None


def _root(urlconf: Any) -> URLResolver:
    if urlconf is None:
        urlconf = settings.ROOT_URLCONF
    try:
        return root_resolver(urlconf)
    except TypeError as error:
        if getattr(urlconf, "__hash__", None) is not None:
            raise
        raise ImproperlyConfigured(
            f"A {type(urlconf).__name__} cannot be a root URLconf, because it cannot be hashed.",
            hint="Give the name of a module, or an object with a 'urlpatterns' attribute.",
        ) from error


@functools.cache
def root_resolver(urlconf: Any) -> URLResolver:
    """The resolver of *urlconf*; :func:`get_resolver` is the door to it."""
    if urlconf in (None, ""):
        raise ImproperlyConfigured(
            "There is no URLconf: ROOT_URLCONF is not set.",
            hint="Set it to the module that holds your 'urlpatterns', such as 'mysite.urls'.",
        )
    return URLResolver(RoutePattern("/"), urlconf)

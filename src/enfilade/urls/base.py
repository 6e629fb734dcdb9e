"""The doors to the URLconf of the moment: ``resolve`` and ``reverse``, and what they depend on.

Which URLconf is active and below which prefix the site is mounted belong to the request, so
they are context variables: each thread and each task has its own.
"""

from collections.abc import Callable, Mapping, Sequence
from contextvars import ContextVar
from typing import Any, Literal
from urllib.parse import urlencode

from enfilade.lazy_text import LazyString
from enfilade.urls.exceptions import Resolver404
from enfilade.urls.resolvers import ResolverMatch, get_resolver, root_resolver

_urlconf: ContextVar[Any] = ContextVar("enfilade.urls.urlconf", default=None)
_script_prefix: ContextVar[str] = ContextVar("enfilade.urls.script_prefix", default="/")


def resolve(path: str, urlconf: Any = None) -> ResolverMatch:
    """The view for *path* and its arguments.

    Raises :exc:`~enfilade.urls.Resolver404` if no route matches.
    """
    return get_resolver(_urlconf.get() if urlconf is None else urlconf).resolve(path)


def is_valid_path(path: str, urlconf: Any = None) -> ResolverMatch | Literal[False]:
    """The match for *path*, or ``False`` where :func:`resolve` raises."""
    try:
        return resolve(path, urlconf)
    except Resolver404:
        return False


def reverse(
    viewname: str | Callable[..., Any],
    urlconf: Any = None,
    args: Sequence[Any] | None = None,
    kwargs: Mapping[str, Any] | None = None,
    current_app: str | None = None,
    *,
    query: Any = None,
    fragment: str | None = None,
) -> str:
    """The path of a route, by its name (with namespaces: ``"blog:entry"``) or its view.

    *query* is a mapping, a list of pairs or a ``QueryDict``. The signature is Django 5.2's.
    Raises :exc:`~enfilade.urls.NoReverseMatch` if no route takes these arguments, and
    :exc:`ValueError` for *args* and *kwargs* together.
    """
    reverser = get_resolver(_urlconf.get() if urlconf is None else urlconf).reverser
    url = reverser.reverse(viewname, args or (), kwargs, current_app, _script_prefix.get())
    if query is not None:
        encode = getattr(query, "urlencode", None)
        encoded = encode() if encode else urlencode(query, doseq=True)
        url = f"{url}?{encoded}" if encoded else url
    return url if fragment is None else f"{url}#{fragment}"


class LazyURL(LazyString):
    """A :func:`reverse` that waits until somebody looks at it as text."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._args = args
        self._kwargs = kwargs

    def __str__(self) -> str:
        return reverse(*self._args, **self._kwargs)

    def __repr__(self) -> str:
        return f"<LazyURL {self._args[:1]!r}>"


def reverse_lazy(viewname: str | Callable[..., Any], *args: Any, **kwargs: Any) -> LazyURL:
    """:func:`reverse` for where the URLconf is not loaded yet, such as a class attribute."""
    return LazyURL(viewname, *args, **kwargs)


def set_urlconf(urlconf: Any) -> None:
    """Make *urlconf* the active one of this context; ``None`` goes back to ``ROOT_URLCONF``."""
    urlconf = urlconf or None
    if _urlconf.get() is not urlconf:  # every request asks, and looking costs less than setting
        _urlconf.set(urlconf)


def get_urlconf(default: Any = None) -> Any:
    """The active URLconf, or *default* if it is the one of the settings."""
    urlconf = _urlconf.get()
    return default if urlconf is None else urlconf


def set_script_prefix(prefix: str) -> None:
    """Say below which path the site is mounted in this context; a final slash is added."""
    if prefix[-1:] != "/":
        prefix += "/"
    if _script_prefix.get() != prefix:
        _script_prefix.set(prefix)


def get_script_prefix() -> str:
    """The path below which the site is mounted, with its final slash."""
    return _script_prefix.get()


def clear_script_prefix() -> None:
    """Go back to a site mounted at ``/``."""
    _script_prefix.set("/")


def clear_url_caches() -> None:
    """Forget every compiled URLconf, so that changes to one are seen."""
    root_resolver.cache_clear()

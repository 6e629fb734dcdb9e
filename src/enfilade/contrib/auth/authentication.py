"""Whom the credentials belong to: every backend of ``AUTHENTICATION_BACKENDS`` is asked in turn."""

import functools
import inspect
from collections.abc import Iterator
from typing import Any

from enfilade.conf import settings
from enfilade.conf.importing import import_named
from enfilade.contrib.auth.signals import user_login_failed
from enfilade.exceptions import ImproperlyConfigured, PermissionDenied
from enfilade.secrecy import is_secret

__all__ = ["aauthenticate", "authenticate", "get_backends", "load_backend", "path_of_backend"]

SENDER = "enfilade.contrib.auth"
HIDDEN = "********************"


def load_backend(path: str) -> Any:
    """A backend of the class that *path* names.

    Raises :exc:`~enfilade.exceptions.ImproperlyConfigured` if it cannot be imported.
    """
    return _backend_class(path)()


@functools.cache
def _backend_class(path: str) -> Any:
    hint = "It has dotted paths of classes, such as enfilade.contrib.auth.backends.ModelBackend."
    return import_named(path, "AUTHENTICATION_BACKENDS", hint)


def get_backends() -> list[Any]:
    """The site's backends; raises as :func:`load_backend` does, and if there are none."""
    return [load_backend(path) for path in _paths()]


def _paths() -> list[str]:
    paths: list[str] = settings.AUTHENTICATION_BACKENDS
    if not paths:
        raise ImproperlyConfigured(
            "No authentication backends have been defined. Does AUTHENTICATION_BACKENDS contain "
            "anything?"
        )
    return paths


def path_of_backend(user: Any, backend: str | None = None) -> str:
    """*backend*, or the one by which *user* was authenticated, or the only one that there is.

    Raises :exc:`ValueError` if there are several, :exc:`TypeError` for what is no path.
    """
    path = backend or getattr(user, "backend", None)
    if path is None:
        if len(paths := _paths()) == 1:
            return paths[0]
        raise ValueError(
            "You have multiple authentication backends configured and therefore must provide the "
            "`backend` argument or set the `backend` attribute on the user."
        )
    if not isinstance(path, str):
        raise TypeError(f"backend must be a dotted import path string (got {path!r}).")
    return path


def authenticate(request: Any = None, **credentials: Any) -> Any:
    """The user that *credentials* belong to, ``None`` if no backend knows one.

    A backend that does not take such credentials is passed over; one that raises
    :exc:`~enfilade.exceptions.PermissionDenied` has the last word. ``user.backend`` says who
    knew the user.
    """
    for backend, path in _compatible(request, credentials):
        try:
            user = backend.authenticate(request, **credentials)
        except PermissionDenied:
            break
        if user is not None:
            user.backend = path
            return user
    user_login_failed.send(SENDER, credentials=_cleansed(credentials), request=request)
    return None


async def aauthenticate(request: Any = None, **credentials: Any) -> Any:
    """Twin of :func:`authenticate`."""
    for backend, path in _compatible(request, credentials):
        try:
            user = await backend.aauthenticate(request, **credentials)
        except PermissionDenied:
            break
        if user is not None:
            user.backend = path
            return user
    await user_login_failed.asend(SENDER, credentials=_cleansed(credentials), request=request)
    return None


def _compatible(request: Any, credentials: dict[str, Any]) -> Iterator[tuple[Any, str]]:
    """The backends whose ``authenticate`` can be called with these arguments."""
    for path in _paths():
        backend = load_backend(path)
        try:
            inspect.signature(backend.authenticate).bind(request, **credentials)
        except TypeError:
            continue
        yield backend, path


def _cleansed(credentials: dict[str, Any]) -> dict[str, Any]:
    return {name: HIDDEN if is_secret(name) else value for name, value in credentials.items()}

"""What views use most, in one place: render a template, redirect, find a URL or an object."""

from collections.abc import AsyncIterable, Callable, Mapping, Sequence
from inspect import isawaitable, iscoroutine
from typing import Any

from enfilade.exceptions import Http404, ObjectDoesNotExist
from enfilade.http import (
    HttpRequest,
    HttpResponse,
    HttpResponsePermanentRedirect,
    HttpResponseRedirect,
)
from enfilade.template.loader import render_to_string
from enfilade.urls import NoReverseMatch, reverse

__all__ = [
    "aget_list_or_404",
    "aget_object_or_404",
    "get_list_or_404",
    "get_object_or_404",
    "redirect",
    "render",
    "resolve_url",
]


def render(
    request: HttpRequest | None,
    template_name: str | Sequence[str],
    context: Mapping[str, Any] | None = None,
    content_type: str | None = None,
    status: int | None = None,
    using: str | None = None,
) -> HttpResponse:
    """A response with the text of a template, rendered now."""
    return HttpResponse(
        render_to_string(template_name, context, request, using), content_type, status
    )


def redirect(
    to: Any,
    *args: Any,
    permanent: bool = False,
    preserve_request: bool = False,
    **kwargs: Any,
) -> HttpResponse:
    """A redirect to whatever :func:`resolve_url` makes of *to*.

    302, or 301 if ``permanent``; with ``preserve_request`` 307 or 308, so that the client
    sends the same method and body again.
    """
    kind = HttpResponsePermanentRedirect if permanent else HttpResponseRedirect
    return kind(resolve_url(to, *args, **kwargs), preserve_request=preserve_request)


def resolve_url(to: Any, *args: Any, **kwargs: Any) -> str:
    """The URL of *to*: an object with ``get_absolute_url()``, the name of a URL pattern with its
    arguments, a view, or a URL as it is.

    Raises :exc:`~enfilade.urls.NoReverseMatch` for a view or name without a pattern.
    """
    if hasattr(to, "get_absolute_url"):
        url: str = to.get_absolute_url()
        return url
    if not callable(to):
        to = str(to)  # it may be lazy
        if to.startswith(("./", "../")):
            return str(to)
    try:
        return reverse(to, args=args, kwargs=kwargs)
    except NoReverseMatch:
        # A text with a slash or a dot in it is taken for a URL.
        if callable(to) or not ("/" in to or "." in to):
            raise
    return str(to)


# Objects, or 404 ---------------------------------------------------------------------------
#
# There is no ORM here, so any store will do that answers to the right method. With SQLAlchemy
# that is a session (get) or the result of a query (one_or_none, all); Django's managers and
# querysets (get, filter) work as well.


def get_object_or_404(source: Any, *args: Any, **kwargs: Any) -> Any:
    """The object that *source* has for these arguments; :exc:`Http404` if it has none.

    ``get_object_or_404(session, Article, 7)`` calls ``session.get(Article, 7)``; without
    arguments ``one_or_none()`` is called where *source* has it, as the results of SQLAlchemy
    do. ``None`` means that there is no such object, and so does
    :exc:`~enfilade.exceptions.ObjectDoesNotExist` or the ``DoesNotExist`` of a Django model.

    Raises :exc:`ValueError` for a source with neither method, :exc:`TypeError` for an
    asynchronous one; several objects where one was asked for are the store's own error.
    """
    source = _default_manager(source)
    find = _finder(source, "get_object_or_404", _object_methods(args, kwargs, "get"))
    try:
        found = find(*args, **kwargs)
    except _missing(source):
        found = None
    return _found(_synchronous(found, "get_object_or_404"), source, args)


async def aget_object_or_404(source: Any, *args: Any, **kwargs: Any) -> Any:
    """:func:`get_object_or_404` for a store whose methods are awaited, such as SQLAlchemy's
    ``AsyncSession``; a method ``aget`` is preferred to ``get``."""
    source = _default_manager(source)
    methods = _object_methods(args, kwargs, "aget", "get")
    find = _finder(source, "aget_object_or_404", methods)
    try:
        found = find(*args, **kwargs)
        found = await found if isawaitable(found) else found
    except _missing(source):
        found = None
    return _found(found, source, args)


def get_list_or_404(source: Any, *args: Any, **kwargs: Any) -> list[Any]:
    """The objects that *source* has for these arguments, as a list; :exc:`Http404` for none.

    Calls ``filter()`` with the arguments, or ``all()`` where there are none and *source* has no
    ``filter()``: ``get_list_or_404(session.scalars(select(Article)))``. Raises as
    :func:`get_object_or_404` does.
    """
    source = _default_manager(source)
    find = _finder(source, "get_list_or_404", _list_methods(args, kwargs))
    found = _synchronous(find(*args, **kwargs), "get_list_or_404")
    return _found(list(found) or None, source, ())  # type: ignore[no-any-return]


async def aget_list_or_404(source: Any, *args: Any, **kwargs: Any) -> list[Any]:
    """:func:`get_list_or_404` for a store whose methods are awaited or iterated with
    ``async for``."""
    source = _default_manager(source)
    found = _finder(source, "aget_list_or_404", _list_methods(args, kwargs))(*args, **kwargs)
    found = await found if isawaitable(found) else found
    if isinstance(found, AsyncIterable):
        found = [each async for each in found]
    return _found(list(found) or None, source, ())  # type: ignore[no-any-return]


def _default_manager(source: Any) -> Any:
    """The objects of a Django model; anything else is a source itself."""
    manager = getattr(source, "_default_manager", None)
    return source if manager is None else manager.all()


def _object_methods(args: Any, kwargs: Any, *names: str) -> tuple[str, ...]:
    return names if args or kwargs else ("one_or_none", *names)


def _list_methods(args: Any, kwargs: Any) -> tuple[str, ...]:
    return ("filter",) if args or kwargs else ("filter", "all")


def _finder(source: Any, caller: str, names: tuple[str, ...]) -> Callable[..., Any]:
    for name in names:
        if method := getattr(source, name, None):
            return method  # type: ignore[no-any-return]
    given = source.__name__ if isinstance(source, type) else type(source).__name__
    raise ValueError(
        f"The first argument to {caller}() must have a method {' or '.join(names)}(), "
        f"and {given!r} has none: pass a session or the result of a query."
    )


def _missing(source: Any) -> tuple[type[BaseException], ...]:
    own = getattr(getattr(source, "model", source), "DoesNotExist", None)
    return (ObjectDoesNotExist,) if own is None else (ObjectDoesNotExist, own)


def _synchronous(found: Any, caller: str) -> Any:
    if not isawaitable(found):
        return found
    if iscoroutine(found):
        found.close()
    raise TypeError(f"The source of {caller}() is asynchronous: await a{caller}() instead.")


def _found(found: Any, source: Any, args: tuple[Any, ...]) -> Any:
    if found is not None:
        return found
    kinds = (getattr(source, "model", None), *args[:1], source)
    name = next((kind.__name__ for kind in kinds if isinstance(kind, type)), "object")
    raise Http404(f"No {name} matches the given query.")

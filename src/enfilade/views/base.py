"""Class-based views: a class with one method for each HTTP method it answers.

``View.as_view()`` makes the callable that a URL pattern holds; every request gets an instance
of its own. Django's ``django.views.generic.base.View``.
"""

from collections.abc import Callable
from typing import Any, ClassVar

from enfilade.bridge import iscoroutinefunction, markcoroutinefunction
from enfilade.exceptions import ImproperlyConfigured
from enfilade.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from enfilade.http.log import log_response

Answer = Any
"""A response, or a coroutine that returns one where the view is async."""


class _ViewIsAsync:
    """``View.view_is_async``, readable on the class and on its instances."""

    def __get__(self, instance: object, owner: type["View"]) -> bool:
        methods = (name for name in owner.http_method_names if name != "options")
        kinds = {
            iscoroutinefunction(getattr(owner, name)) for name in methods if hasattr(owner, name)
        }
        if len(kinds) > 1:
            raise ImproperlyConfigured(
                f"{owner.__qualname__} HTTP handlers must either be all sync or all async.",
                hint="Write async def for all of get(), post() … or for none of them.",
            )
        return True in kinds


class _ClassOnly(classmethod):  # type: ignore[type-arg]
    """A class method that instances do not have."""

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        if instance is not None:
            raise AttributeError("This method is available only on the class, not on instances.")
        return super().__get__(instance, owner)


class View:
    """The parent of all class-based views: it picks the method, and answers OPTIONS and 405."""

    http_method_names: ClassVar[list[str]] = [
        "get", "post", "put", "patch", "delete", "head", "options", "trace",
    ]  # fmt: skip
    view_is_async = _ViewIsAsync()

    request: HttpRequest
    args: tuple[Any, ...]
    kwargs: dict[str, Any]

    def __init__(self, **kwargs: Any) -> None:
        for name, value in kwargs.items():
            setattr(self, name, value)

    @_ClassOnly
    def as_view(cls: Any, /, **initkwargs: Any) -> Callable[..., Answer]:  # noqa: N805
        """Return the view function; *initkwargs* become attributes of every instance.

        Raises :exc:`TypeError` for a keyword that is a method's name or no attribute of the
        class, :exc:`~enfilade.exceptions.ImproperlyConfigured` if sync and async methods mix.
        """
        cls._check_initkwargs(initkwargs)

        def view(request: HttpRequest, *args: Any, **kwargs: Any) -> Answer:
            self = cls(**initkwargs)
            self.setup(request, *args, **kwargs)
            if not hasattr(self, "request"):
                raise AttributeError(
                    f"{cls.__name__} instance has no 'request' attribute. "
                    "Did you override setup() and forget to call super()?"
                )
            return self.dispatch(request, *args, **kwargs)

        dressed: Callable[..., Answer] = cls._dress(view, initkwargs)
        return dressed

    @classmethod
    def _check_initkwargs(cls, initkwargs: dict[str, Any]) -> None:
        for name in initkwargs:
            if name in cls.http_method_names:
                raise TypeError(
                    f"The method name {name} is not accepted as a keyword argument "
                    f"to {cls.__name__}()."
                )
            if not hasattr(cls, name):
                raise TypeError(
                    f"{cls.__name__}() received an invalid keyword {name!r}: as_view() only "
                    "accepts attributes that the class already has."
                )

    @classmethod
    def _dress(cls, view: Any, initkwargs: dict[str, Any]) -> Callable[..., Answer]:
        """Give the function what decorators, the resolver and people look for."""
        view.view_class = cls
        view.view_initkwargs = initkwargs
        view.__doc__ = cls.__doc__
        view.__module__ = cls.__module__
        view.__annotations__ = cls.dispatch.__annotations__
        view.__dict__.update(cls.dispatch.__dict__)
        if cls.view_is_async:
            markcoroutinefunction(view)
        return view  # type: ignore[no-any-return]

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        """Set what all methods share; HEAD is answered by ``get`` where there is no ``head``."""
        if hasattr(self, "get") and not hasattr(self, "head"):
            self.head = self.get
        self.request = request
        self.args = args
        self.kwargs = kwargs

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Answer:
        """Call the method that is named like the request's."""
        name = (request.method or "").lower()
        handler = self.http_method_not_allowed
        if name in self.http_method_names:
            handler = getattr(self, name, handler)
        return handler(request, *args, **kwargs)

    def http_method_not_allowed(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Answer:
        """405 with the ``Allow`` header (RFC 9110, section 15.5.6)."""
        return self._answer(not_allowed(request, self._allowed_methods()))

    def options(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Answer:
        """Answer OPTIONS with the methods there are."""
        response = HttpResponse()
        response.headers["Allow"] = ", ".join(self._allowed_methods())
        response.headers["Content-Length"] = "0"
        return self._answer(response)

    def _answer(self, response: HttpResponse) -> Answer:
        return _completed(response) if self.view_is_async else response

    def _allowed_methods(self) -> list[str]:
        return [name.upper() for name in self.http_method_names if hasattr(self, name)]


def not_allowed(request: HttpRequest, methods: list[str]) -> HttpResponse:
    """405 with the *methods* that are allowed, logged."""
    response = HttpResponseNotAllowed(methods)
    log_response(
        "Method Not Allowed (%s): %s",
        request.method,
        request.path,
        response=response,
        request=request,
    )
    return response


async def _completed(response: HttpResponse) -> HttpResponse:
    return response

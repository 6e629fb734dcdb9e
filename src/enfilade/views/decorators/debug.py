"""What must not stand in the report of a failure: a function's variables, a form's parameters.

Django's ``django.views.decorators.debug``. Here the report hides them while ``DEBUG`` is on, too.
"""

from collections.abc import Callable, Generator
from functools import wraps
from inspect import isasyncgenfunction, isgeneratorfunction
from typing import Any, TypeVar

from enfilade.bridge import iscoroutinefunction
from enfilade.http import HttpRequest
from enfilade.views.decorators.mark import View
from enfilade.views.sensitive import Names

Function = TypeVar("Function", bound=Callable[..., Any])


def sensitive_variables(*variables: str) -> Callable[[Function], Function]:
    """Hide these local variables (all, if none is named) of the decorated function, and of what
    it calls, in reports.

    The function may be a coroutine or generator function. Raises :exc:`TypeError` for an
    asynchronous generator function, and if the parentheses were forgotten.
    """
    names = _names(variables, "sensitive_variables")

    def decorate(function: Function) -> Function:
        if isasyncgenfunction(function):
            raise TypeError(
                f"sensitive_variables() cannot mark {function.__qualname__}(), an asynchronous "
                "generator function: mark what it calls."
            )
        return wraps(function)(_kind_of_wrapper(function)(function, names))  # type: ignore[return-value]

    return decorate


def _kind_of_wrapper(function: Callable[..., Any]) -> Callable[..., Any]:
    if iscoroutinefunction(function):
        return _coroutine_wrapper
    return _generator_wrapper if isgeneratorfunction(function) else _plain_wrapper


# A report finds the names in the wrapper's frame, which it does not show itself.


def _plain_wrapper(function: Callable[..., Any], names: Names) -> Callable[..., Any]:
    def call(*args: Any, **kwargs: Any) -> Any:
        __sensitive_variables__, __traceback_hide__ = names, True  # noqa: F841
        return function(*args, **kwargs)

    return call


def _coroutine_wrapper(function: Callable[..., Any], names: Names) -> Callable[..., Any]:
    async def call(*args: Any, **kwargs: Any) -> Any:
        __sensitive_variables__, __traceback_hide__ = names, True  # noqa: F841
        return await function(*args, **kwargs)

    return call


def _generator_wrapper(function: Callable[..., Any], names: Names) -> Callable[..., Any]:
    def call(*args: Any, **kwargs: Any) -> Generator[Any, Any, Any]:
        __sensitive_variables__, __traceback_hide__ = names, True  # noqa: F841
        return (yield from function(*args, **kwargs))

    return call


def sensitive_post_parameters(*parameters: str) -> Callable[[View], View]:
    """Hide these parameters of the form (all, if none is named) in reports.

    Raises :exc:`TypeError` if the parentheses were forgotten, and when the view is called with
    something else than a request.
    """
    names = _names(parameters, "sensitive_post_parameters")

    def decorate(view: View) -> View:
        @wraps(view)
        def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            _declare(request, names)
            return view(request, *args, **kwargs)

        @wraps(view)
        async def answer_async(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            _declare(request, names)
            return await view(request, *args, **kwargs)

        return answer_async if iscoroutinefunction(view) else answer  # type: ignore[return-value]

    return decorate


def _declare(request: Any, names: Names) -> None:
    if not isinstance(request, HttpRequest):
        raise TypeError(
            "sensitive_post_parameters didn't receive an HttpRequest object. If you are "
            "decorating a classmethod, make sure to use @method_decorator."
        )
    request.sensitive_post_parameters = names  # type: ignore[attr-defined]


def _names(given: tuple[Any, ...], decorator: str) -> Names:
    if len(given) == 1 and callable(given[0]):
        raise TypeError(
            f"{decorator}() must be called to use it as a decorator, e.g., use @{decorator}(), "
            f"not @{decorator}."
        )
    return Names(given)

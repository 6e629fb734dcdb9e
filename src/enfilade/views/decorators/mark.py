"""How a decorator works on a view without caring whether it is a coroutine function."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from enfilade.bridge import iscoroutinefunction
from enfilade.http import HttpRequest, HttpResponse

View = TypeVar("View", bound=Callable[..., Any])


def marked(view: View, attribute: str, value: object) -> View:
    """A view that does the same, with *attribute* set; the one given is left as it was."""
    wrapped = finished(view, lambda response: None)
    setattr(wrapped, attribute, value)
    return wrapped


def finished(view: View, finish: Callable[[HttpResponse], object]) -> View:
    """A view whose response goes through *finish* before it is returned."""

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        response = view(request, *args, **kwargs)
        finish(response)
        return response

    @wraps(view)
    async def answer_async(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        response = await view(request, *args, **kwargs)
        finish(response)
        return response

    return answer_async if iscoroutinefunction(view) else answer  # type: ignore[return-value]

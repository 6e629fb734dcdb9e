"""Attributes that a middleware promises and the first touch makes.

``SessionMiddleware`` sets ``request._make_session`` for every request, which costs one assignment;
that is called with the request only if something asks for the session. On the way out,
``"session" in request.__dict__`` tells whether there is anything to save. Where a few calls more do
not count, :meth:`Deferred.promise` and :meth:`Deferred.touched` say the same.
"""

from collections.abc import Callable
from typing import Any


class Deferred:
    """A descriptor whose value is made by what a middleware has left for it.

    ``needs`` is the import path of that middleware, for the error of a site that lacks it. The
    value may also simply be assigned.
    """

    def __init__(self, needs: str) -> None:
        self.needs = needs

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name
        self.maker = f"_make_{name}"

    def promise(self, request: Any, make: Callable[[Any], Any]) -> None:
        """Have ``make(request)`` give the value when it is first asked for."""
        request.__dict__[self.maker] = make

    def touched(self, request: Any) -> bool:
        """Whether there is a value."""
        return self.name in request.__dict__

    def expected(self, request: Any) -> bool:
        """Whether there is a value or the promise of one; asking makes none."""
        return self.name in request.__dict__ or self.maker in request.__dict__

    def __get__(self, request: Any, owner: type | None = None) -> Any:
        if request is None:
            return self
        make = request.__dict__.get(self.maker)
        if make is None:
            missing = AttributeError(
                f"This request has no {self.name!r}.", name=self.name, obj=request
            )
            missing.add_note(f"Hint: {self.needs} provides it; put it into MIDDLEWARE.")
            raise missing
        value = request.__dict__[self.name] = make(request)
        return value

"""Decorators for views, sync and async; one file for each concern, named as Django names it.

Those that make decorators of something else are here: of decorators of functions, and of
middleware.
"""

from enfilade.views.decorators.method import method_decorator
from enfilade.views.decorators.middleware import (
    decorator_from_middleware,
    decorator_from_middleware_with_args,
    make_middleware_decorator,
)

__all__ = [
    "decorator_from_middleware",
    "decorator_from_middleware_with_args",
    "make_middleware_decorator",
    "method_decorator",
]

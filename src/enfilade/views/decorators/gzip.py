"""gzip around one view."""

from enfilade.middleware.gzip import GZipMiddleware
from enfilade.views.decorators.middleware import decorator_from_middleware

__all__ = ["gzip_page"]

gzip_page = decorator_from_middleware(GZipMiddleware)
"""Compress the view's answers as :class:`~enfilade.middleware.gzip.GZipMiddleware` does. Goes on
views, sync and async, not on methods (``method_decorator`` puts it there)."""

"""Lets scripts of other origins read the answers of one view."""

from collections.abc import Callable
from typing import Any

from enfilade.middleware.cors import CorsMiddleware, CrossOriginPolicy
from enfilade.views.decorators.mark import View
from enfilade.views.decorators.middleware import make_middleware_decorator


def cross_origin(**policy: Any) -> Callable[[View], View]:
    """As :class:`~enfilade.middleware.cors.CorsMiddleware` does, with a policy of its own:
    ``@cross_origin(allowed_origins=["https://app.example.org"], allow_credentials=True)``.

    The arguments are the fields of :class:`~enfilade.middleware.cors.CrossOriginPolicy`, which
    are the ``CORS_*`` settings in lower case. The middleware, where there is one, comes first:
    ``CORS_URLS_REGEX`` keeps it away from the path.
    """
    return make_middleware_decorator(CorsMiddleware)(policy=CrossOriginPolicy(**policy))

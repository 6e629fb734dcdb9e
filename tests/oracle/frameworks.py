"""The names that a site needs, from the one framework and from the other."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import django.core.exceptions
import django.http
import django.urls
import django.utils.decorators
from django.core.handlers.asgi import ASGIHandler as DjangoASGIHandler
from django.core.handlers.wsgi import WSGIHandler as DjangoWSGIHandler
from django.test import override_settings as django_override_settings
from django.utils.deprecation import MiddlewareMixin as DjangoMiddlewareMixin

import enfilade.exceptions
import enfilade.http
import enfilade.middleware
import enfilade.urls
from enfilade.handlers.asgi import ASGIHandler
from enfilade.handlers.wsgi import WSGIHandler
from enfilade.test import override_settings


@dataclass(frozen=True)
class Framework:
    """One side of the comparison."""

    name: str
    http: Any
    urls: Any
    exceptions: Any
    decorators: Any
    MiddlewareMixin: type
    WSGIHandler: type
    ASGIHandler: type
    override_settings: Any

    @contextmanager
    def settings(self, **values: Any) -> Iterator[None]:
        with self.override_settings(**values):
            self.urls.clear_url_caches()
            try:
                yield
            finally:
                self.urls.clear_url_caches()


ENFILADE = Framework(
    "enfilade",
    enfilade.http,
    enfilade.urls,
    enfilade.exceptions,
    enfilade.middleware,
    enfilade.middleware.MiddlewareMixin,
    WSGIHandler,
    ASGIHandler,
    override_settings,
)

DJANGO = Framework(
    "django",
    django.http,
    django.urls,
    django.core.exceptions,
    django.utils.decorators,
    DjangoMiddlewareMixin,
    DjangoWSGIHandler,
    DjangoASGIHandler,
    django_override_settings,
)

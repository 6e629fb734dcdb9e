"""Our middleware by name, and what ``enfilade check`` has to say of an order of theirs."""

import importlib
import pkgutil
from collections.abc import Sequence

import enfilade.contrib
import enfilade.middleware
from enfilade.explain.checks import Finding, csrf, messages, middleware
from enfilade.middleware import MiddlewareMixin
from enfilade.middleware.encoding import EncodingMiddleware
from enfilade.test import override_settings

SECURITY = "enfilade.middleware.security.SecurityMiddleware"
REQUEST_ID = "enfilade.middleware.request_id.RequestIDMiddleware"
BROKEN_LINKS = "enfilade.middleware.broken_links.BrokenLinksMiddleware"
CORS = "enfilade.middleware.cors.CorsMiddleware"
STATIC = "enfilade.contrib.staticfiles.serving.StaticFilesMiddleware"
UPDATE = "enfilade.middleware.cache.UpdateCacheMiddleware"
GZIP = "enfilade.middleware.gzip.GZipMiddleware"
COMPRESSION = "enfilade.middleware.compression.CompressionMiddleware"
CONDITIONAL = "enfilade.middleware.http.ConditionalGetMiddleware"
SESSIONS = "enfilade.contrib.sessions.middleware.SessionMiddleware"
LOCALE = "enfilade.middleware.locale.LocaleMiddleware"
COMMON = "enfilade.middleware.common.CommonMiddleware"
CSRF = "enfilade.middleware.csrf.CsrfViewMiddleware"
AUTHENTICATION = "enfilade.contrib.auth.middleware.AuthenticationMiddleware"
LOGIN = "enfilade.contrib.auth.middleware.LoginRequiredMiddleware"
REMOTE = "enfilade.contrib.auth.remote_user.RemoteUserMiddleware"
PERSISTENT = "enfilade.contrib.auth.remote_user.PersistentRemoteUserMiddleware"
MESSAGES = "enfilade.contrib.messages.middleware.MessageMiddleware"
FRAMES = "enfilade.middleware.clickjacking.XFrameOptionsMiddleware"
FETCH = "enfilade.middleware.cache.FetchFromCacheMiddleware"
CACHE = "enfilade.middleware.cache.CacheMiddleware"

CHECKS = (
    middleware.check_importable,
    middleware.check_order,
    middleware.check_repeated,
    middleware.check_required,
    middleware.check_followed,
    csrf.check_sessions,
    messages.check_storage,
)
"""All that look at which middleware there are and how they stand."""


def findings(order: Sequence[object], **values: object) -> list[Finding]:
    with override_settings(MIDDLEWARE=list(order), **values):
        return [finding for check in CHECKS for finding in check()]


def is_accepted(order: Sequence[object], **values: object) -> bool:
    """Whether there is nothing to say of *order*, with these settings."""
    return not findings(order, **values)


def own_middleware() -> list[type[MiddlewareMixin]]:
    """All that a site may name in ``MIDDLEWARE``."""
    found = []
    for package in (enfilade.middleware, enfilade.contrib):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            for each in vars(importlib.import_module(module.name)).values():
                if isinstance(each, type) and issubclass(each, MiddlewareMixin):
                    found.append(each)
    public = [each for each in dict.fromkeys(found) if not each.__name__.startswith("_")]
    return [each for each in public if each not in (MiddlewareMixin, EncodingMiddleware)]

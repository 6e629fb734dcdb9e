"""What could end a request to a Django site before its view has answered it, whether that happens
to this one or not; as :mod:`enfilade.explain.stops` has it for our own.
"""

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any

from enfilade.explain.django.chain import Link, Links
from enfilade.explain.django.foresight import CSRF, is_foreseen, written_name
from enfilade.explain.facts import Facts, Stop
from enfilade.explain.reasons import (
    NO_LANGUAGE,
    NO_SLASH,
    NO_TLS,
    NO_WWW,
    OWN_CODE,
    UNWELCOME,
    Reasons,
    conditional,
    forged,
    kept,
    strangers,
    wrong_host,
)
from enfilade.explain.source import locate
from enfilade.explain.stops import EVENTS, in_order


def find_stops(links: Links, facts: Facts, request: Any, view: Any) -> tuple[Stop, ...]:
    """All of them, in the order in which a request comes to them."""

    def stops_of(link: Link, hook: str) -> Iterator[Stop]:
        for reason in _reasons(link, hook, request, view):
            has = hasattr(type(link.middleware), hook)
            source = locate(link.middleware, hook) if has else link.source
            yield reason.stop(EVENTS[hook], link.short, source)

    return in_order(links.layers, stops_of, facts, request)


def _reasons(link: Link, hook: str, request: Any, view: Any) -> Reasons:
    known = _REASONS.get(written_name(link, hook))
    if known is not None and (link.made_of_hooks or hook == "process_view"):
        yield from known(link.middleware, request, view)
    elif hook != "process_response" and not is_foreseen(link, hook):
        yield OWN_CODE


# What each of Django's answers ---------------------------------------------------------------


def _secure(middleware: Any, request: Any, view: Any) -> Reasons:
    if middleware.redirect:
        yield NO_TLS


def _common(middleware: Any, request: Any, view: Any) -> Reasons:
    from django.conf import settings

    if settings.DISALLOWED_USER_AGENTS:
        yield UNWELCOME
    yield from wrong_host(settings)
    if settings.PREPEND_WWW:
        yield NO_WWW


def _slash(middleware: Any, request: Any, view: Any) -> Reasons:
    from django.conf import settings

    if settings.APPEND_SLASH:
        yield NO_SLASH


def _language(middleware: Any, request: Any, view: Any) -> Reasons:
    from django.conf import settings
    from django.conf.urls.i18n import is_language_prefix_patterns_used

    used, prefixes_default = is_language_prefix_patterns_used(settings.ROOT_URLCONF)
    if used and prefixes_default:
        yield NO_LANGUAGE


_REASONS: Mapping[str, Callable[[Any, Any, Any], Reasons]] = MappingProxyType(
    {
        "django.middleware.security.SecurityMiddleware.process_request": _secure,
        "django.middleware.common.CommonMiddleware.process_request": _common,
        "django.middleware.common.CommonMiddleware.process_response": _slash,
        "django.middleware.locale.LocaleMiddleware.process_response": _language,
        "django.middleware.cache.FetchFromCacheMiddleware.process_request": kept,
        "django.middleware.http.ConditionalGetMiddleware.process_response": conditional,
        CSRF: forged,
        "django.contrib.auth.middleware.LoginRequiredMiddleware.process_view": strangers,
    }
)

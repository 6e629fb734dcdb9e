"""What could end a request to a Django site before its view has answered it, whether that happens
to this one or not; as :mod:`enfilade.explain.stops` has it for our own.
"""

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any

from enfilade.explain.django.chain import Link, Links
from enfilade.explain.django.foresight import CSRF, is_foreseen, written_name
from enfilade.explain.facts import Facts, Stop
from enfilade.explain.nodes import NUMBERS
from enfilade.explain.source import locate
from enfilade.explain.stops import (
    CONDITIONS,
    EVENTS,
    LOCAL,
    NO,
    PERHAPS,
    SLASH,
    Reason,
    is_possible,
    settled,
    stops_of_view,
)

SAFE = ("GET", "HEAD", "OPTIONS", "TRACE")


def find_stops(links: Links, facts: Facts, request: Any, view: Any) -> tuple[Stop, ...]:
    """All of them, in the order in which a request comes to them."""
    stops = [
        *_of_all(links.layers, "process_request", request, view),
        *_of_all(links.layers, "process_view", request, view),
        *(stops_of_view(facts.landing, request) if facts.landing else ()),
        *_of_all(links.layers[::-1], "process_response", request, view),
    ]
    return tuple(settled(stop, facts) for stop in stops if is_possible(stop, facts))


def _of_all(links: tuple[Link, ...], hook: str, request: Any, view: Any) -> Iterator[Stop]:
    for link in links:
        for reason in _reasons(link, hook, request, view):
            yield _stop(link, hook, reason)


def _reasons(link: Link, hook: str, request: Any, view: Any) -> Iterator[Reason]:
    known = _REASONS.get(written_name(link, hook))
    if known is not None and (link.made_of_hooks or hook == "process_view"):
        yield from known(link.middleware, request, view)
    elif hook != "process_response" and not is_foreseen(link, hook):
        yield Reason(None, "its own code decides", happens=PERHAPS)


def _stop(link: Link, hook: str, reason: Reason) -> Stop:
    event = EVENTS[hook]
    has = hasattr(type(link.middleware), hook)
    return Stop(
        step=NUMBERS[event],
        event=event,
        by=link.short,
        when=reason.when,
        status=reason.status,
        happens=reason.happens,
        setting=reason.setting,
        source=locate(link.middleware, hook) if has else link.source,
    )


# What each of Django's answers ---------------------------------------------------------------

Reasons = Iterator[Reason]


def _secure(middleware: Any, request: Any, view: Any) -> Reasons:
    if middleware.redirect:
        yield Reason(301, "if it comes by http", "SECURE_SSL_REDIRECT")


def _common(middleware: Any, request: Any, view: Any) -> Reasons:
    from django.conf import settings

    if settings.DISALLOWED_USER_AGENTS:
        yield Reason(403, "if its User-Agent is not welcome", "DISALLOWED_USER_AGENTS")
    hosts = settings.ALLOWED_HOSTS
    if "*" not in hosts:
        named = ", ".join(map(str, hosts[:3])) + (", …" if len(hosts) > 3 else "")
        text = LOCAL if settings.DEBUG and not hosts else named or "any that is allowed"
        yield Reason(400, f"if its host is not {text}", "ALLOWED_HOSTS")
    if settings.PREPEND_WWW:
        yield Reason(301, "if its host lacks www.", "PREPEND_WWW")


def _slash(middleware: Any, request: Any, view: Any) -> Reasons:
    from django.conf import settings

    if settings.APPEND_SLASH:
        yield Reason(301, "if nothing but a slash is missing at its end", SLASH)


def _language(middleware: Any, request: Any, view: Any) -> Reasons:
    from django.conf import settings
    from django.conf.urls.i18n import is_language_prefix_patterns_used

    used, prefixes_default = is_language_prefix_patterns_used(settings.ROOT_URLCONF)
    if used and prefixes_default:
        yield Reason(302, "if nothing but a language is missing at its beginning")


def _kept(middleware: Any, request: Any, view: Any) -> Reasons:
    if request.method in ("GET", "HEAD"):
        yield Reason(200, "if the page is in the cache", "CACHES", PERHAPS)


def _conditional(middleware: Any, request: Any, view: Any) -> Reasons:
    if request.method == "GET":
        asks = any(name in request.META for name in CONDITIONS)
        yield Reason(304, "if the client's copy is still good", happens=PERHAPS if asks else NO)


def _forged(middleware: Any, request: Any, view: Any) -> Reasons:
    if not getattr(view, "csrf_exempt", False):
        case = "if it is a POST, say, without" if request.method in SAFE else "without"
        yield Reason(403, f"{case} the cookie and the token of a form of the site")


def _strangers(middleware: Any, request: Any, view: Any) -> Reasons:
    if view is not None and getattr(view, "login_required", True):
        yield Reason(302, "who has not signed in", "LOGIN_URL", PERHAPS)


_REASONS: Mapping[str, Callable[[Any, Any, Any], Reasons]] = MappingProxyType(
    {
        "django.middleware.security.SecurityMiddleware.process_request": _secure,
        "django.middleware.common.CommonMiddleware.process_request": _common,
        "django.middleware.common.CommonMiddleware.process_response": _slash,
        "django.middleware.locale.LocaleMiddleware.process_response": _language,
        "django.middleware.cache.FetchFromCacheMiddleware.process_request": _kept,
        "django.middleware.http.ConditionalGetMiddleware.process_response": _conditional,
        CSRF: _forged,
        "django.contrib.auth.middleware.LoginRequiredMiddleware.process_view": _strangers,
    }
)

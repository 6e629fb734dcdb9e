"""What could end a request before its view has answered it, whether that happens to this one or
not: hosts, redirects, preflights, pages from a cache, tokens, logins, methods, conditions.

Read off the middleware, the view and the settings. A middleware of the site is listed, too: only
its own code knows what it answers.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, TypeVar

from enfilade.conf import settings
from enfilade.contrib.auth.middleware import LoginRequiredMiddleware
from enfilade.contrib.staticfiles.serving import StaticFilesMiddleware
from enfilade.explain.facts import Facts, Landing, Stop
from enfilade.explain.nodes import locate_hook
from enfilade.explain.reasons import (
    NO,
    NO_LANGUAGE,
    NO_SLASH,
    NO_TLS,
    NO_WWW,
    OWN_CODE,
    PERHAPS,
    SLASH,
    UNWELCOME,
    YES,
    Reason,
    Reasons,
    conditional,
    forged,
    fresh_copy,
    kept,
    strangers,
    wrong_host,
)
from enfilade.middleware.cache import FetchFromCacheMiddleware
from enfilade.middleware.chain import Layer
from enfilade.middleware.common import CommonMiddleware
from enfilade.middleware.cors import CorsMiddleware
from enfilade.middleware.csrf import CsrfViewMiddleware
from enfilade.middleware.http import ConditionalGetMiddleware
from enfilade.middleware.locale import LocaleMiddleware
from enfilade.middleware.security import SecurityMiddleware

EVENTS = {
    "process_request": "middleware.in",
    "process_view": "middleware.view",
    "process_response": "middleware.out",
}

T = TypeVar("T")


def find_stops(layers: Sequence[Layer], facts: Facts, request: Any, view: Any) -> tuple[Stop, ...]:
    """All of them, in the order in which a request comes to them."""

    def stops_of(layer: Layer, hook: str) -> Iterator[Stop]:
        for reason in _reasons(layer, hook, request, view):
            source = locate_hook(layer, hook if layer.made_of_hooks else "")
            yield reason.stop(EVENTS[hook], layer.name.rpartition(".")[2], source)

    return in_order(layers, stops_of, facts, request)


def in_order(
    layers: Sequence[T],
    stops_of: Callable[[T, str], Iterable[Stop]],
    facts: Facts,
    request: Any,
) -> tuple[Stop, ...]:
    """What *stops_of* finds in each hook of the *layers*, outermost first, and what the view's
    own surroundings answer, in the order in which *request* comes to them."""
    inward = [stop for layer in layers for stop in stops_of(layer, "process_request")]
    hooks = [stop for layer in layers for stop in stops_of(layer, "process_view")]
    inner = _of_view(facts.landing, request) if facts.landing else ()
    outer = [stop for layer in reversed(layers) for stop in stops_of(layer, "process_response")]
    stops = (*inward, *hooks, *inner, *outer)
    return tuple(_settled(stop, facts) for stop in stops if _is_possible(stop, facts))


def _is_possible(stop: Stop, facts: Facts) -> bool:
    """Whether *stop* could ever end a request to this path: a slash is put only behind what has
    none, and only after it was looked for without one, in vain."""
    if stop.setting != SLASH:
        return True
    searched_in_vain = facts.resolution is not None and facts.landing is None
    return searched_in_vain and not facts.line.path.endswith("/")


def _settled(stop: Stop, facts: Facts) -> Stop:
    """*stop*, which is known to happen where it has been foreseen."""
    for visit in facts.visits:
        answer = visit.answer
        if answer is not None and visit.layer.source.short == stop.by:
            inward = facts.resolution is None
            if answer.status == stop.status and inward == (stop.event == "middleware.in"):
                return stop.settled()
    landing = facts.landing
    refused = landing is not None and landing.refusal is not None
    if refused and stop.event == "middleware.view" and stop.status == facts.made.status:
        return stop.settled()
    return stop


# What the view's own surroundings answer -----------------------------------------------------


def _of_view(landing: Landing, request: Any) -> Iterator[Stop]:
    """What the view's decorators and parents answer."""
    if landing.view.methods is not None:
        named = ", ".join(landing.view.methods)
        happens = NO if landing.accepted else YES
        reason = Reason(405, f"if its method is not {named}", happens=happens)
        yield reason.stop("view", landing.view.source.short, landing.code)
    for refusal in landing.kept_out:
        answer = refusal.answer
        reason = Reason(answer.status, refusal.whom, happens=PERHAPS)
        yield reason.stop("view", answer.by, landing.code)
    for decorator in landing.view.decorators:
        if decorator.short in ("condition", "ConditionalGetMiddleware"):
            yield fresh_copy(request).stop("view", decorator.short, decorator)
        elif decorator.short == "CacheMiddleware" and request.method in ("GET", "HEAD"):
            reason = Reason(200, "if the page is in the cache", happens=PERHAPS)
            yield reason.stop("view", "cache_page", decorator)


# What the middleware answer ------------------------------------------------------------------


def _reasons(layer: Layer, hook: str, request: Any, view: Any) -> Reasons:
    if not layer.made_of_hooks:
        if hook == "process_request" and not _is_ours(layer.middleware, "__call__"):
            yield OWN_CODE
        return
    if hook not in layer.hooks:
        return
    known = _REASONS.get(getattr(type(layer.middleware), hook))
    if known is not None:
        yield from known(layer.middleware, request, view)
    elif hook != "process_response" and _may_answer(layer.middleware, hook):
        yield OWN_CODE


def _may_answer(middleware: Any, hook: str) -> bool:
    return bool(getattr(middleware, "answers", True)) and not _is_ours(middleware, hook)


def _is_ours(middleware: Any, hook: str) -> bool:
    function = getattr(type(middleware), hook, None)
    return getattr(function, "__module__", "").startswith("enfilade.")


def _secure(middleware: SecurityMiddleware, request: Any, view: Any) -> Reasons:
    if middleware.redirects:
        yield NO_TLS


def _common(middleware: CommonMiddleware, request: Any, view: Any) -> Reasons:
    if middleware.disallowed_user_agents:
        yield UNWELCOME
    yield from wrong_host(settings)
    if middleware.prepend_www:
        yield NO_WWW


def _slash(middleware: CommonMiddleware, request: Any, view: Any) -> Reasons:
    if middleware.append_slash:
        yield NO_SLASH


def _language(middleware: Any, request: Any, view: Any) -> Reasons:
    from enfilade.urls.resolvers import get_locale_prefix

    prefix = get_locale_prefix(request.urlconf)
    if prefix is not None and prefix.prefix_default_language:
        yield NO_LANGUAGE


def _preflight(middleware: CorsMiddleware, request: Any, view: Any) -> Reasons:
    yield Reason(204, "if it is the preflight of another origin's script", "CORS_ALLOWED_ORIGINS")


def _static(middleware: StaticFilesMiddleware, request: Any, view: Any) -> Reasons:
    yield Reason(200, f"if a file below {middleware.prefix} is meant", "STATIC_URL")


_REASONS: dict[Callable[..., Any], Callable[[Any, Any, Any], Reasons]] = {
    SecurityMiddleware.process_request: _secure,
    CommonMiddleware.process_request: _common,
    CommonMiddleware.process_response: _slash,
    LocaleMiddleware.process_response: _language,
    CorsMiddleware.process_request: _preflight,
    FetchFromCacheMiddleware.process_request: kept,
    StaticFilesMiddleware.process_request: _static,
    ConditionalGetMiddleware.process_response: conditional,
    CsrfViewMiddleware.process_view: forged,
    LoginRequiredMiddleware.process_view: strangers,
}

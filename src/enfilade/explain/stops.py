"""What could end a request before its view has answered it, whether that happens to this one or
not: hosts, redirects, preflights, pages from a cache, tokens, logins, methods, conditions.

Read off the middleware, the view and the settings. A middleware of the site is listed, too: only
its own code knows what it answers.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from enfilade.conf import settings
from enfilade.contrib.auth.middleware import LoginRequiredMiddleware
from enfilade.contrib.staticfiles.serving import StaticFilesMiddleware
from enfilade.explain.facts import Facts, Landing, Stop
from enfilade.explain.nodes import NUMBERS, locate_hook
from enfilade.explain.source import Source
from enfilade.middleware.cache import FetchFromCacheMiddleware
from enfilade.middleware.chain import Layer
from enfilade.middleware.common import CommonMiddleware
from enfilade.middleware.cors import CorsMiddleware
from enfilade.middleware.csrf import SAFE_METHODS, CsrfViewMiddleware
from enfilade.middleware.http import ConditionalGetMiddleware
from enfilade.middleware.locale import LocaleMiddleware
from enfilade.middleware.security import SecurityMiddleware

SLASH = "APPEND_SLASH"
LOCAL = "localhost, below it, 127.0.0.1 or [::1]"
"""The hosts that DEBUG allows where the setting allows none."""

YES, NO, PERHAPS = "yes", "no", "perhaps"
CONDITIONS = ("HTTP_IF_NONE_MATCH", "HTTP_IF_MODIFIED_SINCE", "HTTP_IF_MATCH",
              "HTTP_IF_UNMODIFIED_SINCE")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Reason:
    """Why something answers: the *status*, in which case, the setting that says so, and whether
    nothing but the moment tells if it does."""

    status: int | None
    when: str
    setting: str = ""
    happens: str = NO


def find_stops(layers: Sequence[Layer], facts: Facts, request: Any, view: Any) -> tuple[Stop, ...]:
    """All of them, in the order in which a request comes to them."""
    inward = [stop for layer in layers for stop in _of_layer(layer, "process_request", request)]
    hooks = [stop for layer in layers for stop in _of_layer(layer, "process_view", request, view)]
    inner = stops_of_view(facts.landing, request) if facts.landing else ()
    outer = [
        stop for layer in reversed(layers) for stop in _of_layer(layer, "process_response", request)
    ]
    stops = (*inward, *hooks, *inner, *outer)
    return tuple(settled(stop, facts) for stop in stops if is_possible(stop, facts))


def is_possible(stop: Stop, facts: Facts) -> bool:
    """Whether *stop* could ever end a request to this path: a slash is put only behind what has
    none, and only after it was looked for without one, in vain."""
    if stop.setting != SLASH:
        return True
    searched_in_vain = facts.resolution is not None and facts.landing is None
    return searched_in_vain and not facts.line.path.endswith("/")


EVENTS = {
    "process_request": "middleware.in",
    "process_view": "middleware.view",
    "process_response": "middleware.out",
}


def _of_layer(layer: Layer, hook: str, request: Any, view: Any = None) -> Iterator[Stop]:
    if not layer.made_of_hooks:
        if hook == "process_request" and not _is_ours(layer.middleware, "__call__"):
            yield _stop(layer, "", hook, Reason(None, "its own code decides", happens=PERHAPS))
        return
    if hook not in layer.hooks:
        return
    reasons = _REASONS.get(getattr(type(layer.middleware), hook))
    if reasons is not None:
        for reason in reasons(layer.middleware, request, view):
            yield _stop(layer, hook, hook, reason)
    elif hook != "process_response" and _may_answer(layer.middleware, hook):
        yield _stop(layer, hook, hook, Reason(None, "its own code decides", happens=PERHAPS))


def _may_answer(middleware: Any, hook: str) -> bool:
    return bool(getattr(middleware, "answers", True)) and not _is_ours(middleware, hook)


def _is_ours(middleware: Any, hook: str) -> bool:
    function = getattr(type(middleware), hook, None)
    return getattr(function, "__module__", "").startswith("enfilade.")


def _stop(layer: Layer, hook: str, event: str, reason: Reason) -> Stop:
    return Stop(
        step=NUMBERS[EVENTS[event]],
        event=EVENTS[event],
        by=layer.name.rpartition(".")[2],
        when=reason.when,
        status=reason.status,
        happens=reason.happens,
        setting=reason.setting,
        source=locate_hook(layer, hook),
    )


def settled(stop: Stop, facts: Facts) -> Stop:
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


# What each of ours answers -------------------------------------------------------------------

Reasons = Iterator[Reason]


def _secure(middleware: SecurityMiddleware, request: Any, view: Any) -> Reasons:
    if middleware.redirects:
        yield Reason(301, "if it comes by http", "SECURE_SSL_REDIRECT")


def _common(middleware: CommonMiddleware, request: Any, view: Any) -> Reasons:
    if middleware.disallowed_user_agents:
        yield Reason(403, "if its User-Agent is not welcome", "DISALLOWED_USER_AGENTS")
    hosts = settings.ALLOWED_HOSTS
    if "*" not in hosts:
        named = ", ".join(map(str, hosts[:3])) + (", …" if len(hosts) > 3 else "")
        local = settings.DEBUG and not hosts
        text = LOCAL if local else named or "any that is allowed"
        yield Reason(400, f"if its host is not {text}", "ALLOWED_HOSTS")
    if middleware.prepend_www:
        yield Reason(301, "if its host lacks www.", "PREPEND_WWW")


def _slash(middleware: CommonMiddleware, request: Any, view: Any) -> Reasons:
    if middleware.append_slash:
        yield Reason(301, "if nothing but a slash is missing at its end", SLASH)


def _language(middleware: Any, request: Any, view: Any) -> Reasons:
    from enfilade.urls.resolvers import get_locale_prefix

    prefix = get_locale_prefix(request.urlconf)
    if prefix is not None and prefix.prefix_default_language:
        yield Reason(302, "if nothing but a language is missing at its beginning")


def _preflight(middleware: CorsMiddleware, request: Any, view: Any) -> Reasons:
    yield Reason(204, "if it is the preflight of another origin's script", "CORS_ALLOWED_ORIGINS")


def _kept(middleware: Any, request: Any, view: Any) -> Reasons:
    if request.method in ("GET", "HEAD"):
        yield Reason(200, "if the page is in the cache", "CACHES", PERHAPS)


def _static(middleware: StaticFilesMiddleware, request: Any, view: Any) -> Reasons:
    yield Reason(200, f"if a file below {middleware.prefix} is meant", "STATIC_URL")


def _conditional(middleware: Any, request: Any, view: Any) -> Reasons:
    if request.method == "GET":
        asks = any(name in request.META for name in CONDITIONS)
        yield Reason(304, "if the client's copy is still good", happens=PERHAPS if asks else NO)


def _forged(middleware: CsrfViewMiddleware, request: Any, view: Any) -> Reasons:
    if getattr(view, "csrf_exempt", False):
        return
    unsafe = request.method not in SAFE_METHODS
    case = "without" if unsafe else "if it is a POST, say, without"
    yield Reason(403, f"{case} the cookie and the token of a form of the site")


def _strangers(middleware: LoginRequiredMiddleware, request: Any, view: Any) -> Reasons:
    if view is not None and getattr(view, "login_required", True):
        yield Reason(302, "who has not signed in", "LOGIN_URL", PERHAPS)


_REASONS: dict[Callable[..., Any], Callable[[Any, Any, Any], Reasons]] = {
    SecurityMiddleware.process_request: _secure,
    CommonMiddleware.process_request: _common,
    CommonMiddleware.process_response: _slash,
    LocaleMiddleware.process_response: _language,
    CorsMiddleware.process_request: _preflight,
    FetchFromCacheMiddleware.process_request: _kept,
    StaticFilesMiddleware.process_request: _static,
    ConditionalGetMiddleware.process_response: _conditional,
    CsrfViewMiddleware.process_view: _forged,
    LoginRequiredMiddleware.process_view: _strangers,
}


# What the view's own surroundings answer -----------------------------------------------------


def stops_of_view(landing: Landing, request: Any) -> Iterator[Stop]:
    """What the view's decorators and parents answer."""
    if landing.view.methods is not None:
        named = ", ".join(landing.view.methods)
        happens = NO if landing.accepted else YES
        yield _around(
            landing.code, landing.view.source.short, 405, f"if its method is not {named}", happens
        )
    for refusal in landing.kept_out:
        answer = refusal.answer
        yield _around(landing.code, answer.by, answer.status, refusal.whom, PERHAPS)
    for decorator in landing.view.decorators:
        if decorator.short in ("condition", "ConditionalGetMiddleware"):
            asks = any(name in request.META for name in CONDITIONS)
            when = "if the client's copy is still good"
            yield _around(decorator, decorator.short, 304, when, PERHAPS if asks else NO)
        elif decorator.short == "CacheMiddleware" and request.method in ("GET", "HEAD"):
            yield _around(decorator, "cache_page", 200, "if the page is in the cache", PERHAPS)


def _around(source: Source, by: str, status: int | None, when: str, happens: str) -> Stop:
    return Stop(NUMBERS["view"], "view", by, when, status, happens, "", source)

"""Checks of the URLconf."""

from collections import defaultdict
from collections.abc import Iterator
from functools import partial

from enfilade.conf import settings
from enfilade.exceptions import DeveloperError
from enfilade.explain.checks.finding import Finding, told
from enfilade.explain.checks.used import COMMON, is_used
from enfilade.explain.shadows import shadowed
from enfilade.explain.source import locate, locate_failure, shorten
from enfilade.handlers.exceptions import DEFAULT_HANDLERS
from enfilade.urls import get_resolver
from enfilade.urls.endpoints import Endpoint
from enfilade.urls.patterns import Pattern, RegexPattern, RoutePattern
from enfilade.urls.resolvers import compile_urlconf

REGEX_SIGNS = ("^", "$", "(?P<", "\\d", "\\w", ".*", ".+")


def check_urlconf() -> Iterator[Finding]:
    """urls.E001: the URLconf cannot be loaded."""
    try:
        compile_urlconf()
    except DeveloperError as error:
        hint = error.hint or "Correct the route that is named."
        yield Finding("urls.E001", str(error), hint, "ROOT_URLCONF")
    except Exception as error:
        message = f"The URLconf {settings.ROOT_URLCONF!r} raises {type(error).__name__}: {error}"
        where = locate_failure(error)
        yield Finding("urls.E001", message, "Import it by hand to see the traceback.", where)


def check_error_handlers() -> Iterator[Finding]:
    """urls.E002: an error handler of the URLconf cannot be imported or called."""
    for status in DEFAULT_HANDLERS:
        ask = partial(get_resolver().error_handler, status)
        yield from told("urls.E002", "ROOT_URLCONF", ask, "Name a view.")


def check_leading_slash() -> Iterator[Finding]:
    """urls.W003: a route begins with a slash, so that the path must begin with two."""
    for endpoint, pattern in _patterns():
        before = "".join(map(str, endpoint.patterns[1 : endpoint.patterns.index(pattern)]))
        text = str(pattern).removeprefix("^")
        if text.startswith("/") and (not before or before.endswith("/")):
            yield _finding(
                "urls.W003",
                endpoint,
                f"{str(pattern)!r} begins with a slash, so it matches only after another one.",
                f"Write {text[1:]!r}.",
            )


def check_regex_in_path() -> Iterator[Finding]:
    """urls.W004: path() is given what looks like a regular expression."""
    for endpoint, pattern in _patterns():
        if isinstance(pattern, RoutePattern):
            signs = [sign for sign in REGEX_SIGNS if sign in pattern.route]
            if signs:
                yield _finding(
                    "urls.W004",
                    endpoint,
                    f"path({pattern.route!r}) has {signs[0]!r}, which path() takes literally.",
                    "Use re_path(), or converters such as <int:year>.",
                )


def check_regex_without_anchor() -> Iterator[Finding]:
    """urls.W005: a regular expression may match in the middle of the path."""
    for endpoint, pattern in _patterns():
        if isinstance(pattern, RegexPattern) and not pattern.route.startswith(("^", "\\A", "(?")):
            yield _finding(
                "urls.W005",
                endpoint,
                f"re_path({pattern.route!r}) has no '^', so it matches anywhere in the path.",
                f"Write {'^' + pattern.route!r}.",
            )


def check_trailing_slash() -> Iterator[Finding]:
    """urls.W006: a route has no trailing slash while APPEND_SLASH adds one to the others."""
    if not (settings.APPEND_SLASH and is_used(COMMON)):
        return
    endpoints = get_resolver().tree.endpoints
    if not any(endpoint.route.endswith("/") for endpoint in endpoints):
        return
    for endpoint in endpoints:
        if isinstance(endpoint.patterns[-1], RoutePattern) and _lacks_slash(endpoint.route):
            yield _finding(
                "urls.W006",
                endpoint,
                f"{endpoint.route!r} has no trailing slash: APPEND_SLASH only ever adds one, so "
                f"/{endpoint.route}/ is a 404.",
                f"Write {endpoint.patterns[-1].route + '/'!r}, as in the other routes.",
            )


def check_repeated_names() -> Iterator[Finding]:
    """urls.W007: two routes have the same name and the same parameters."""
    routes = defaultdict(list)
    for endpoint in get_resolver().tree.endpoints:
        if endpoint.full_name:
            names = {name for pattern in endpoint.patterns for name in pattern.converters}
            routes[endpoint.full_name, frozenset(names)].append(endpoint)
    for (name, _), [first, *others] in routes.items():
        for other in others:
            yield _finding(
                "urls.W007",
                other,
                f"{other.route!r} and {first.route!r} share the name {name!r} and their "
                "parameters; reverse() takes the last that fits.",
                "Give one of them another name.",
            )


def check_shadowed() -> Iterator[Finding]:
    """urls.W008: a route can never match, because an earlier one takes all of its paths."""
    for winner, loser in shadowed(get_resolver().tree):
        yield shadowed_finding(winner, loser)


def shadowed_finding(winner: Endpoint, loser: Endpoint) -> Finding:
    """What is to be said of *loser*, which never matches because of *winner*."""
    return _finding(
        "urls.W008",
        loser,
        f"#{loser.number} {loser.route!r} never matches: #{winner.number} {winner.route!r} "
        "takes all of its paths.",
        "Put the more special route first.",
    )


def _patterns() -> Iterator[tuple[Endpoint, Pattern]]:
    """Every pattern once, with the first endpoint that it is in."""
    seen: set[int] = set()
    for endpoint in get_resolver().tree.endpoints:
        for pattern in endpoint.patterns[1:]:
            if id(pattern) not in seen:
                seen.add(id(pattern))
                yield endpoint, pattern


def _lacks_slash(route: str) -> bool:
    """Whether the last segment is a plain word: no file's name, parameter or regular expression."""
    last = route.rpartition("/")[2]
    return bool(last) and not set(last) & set(".<>^$")


def _finding(identifier: str, endpoint: Endpoint, message: str, hint: str) -> Finding:
    place = endpoint.pattern.place
    where = f"{shorten(place[0])}:{place[1]}" if place else locate(endpoint.callback).place
    return Finding(identifier, message, hint, where)

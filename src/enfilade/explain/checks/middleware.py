"""Checks of ``MIDDLEWARE``."""

from collections import Counter
from collections.abc import Iterator
from difflib import get_close_matches

from enfilade.conf import settings
from enfilade.conf.importing import import_string
from enfilade.explain.checks.finding import Finding
from enfilade.explain.checks.places import middleware_place
from enfilade.explain.checks.used import (
    COMMON,
    OURS,
    SECURITY,
    is_used,
    names_of,
    resolved,
    short_name,
)
from enfilade.middleware import MiddlewareMixin


def check_importable() -> Iterator[Finding]:
    """middleware.E001: an entry of MIDDLEWARE cannot be imported."""
    for entry in _paths():
        try:
            import_string(entry)
        except (ImportError, AttributeError, ValueError) as error:
            yield Finding(
                "middleware.E001",
                f"The middleware {entry} cannot be imported: {error}.",
                _meant(entry)
                or "An entry is the dotted path of a class or function, module first.",
                middleware_place(entry),
            )


def check_ours() -> Iterator[Finding]:
    """middleware.E007: an entry of MIDDLEWARE is Django's, which asks for Django's settings."""
    for entry in _paths():
        if entry.startswith("django.") and resolved(entry) is not None:
            yield Finding(
                "middleware.E007",
                f"{entry} is Django's: it asks for Django's settings, requests and responses.",
                _meant(entry) or "Write it as a middleware of the site's own.",
                middleware_place(entry),
            )


def _meant(entry: str) -> str:
    """Which of ours is of this name, or of one like it; "" if there is none."""
    name = entry.rpartition(".")[2]
    named = [path for path in OURS if path.rpartition(".")[2] == name]
    near = named or get_close_matches(entry, OURS, n=1, cutoff=0.85)
    return f"Did you mean {near[0]!r}?" if near else ""


def check_order() -> Iterator[Finding]:
    """middleware.W002: SecurityMiddleware is not the first that answers requests."""
    answering = [entry for entry in settings.MIDDLEWARE if _answers(entry)]
    named = [(entry, names_of(entry)) for entry in answering]
    if _has(named[1:], SECURITY) and not _has(named[:1], SECURITY):
        yield Finding(
            "middleware.W002",
            f"SecurityMiddleware comes after {short_name(named[0][0])}, whose own answers lack its "
            "headers.",
            "Put it first, so that every response passes it on the way out. A middleware that "
            "only looks may stay before it: answers = False says so.",
            middleware_place(named[0][0]),
        )


def check_repeated() -> Iterator[Finding]:
    """middleware.W003: an entry occurs twice."""
    for entry, count in Counter(_paths()).items():
        if count > 1:
            yield Finding(
                "middleware.W003",
                f"{entry} is in MIDDLEWARE {count} times, so its hooks run {count} times.",
                "Leave all but one out.",
                middleware_place(entry),
            )


def check_required() -> Iterator[Finding]:
    """middleware.E005: a middleware does not find another that it needs, or needs further out."""
    named = [(entry, names_of(entry)) for entry in settings.MIDDLEWARE]
    for place, (entry, names) in enumerate(named):
        for needed, breaks in _rules(entry, "needs"):
            if not _has(named, needed):
                yield _missing(entry, needed, f"not there. {breaks}")
        for needed, breaks in _rules(entry, "requires"):
            if needed not in names and not _has(named[:place], needed):
                missing = "after it" if _has(named[place:], needed) else "not there"
                yield _missing(entry, needed, f"{missing}. {breaks}")


def _missing(entry: object, needed: str, how: str) -> Finding:
    return Finding(
        "middleware.E005",
        f"{short_name(entry)} needs {short_name(needed)}, which is {how}",
        f"Put {needed!r} before {short_name(entry)}.",
        middleware_place(entry),
    )


def check_followed() -> Iterator[Finding]:
    """middleware.W006: two middleware stand in the wrong order."""
    named = [(entry, names_of(entry)) for entry in settings.MIDDLEWARE]
    for place, (entry, names) in enumerate(named):
        for other, breaks in _rules(entry, "follows"):
            if other not in names and _has(named[place:], other):
                yield Finding(
                    "middleware.W006",
                    f"{short_name(entry)} stands before {short_name(other)}. {breaks}",
                    f"Put {other!r} before {short_name(entry)}.",
                    middleware_place(entry),
                )


def check_host_is_asked() -> Iterator[Finding]:
    """middleware.W004: ALLOWED_HOSTS is set, but no middleware holds requests to it."""
    hosts = settings.ALLOWED_HOSTS
    if not hosts or "*" in hosts or is_used(COMMON):
        return
    yield Finding(
        "middleware.W004",
        "ALLOWED_HOSTS is set, but nothing asks for the host: CommonMiddleware is not in "
        "MIDDLEWARE.",
        f"Add {COMMON!r}, or leave the host to a server in front and ALLOWED_HOSTS out.",
        "MIDDLEWARE",
    )


def _answers(entry: object) -> bool:
    """Whether it may answer before anything further in is asked.

    One made of hooks does so in ``process_request`` only: the answers of ``process_view`` and
    ``process_exception`` come from the innermost place, out through all of the chain. That a
    parent of a site's class does not answer says nothing of a hook that the site has written.
    """
    thing = resolved(entry)
    if not isinstance(thing, type):
        return bool(getattr(thing, "answers", True))
    hook = "process_request" if _is_made_of_hooks(thing) else "__call__"
    for each in thing.__mro__:
        if "answers" in vars(each) and each is not MiddlewareMixin:
            return bool(vars(each)["answers"])
        if hook in vars(each):
            return True
    return False


def _is_made_of_hooks(thing: object) -> bool:
    return (
        isinstance(thing, type)
        and issubclass(thing, MiddlewareMixin)
        and thing.__call__ is MiddlewareMixin.__call__
    )


def _rules(entry: object, kind: str) -> list[tuple[str, str]]:
    """``requires``, ``follows`` or ``needs``: import paths, each with what goes wrong otherwise."""
    return list(getattr(resolved(entry), kind, {}).items())


def _has(named: list[tuple[object, set[str]]], path: str) -> bool:
    return any(path in names for _, names in named)


def _paths() -> list[str]:
    return [entry for entry in settings.MIDDLEWARE if isinstance(entry, str)]

"""Why ``reverse()`` finds no path, in words that say what to change."""

from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from enfilade.urls.exceptions import NoReverseMatch
from enfilade.urls.patterns import view_path

if TYPE_CHECKING:
    from enfilade.urls.candidates import Candidate, Template


def unknown_namespace(
    namespace: str, entered: Sequence[str], known: Iterable[str]
) -> NoReverseMatch:
    """No include has this namespace."""
    inside = f" inside {':'.join(entered)!r}" if entered else ""
    return NoReverseMatch(
        f"{namespace!r} is not a registered namespace{inside}.",
        hint=_near(namespace, known) or "No include() there gives a namespace.",
    )


def unknown_name(view: Any, name: Any, known: Iterable[Any]) -> NoReverseMatch:
    """No route has this name or leads to this view."""
    if not isinstance(view, str):
        return NoReverseMatch(
            f"Reverse for {_label(view)!r} not found: no route leads to this view.",
            hint="A view inside a namespace is found by its name only.",
        )
    names = [known_name for known_name in known if isinstance(known_name, str)]
    return NoReverseMatch(
        f"Reverse for {view!r} not found: {name!r} is not the name of a route.",
        hint=_near(name, names) or "Give the route a name: path(…, name=…).",
    )


def no_candidate(
    view: Any, args: Sequence[Any], kwargs: Mapping[str, Any], candidates: Sequence["Candidate"]
) -> NoReverseMatch:
    """The name exists, but no route of that name takes these arguments."""
    routes = [
        f"{candidate.route!r} ({_reason(template, args, kwargs)})"
        for candidate in candidates
        for template in candidate.templates
    ]
    return NoReverseMatch(
        f"Reverse for {_label(view)!r} with {_arguments(args, kwargs)} not found. "
        f"{len(routes)} pattern(s) tried: {'; '.join(routes)}."
    )


def _reason(template: "Template", args: Sequence[Any], kwargs: Mapping[str, Any]) -> str:
    if args and len(args) != len(template.params):
        return f"takes {len(template.params)} arguments, not {len(args)}"
    if args:
        return "does not accept these values"
    missing = [name for name in template.params if name not in kwargs]
    unexpected = [name for name in kwargs if name not in template.names]
    reasons = [f"needs {', '.join(missing)}"] if missing else []
    if unexpected:
        reasons.append(f"does not take {', '.join(unexpected)}")
    return " and ".join(reasons) or "does not accept these values"


def _arguments(args: Sequence[Any], kwargs: Mapping[str, Any]) -> str:
    if args:
        return f"arguments {tuple(args)!r}"
    return f"keyword arguments {dict(kwargs)!r}" if kwargs else "no arguments"


def _label(view: Any) -> str:
    return view_path(view) if callable(view) else str(view)


def _near(name: str, known: Iterable[str]) -> str:
    known = sorted(known)
    near = get_close_matches(name, known, n=5) or known[:10]
    return f"There is {', '.join(map(repr, near))}." if near else ""

"""Why a request ended in 404, as data for a page: no route, or a view that raised ``Http404``."""

from dataclasses import dataclass

from enfilade.conf import settings
from enfilade.http import HttpRequest
from enfilade.lifecycle import Step, step
from enfilade.secrecy import hide_text, hide_tokens
from enfilade.urls import Resolver404
from enfilade.urls.explain import Candidate, Explanation
from enfilade.views.debug_report import failed_piece, profile_of, view_name

NEAREST = 8
"""Candidates shown before the whole list."""


@dataclass(frozen=True, slots=True)
class Search:
    """One 404. ``candidates`` are all routes as declared and ``nearest`` the best of them, both
    empty where a route was found and its ``view`` (or a middleware) raised ``Http404``. ``profile``
    is the path of its page in the profiler, if there is one."""

    method: str
    path: str
    urlconf: str
    step: Step
    profile: str
    reason: str
    view: str
    route: str
    candidates: tuple[Candidate, ...]
    nearest: tuple[Candidate, ...]
    resolved: bool

    @property
    def empty(self) -> bool:
        """Whether the site has no route at all yet."""
        return not self.resolved and not self.candidates


def build_search(request: HttpRequest, exception: Exception) -> Search:
    """Ask the resolver why nothing answered *request*."""
    match = request.resolver_match
    # A view may have resolved another path itself: only the request's own search is explained.
    searched = isinstance(exception, Resolver404) and match is None
    explanation = exception.explain() if searched else None  # type: ignore[attr-defined]
    return Search(
        method=request.method or "",
        path=hide_tokens(request.path),
        urlconf=_urlconf_name(request),
        step=step("resolve")
        if searched
        else failed_piece(request, exception, exception.__traceback__)[0],
        profile=profile_of(request),
        reason="" if isinstance(exception, Resolver404) else hide_text(str(exception)),
        view=view_name(request),
        route=match.route if match else "",
        candidates=explanation.candidates if explanation else (),
        nearest=_nearest(explanation) if explanation else (),
        resolved=not searched,
    )


def _nearest(explanation: Explanation) -> tuple[Candidate, ...]:
    return tuple(each for each in explanation.nearest(NEAREST) if each.nearness > 0)


def _urlconf_name(request: HttpRequest) -> str:
    urlconf = request.urlconf if request.urlconf is not None else settings.ROOT_URLCONF
    return str(getattr(urlconf, "__name__", urlconf))

"""The view by which visitors choose their language.

``include("enfilade.views.i18n")`` has it as ``setlang/``, called ``set_language``.
"""

from enfilade.conf import settings
from enfilade.http import HttpRequest, HttpResponse, HttpResponseRedirect
from enfilade.http.cookies import cookie_attributes
from enfilade.http.destinations import url_has_allowed_host_and_scheme
from enfilade.translation import check_for_language
from enfilade.urls import path, translate_url

LANGUAGE_QUERY_PARAMETER = "language"


def set_language(request: HttpRequest) -> HttpResponse:
    """Keep the ``language`` that was posted in a cookie, and go back to the page ``next``, else
    to the one that the visitor comes from, in that language.

    A script, which wants no HTML, is answered 204 if it names no page. Only a POST changes
    anything, and no page of another host is gone to.
    """
    destination = _destination(request)
    code = request.POST.get(LANGUAGE_QUERY_PARAMETER) if request.method == "POST" else None
    if not isinstance(code, str) or not check_for_language(code):
        return _to(destination)
    response = _to(destination and translate_url(destination, code))
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        code,
        max_age=settings.LANGUAGE_COOKIE_AGE,
        **cookie_attributes("LANGUAGE"),
    )
    return response


def _destination(request: HttpRequest) -> str | None:
    """The page to go to, on this host; ``None`` for a script that names none."""
    wanted = request.POST.get("next", request.GET.get("next"))
    if not wanted and not request.accepts("text/html"):
        return None
    for url in (wanted, request.META.get("HTTP_REFERER")):
        if isinstance(url, str) and url_has_allowed_host_and_scheme(
            url, {request.get_host()}, require_https=request.is_secure()
        ):
            return url
    return "/"


def _to(destination: str | None) -> HttpResponse:
    return HttpResponseRedirect(destination) if destination else HttpResponse(status=204)


urlpatterns = [path("setlang/", set_language, name="set_language")]
